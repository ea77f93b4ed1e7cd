"""What quotes and trades say between bars."""

from robo_trader.core.features.feature import Definition, Group, Parameter, Record
from robo_trader.core.rules.quotes import (
    imbalance_update,
    micro_price_update,
    mid_update,
    order_flow_imbalance_state_size,
    order_flow_imbalance_update,
    quote_state_size,
    realised_volatility_mid_state_size,
    realised_volatility_mid_update,
    spread_bps_update,
    spread_update,
)
from robo_trader.core.rules.trade_flow import (
    signed_volume_state_size,
    signed_volume_update,
    trade_sign_state_size,
    trade_sign_update,
    vpin_state_size,
    vpin_update,
)

_PRICES = ("bid", "ask")
_PRICES_AND_SIZES = ("bid", "ask", "bid_size", "ask_size")
_UNSOUND_QUOTE = (
    "NaN until warm. A quote with a missing side, one at or below 0, or a bid above its ask gives NaN and leaves the "
    "memory as it was."
)
_UNSOUND_TRADE = (
    "NaN until warm, and while neither quote nor earlier prices tell who began the trade: such a trade is not counted. "
    "A trade at or below 0 gives NaN and leaves the memory as it was."
)
_LEE_READY = 'Lee and Ready (1991), "Inferring trade direction from intraday data", The Journal of Finance 46(2)'
_ROUND_LOT = 100  # shares

spread = Definition(
    name="spread",
    group=Group.MICROSTRUCTURE,
    summary="Ask less bid.",
    source="The quoted spread.",
    unit="USD",
    rule=spread_update,
    inputs=_PRICES,
    state_size=quote_state_size,
    warm_up=lambda: 1,
    undefined=_UNSOUND_QUOTE,
    record=Record.QUOTE,
)

spread_bps = Definition(
    name="spread_bps",
    group=Group.MICROSTRUCTURE,
    summary="Ask less bid, beside their mean.",
    source="The relative quoted spread.",
    unit="bps",
    rule=spread_bps_update,
    inputs=_PRICES,
    state_size=quote_state_size,
    warm_up=lambda: 1,
    undefined=_UNSOUND_QUOTE,
    record=Record.QUOTE,
)

mid = Definition(
    name="mid",
    group=Group.MICROSTRUCTURE,
    summary="Mean of bid and ask.",
    source="The midpoint of the quote.",
    unit="USD",
    rule=mid_update,
    inputs=_PRICES,
    state_size=quote_state_size,
    warm_up=lambda: 1,
    undefined=_UNSOUND_QUOTE,
    record=Record.QUOTE,
)

micro_price = Definition(
    name="micro_price",
    group=Group.MICROSTRUCTURE,
    summary="Bid and ask weighted by each other's size: nearer to the side with fewer shares.",
    source='Gatheral and Oomen (2010), "Zero-intelligence realized variance estimation", Finance Stoch. 14(2).',
    unit="USD",
    rule=micro_price_update,
    inputs=_PRICES_AND_SIZES,
    state_size=quote_state_size,
    warm_up=lambda: 1,
    undefined=_UNSOUND_QUOTE,
    record=Record.QUOTE,
)

imbalance = Definition(
    name="imbalance",
    group=Group.MICROSTRUCTURE,
    summary="The bid's shares less the ask's, over both: from -1 to 1.",
    source='Gould and Bonart (2016), "Queue imbalance as a one-tick-ahead price predictor", MML 2(2).',
    unit="fraction",
    rule=imbalance_update,
    inputs=_PRICES_AND_SIZES,
    state_size=quote_state_size,
    warm_up=lambda: 1,
    undefined=_UNSOUND_QUOTE,
    record=Record.QUOTE,
)

order_flow_imbalance = Definition(
    name="order_flow_imbalance",
    group=Group.MICROSTRUCTURE,
    summary="Shares that joined the bid less those that joined the ask, over a window of changes of the quote.",
    source='Cont, Kukanov and Stoikov (2014), "The price impact of order book events", J. Fin. Econometrics 12(1).',
    unit="shares",
    rule=order_flow_imbalance_update,
    inputs=_PRICES_AND_SIZES,
    parameters=(Parameter(name="length", default=50, minimum=1, maximum=100_000, unit="quotes"),),
    state_size=order_flow_imbalance_state_size,
    warm_up=lambda length: length + 1,
    undefined=_UNSOUND_QUOTE,
    record=Record.QUOTE,
)

realised_volatility_mid = Definition(
    name="realised_volatility_mid",
    group=Group.MICROSTRUCTURE,
    summary="Standard deviation of the log returns of the mid, from quote to quote.",
    source="Sample standard deviation, as in realised_volatility.",
    unit="fraction a quote",
    rule=realised_volatility_mid_update,
    inputs=_PRICES,
    parameters=(Parameter(name="length", default=100, minimum=2, maximum=100_000, unit="quotes"),),
    state_size=realised_volatility_mid_state_size,
    warm_up=lambda length: length + 1,
    undefined=_UNSOUND_QUOTE,
    record=Record.QUOTE,
)

trade_sign = Definition(
    name="trade_sign",
    group=Group.MICROSTRUCTURE,
    summary="Who began the trade: +1 the buyer, -1 the seller.",
    source=f"{_LEE_READY}: by the quote, and in its middle by the last change of price.",
    unit="sign",
    rule=trade_sign_update,
    inputs=("price", "bid", "ask"),
    state_size=trade_sign_state_size,
    warm_up=lambda: 1,
    undefined=_UNSOUND_TRADE,
    record=Record.TRADE,
)

signed_volume = Definition(
    name="signed_volume",
    group=Group.MICROSTRUCTURE,
    summary="Shares bought less shares sold over a window of trades, by who began each.",
    source=f"{_LEE_READY}.",
    unit="shares",
    rule=signed_volume_update,
    inputs=("price", "size", "bid", "ask"),
    parameters=(Parameter(name="length", default=100, minimum=1, maximum=100_000, unit="trades"),),
    state_size=signed_volume_state_size,
    warm_up=lambda length: length,
    undefined=_UNSOUND_TRADE,
    record=Record.TRADE,
)

vpin = Definition(
    name="vpin",
    group=Group.MICROSTRUCTURE,
    summary="How one-sided the volume is, in buckets of equal volume: from 0 to 1.",
    source="Easley, Lopez de Prado and O'Hara (2012), 'Flow toxicity and liquidity', Rev. Financial Studies 25(5).",
    unit="fraction",
    rule=vpin_update,
    inputs=("price", "size", "bid", "ask"),
    parameters=(
        Parameter(name="bucket", default=10_000, minimum=1, maximum=1_000_000_000, unit="shares"),
        Parameter(name="buckets", default=50, minimum=1, maximum=5000, unit="buckets"),
    ),
    state_size=vpin_state_size,
    # Volume decides, not the count of trades: this is for trades of a round lot each.
    warm_up=lambda bucket, buckets: -(-bucket * buckets // _ROUND_LOT),
    undefined=f"{_UNSOUND_TRADE} Warm once trades have filled all buckets, however many trades that takes.",
    record=Record.TRADE,
)

DEFINITIONS = (
    spread,
    spread_bps,
    mid,
    micro_price,
    imbalance,
    order_flow_imbalance,
    realised_volatility_mid,
    trade_sign,
    signed_volume,
    vpin,
)
