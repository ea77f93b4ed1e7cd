"""What the engine knows of a market that is quoted between its bars."""

from collections.abc import Sequence

from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.events import BetweenSlices, QuoteArrived, TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import price_from_float
from robo_trader.core.domain.quotes import Quote, QuoteFault
from robo_trader.core.engine.market_view import MarketView, Refusal
from robo_trader.core.market.quote_checks import find_quote_fault, find_trade_fault
from robo_trader.core.rules.jumps import has_jumped
from robo_trader.core.rules.quotes import mid_update


class QuotedMarket(MarketView):
    """Last prices from bars and quotes, whichever is newer. `last_ended_at` is the time of the last event of any kind.

    The price of a symbol is the mid of its last sound quote. A bar's close takes over where no quote came since the
    bar began: then the quotes have ended, and the bars go on.
    """

    def __init__(self, symbols: tuple[Symbol, ...]) -> None:
        super().__init__(symbols)
        self.quotes: dict[Symbol, Quote] = {}  # the last sound one
        self._suspected: dict[Symbol, float] = {}  # mids of quotes that jumped, until a second one is near
        self._slice_ended_at = 0
        self._slice_date = ""  # of its session

    def advance(self, slice_: BarSlice) -> None:
        """Count a slice; it must not lie before any event."""
        assert slice_.ended_at >= self.last_ended_at, slice_
        self.slices += slice_.ended_at > self._slice_ended_at
        self._slice_ended_at = self.last_ended_at = slice_.ended_at
        self._slice_date = slice_.session.date

    def admit(self, bars: Sequence[Bar]) -> tuple[Sequence[Bar], Sequence[Refusal]]:
        """As MarketView.admit."""
        quoted = [bar.symbol for bar in bars if bar.symbol in self.quotes]
        mids = {symbol: self._prices[symbol] for symbol in quoted if symbol in self._prices}
        sound, refused = super().admit(bars)
        for bar in sound:
            symbol = bar.symbol
            if symbol in mids and self.quotes[symbol].at >= bar.started_at:
                self._prices[symbol] = mids[symbol]
        return sound, refused

    def find_fault(self, event: QuoteArrived | TradePrinted) -> QuoteFault | None:
        """Return what is wrong with a quote or print, None for a sound one."""
        record = event.quote if isinstance(event, QuoteArrived) else event.trade
        if record.symbol not in self._symbols:
            return QuoteFault.UNKNOWN_SYMBOL
        if isinstance(record, Quote):
            return find_quote_fault(record, self.last_ended_at)
        return find_trade_fault(record, self.last_ended_at)

    def has_jumped(self, event: QuoteArrived | TradePrinted, fraction: float) -> bool:
        """Return whether a sound quote or print is so far from the symbol's price that it is not believed yet.

        fraction: of that price. A second quote that is near the first one confirms it; a print confirms nothing.
        """
        if isinstance(event, TradePrinted):
            return self._is_far(event.trade.symbol, event.trade.price, fraction)
        symbol, mid = event.quote.symbol, mid_update([], event.quote.bid, event.quote.ask)
        suspected = self._suspected.pop(symbol, None)
        if not self._is_far(symbol, mid, fraction):
            return False
        if suspected is not None and not has_jumped(suspected, mid, fraction):
            return False
        self._suspected[symbol] = mid
        return True

    def come_to(self, event: BetweenSlices) -> None:
        """Go on to the time of a sound event; a quote becomes the price of its symbol."""
        self.last_ended_at = event.occurred_at
        if isinstance(event, QuoteArrived):
            quote = event.quote
            self.quotes[quote.symbol] = quote
            self._prices[quote.symbol] = price_from_float(mid_update([], quote.bid, quote.ask))
            self._last_seen[quote.symbol] = self.slices

    def has_slice_of(self, session: TradingSession) -> bool:
        """Whether the last slice was of this session."""
        return self._slice_date == session.date

    def split(self, symbol: Symbol, new: int, old: int) -> None:
        """As MarketView.split; the last quote was of old shares, and there is none of new ones yet."""
        super().split(symbol, new, old)
        self.quotes.pop(symbol, None)
        self._suspected.pop(symbol, None)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """As MarketView.rename."""
        super().rename(symbol, new_symbol)
        self._suspected.pop(symbol, None)
        if symbol in self.quotes:
            self.quotes[new_symbol] = replace(self.quotes.pop(symbol), symbol=new_symbol)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return (*super().state(), self.quotes, self._suspected, self._slice_ended_at, self._slice_date)

    def _is_far(self, symbol: Symbol, price: float, fraction: float) -> bool:
        before = self._prices.get(symbol)
        return before is not None and has_jumped(float(before), price, fraction)
