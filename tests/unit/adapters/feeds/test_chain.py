"""choose_feeds takes the first feed in rank that serves a symbol."""

from collections.abc import Sequence

import pytest

from robo_trader.adapters.feeds.chain import choose_feeds
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import UnknownSymbol
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.ports.market_feed import BarRequest

SPY, IBM, QQQ = map(Symbol, ("SPY", "IBM", "QQQ"))


class FeedOf:
    """Serves daily bars of the given symbols, but holds none."""

    def __init__(self, name: str, *symbols: Symbol) -> None:
        self.name = name
        self._symbols = symbols

    def serves(self, symbol: Symbol, bar_size: BarSize) -> bool:
        return bar_size.is_daily and symbol in self._symbols

    def last_bar_ends_at(self, symbol: Symbol, bar_size: BarSize) -> int | None:  # noqa: ARG002 - the port's
        return None

    async def history(self, request: BarRequest) -> Sequence[Bar]:  # noqa: ARG002 - the port's
        return []


FIRST, SECOND = FeedOf("first", SPY), FeedOf("second", SPY, IBM)


def test_the_first_that_serves_wins() -> None:
    assert choose_feeds([IBM, SPY], BarSize.DAY_1, [FIRST, SECOND]) == {IBM: SECOND, SPY: FIRST}


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        pytest.param([FIRST, SECOND], 'no feed serves QQQ at bar size "1 day"; asked: first, second', id="two"),
        pytest.param([], "asked: none", id="no feed at all"),
    ],
)
def test_a_symbol_nobody_serves_is_refused(feeds: list[FeedOf], message: str) -> None:
    with pytest.raises(UnknownSymbol, match=message) as refused:
        choose_feeds([SPY, QQQ] if feeds else [QQQ], BarSize.DAY_1, feeds)
    assert "synthetic" in refused.value.next_step


def test_a_bar_size_nobody_serves_is_refused() -> None:
    with pytest.raises(UnknownSymbol, match="1 hour"):
        choose_feeds([SPY], BarSize.HOUR_1, [FIRST, SECOND])
