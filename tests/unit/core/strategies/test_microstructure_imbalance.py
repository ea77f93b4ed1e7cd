"""With the side of the book that presses; the rule in a loop over quotes, by hand and on real ones."""

import math
from collections.abc import Iterable

import pytest

from robo_trader.core.market.columns import QUOTE_COLUMNS
from robo_trader.core.strategies.catalogue import EVENT_STRATEGIES, STRATEGIES
from robo_trader.core.strategies.microstructure_imbalance import MicrostructureImbalance
from tests.builders import AAPL
from tests.parity.kit import KIT, needs_kit

Quote = tuple[float, float, float, float]  # bid, ask, bid size, ask size


def views(strategy: MicrostructureImbalance, quotes: Iterable[Quote]) -> list[float]:
    """The view after each quote; where a feature has no value the one before stays."""
    features = strategy.quote_features(AAPL)
    states = [[0.0] * feature.state_size for feature in features]
    memory = [0.0]
    found = [0.0]
    for quote in quotes:
        named = dict(zip(QUOTE_COLUMNS, quote, strict=True))
        values = [
            feature.rule(state, *(named[name] for name in feature.inputs), *feature.parameters)
            for feature, state in zip(features, states, strict=True)
        ]
        known = not any(map(math.isnan, values))
        found.append(strategy.rule(memory, *values, *strategy.rule_parameters()) if known else found[-1])
    return found[1:]


QUICK = MicrostructureImbalance(flow_length=1, volatility_length=2)


def test_it_reads_quotes_and_is_no_rule() -> None:
    assert QUICK.hears("on_quote") and not QUICK.hears("on_bar")
    assert EVENT_STRATEGIES["microstructure_imbalance"] is MicrostructureImbalance
    assert "microstructure_imbalance" not in STRATEGIES
    assert {name for feature in QUICK.quote_features(AAPL) for name in feature.inputs} <= set(QUOTE_COLUMNS)


def test_long_while_the_bid_is_heavy_short_while_the_ask_is() -> None:
    """Imbalances: 0.6 with 300 shares joining the bid; 0.2; 0; -0.6 with 700 joining the ask; 0."""
    at_rest = [(99.0, 101.0, 100.0, 100.0)] * 3
    then = [(99.0, 101.0, 400.0, 100.0), (99.0, 101.0, 150.0, 100.0), (99.0, 101.0, 200.0, 200.0)]
    after = [(99.0, 101.0, 200.0, 900.0), (99.0, 101.0, 200.0, 200.0)]
    assert views(QUICK, [*at_rest, *then, *after]) == [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, -1.0, 0.0]


def test_a_wide_spread_is_not_entered() -> None:
    """2 dollars on 100 are 200 bps."""
    quotes = [(99.0, 101.0, 100.0, 100.0)] * 3 + [(99.0, 101.0, 400.0, 100.0)]
    assert views(MicrostructureImbalance(flow_length=1, volatility_length=2, spread_bps_max=199.0), quotes)[-1] == 0.0
    assert views(MicrostructureImbalance(flow_length=1, volatility_length=2, spread_bps_max=201.0), quotes)[-1] == 1.0


def test_a_mid_that_jumps_about_is_left() -> None:
    quotes = [(99.0, 101.0, 100.0, 100.0), (95.0, 97.0, 100.0, 100.0), (99.0, 101.0, 100.0, 100.0)]
    strategy = MicrostructureImbalance(flow_length=1, volatility_length=2, volatility_max=0.01)
    heavy = (99.0, 101.0, 400.0, 100.0)
    assert views(QUICK, [*quotes, heavy])[-1] == 1.0
    assert views(strategy, [*quotes, heavy])[-1] == 0.0


@needs_kit
@pytest.mark.parametrize("symbol", ["SPY", "BAC", "IBM"])
def test_on_real_quotes_it_takes_both_sides(symbol: str) -> None:
    """The last quote of each minute of five sessions; some have a side missing, and are passed over."""
    pl = pytest.importorskip("polars")
    frame = pl.read_parquet(KIT / "minute/lean_minute_quotes.parquet").filter(
        (pl.col("symbol") == symbol) & (pl.col("session").cast(pl.String) == "rth")
    )
    columns = [
        pl.col(name).cast(pl.Float64).fill_null(math.nan) for name in ("bid_close", "ask_close", "bid_size", "ask_size")
    ]
    rows = frame.sort("ts").select(columns).rows()
    seen = views(MicrostructureImbalance(), rows)
    assert set(seen) == {-1.0, 0.0, 1.0}
    assert sum(one != other for one, other in zip(seen[1:], seen, strict=False)) > 50
