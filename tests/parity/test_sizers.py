"""Every sizer in both backtests over hundreds of trades, and the trades it remembers beside those that are reported."""

import numpy as np
import pytest

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.market.commissions import IBKR_TIERED
from robo_trader.core.portfolio.sizing import (
    CorrelationScaled,
    InverseVolatility,
    Kelly,
    OptimalF,
    Sizer,
    VolatilityTarget,
)
from robo_trader.core.rules.trades import FIRST_RETURN
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.compiled_result import result_of
from robo_trader.research.backtest.compiled_run import play_compiled
from robo_trader.research.compiled.compiler import Compiler
from tests.builders import a_sleeve, engine_settings, venue_settings
from tests.parity.both import assert_equal
from tests.parity.markets import Shape, a_market
from tests.parity.test_random_markets import Swing

VENUE = venue_settings(participation_max=0.02, commissions=IBKR_TIERED)
BY_TRADES = Kelly(trades_min=1, trades_max=5_000, fallback=0.1)


@pytest.fixture(scope="module")
def compiler() -> Compiler:
    return Compiler()


@pytest.fixture(scope="module")
def market() -> BarTable:
    """Five symbols, 40 sessions of 30 minutes, thin enough that orders fill in parts."""
    return a_market(
        Shape(
            seed=5,
            symbols=5,
            sessions=40,
            bars_a_session=30,
            step=0.01,
            holes=0.05,
            swing=0.01,
            volume=5e4,
            dividends=True,
        )
    )


def settings(market: BarTable, sizer: Sizer, *, shared: bool) -> EngineSettings:
    """One strategy that turns its view round, or two that sometimes want the opposite of each other."""
    swings = (Swing(), Swing(patience=2, sign=-1)) if shared else (Swing(),)
    sleeves = tuple(
        a_sleeve(swing, name=f"s{number}", sizer=sizer, capital=1 / len(swings)) for number, swing in enumerate(swings)
    )
    symbols = tuple(map(Symbol, market.symbols))
    return engine_settings(symbols=symbols, sleeves=sleeves, commissions=IBKR_TIERED)


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared"])
@pytest.mark.parametrize(
    "sizer",
    [
        VolatilityTarget(length=30), InverseVolatility(length=30),
        Kelly(trades_min=5, trades_max=60, fallback=0.05), OptimalF(trades_min=5, trades_max=60, multiple=0.01),
        CorrelationScaled(fraction=0.1, length=60),
    ],
    ids=lambda sizer: type(sizer).__name__,
)  # fmt: skip
def test_both_backtests_size_alike(market: BarTable, compiler: Compiler, sizer: Sizer, shared: bool) -> None:
    event = assert_equal(market, settings(market, sizer, shared=shared), VENUE, compiler, cash=100_000.0)
    assert len(event.trades) > 100


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared"])
def test_the_trades_remembered_are_those_reported(market: BarTable, compiler: Compiler, shared: bool) -> None:
    """Two ways that share nothing but what a trade is: from fills one by one, and from the frame of all fills."""
    played = play_compiled(market, settings(market, BY_TRADES, shared=shared), VENUE, cash=100_000.0, compiler=compiler)
    names = [f"s{number}" for number in range(1 + shared)]
    reported = result_of(played, strategies=names, opening_cash=100_000.0, bar_size="1 min").trades
    assert played.books.trades is not None
    for name, row in zip(names, played.books.trades.ended, strict=True):
        mine = reported.filter(~reported["is_open"] & (reported["strategy"] == name))
        known = row[FIRST_RETURN : FIRST_RETURN + len(mine)]
        assert len(mine) > 20 and row[1] == len(mine)
        # In the books, commission is divided to a millionth of a dollar.
        assert np.allclose(np.sort(known), mine["return"].sort(), rtol=0.0, atol=1e-7 if shared else 1e-12)
