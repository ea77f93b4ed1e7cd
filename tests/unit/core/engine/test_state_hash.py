"""The state hash changes with everything a later decision or the books depend on, and with nothing else.

The engine holds 20 of 45 shares of AAPL it ordered, and has seen a refused bar, a violation and a stranger's report.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.account import OpenSignal
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.sleeve_desk import SleeveDesk
from robo_trader.core.engine.tally import Tally
from tests.builders import (
    AAPL,
    MSFT,
    a_bar,
    a_day,
    a_session,
    a_slice,
    accepted,
    canceled,
    engine_settings,
    executed,
)
from tests.unit.core.engine.desk import an_engine, close

DAY_2 = a_session(day=2)


def an_engine_at_work() -> Engine:
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT)))
    close(engine, a_day(0, AAPL=100.0, MSFT=50.0), a_day(1, AAPL=110.0, MSFT=-1.0))
    engine.process(accepted())
    engine.process(executed(quantity=20, price=110, commission=1))
    engine.process(canceled(order_id=9))
    return engine


BAR = a_bar(
    started_at=DAY_2.opens_at, ended_at=DAY_2.closes_at, open=111.0, high=114.0, low=109.0, close=112.0, volume=1_000.0
)


def after(bar: Bar) -> str:
    engine = an_engine_at_work()
    close(engine, a_slice(bar, session=DAY_2))
    return engine.state_hash()


def tampered(change: Callable[[Engine], object]) -> str:
    engine = an_engine_at_work()
    change(engine)
    return engine.state_hash()


def sleeve_of(engine: Engine) -> SleeveDesk:
    return engine._strategy._sleeves[0]


def count_one(counter: str) -> Callable[[Engine], object]:
    return lambda engine: setattr(engine.account.tally, counter, getattr(engine.account.tally, counter) + 1)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda engine: engine._panel.states[AAPL][1].__setitem__(2, 99.0), id="a feature's memory"),
        pytest.param(lambda engine: sleeve_of(engine)._views.strengths.pop(AAPL), id="a strategy's view"),
        pytest.param(lambda engine: sleeve_of(engine)._views.states[AAPL].append(1.0), id="what a strategy remembers"),
        pytest.param(lambda engine: sleeve_of(engine)._stops.states.update({AAPL: [1.0]}), id="what stops remember"),
        pytest.param(
            lambda engine: setattr(sleeve_of(engine)._views, "signals_emitted", 9),
            id="the number of the last signal",
        ),
        pytest.param(lambda engine: sleeve_of(engine).wanted.clear(), id="what is wanted"),
        pytest.param(lambda engine: engine.unsettled.symmetric_difference_update({AAPL}), id="what is not reached yet"),
        pytest.param(lambda engine: engine._market._prices.update({AAPL: Decimal(1)}), id="a mark"),
        pytest.param(lambda engine: setattr(engine._market, "last_ended_at", 1), id="the time of the last slice"),
        pytest.param(lambda engine: setattr(engine._market, "slices", 9), id="how many slices there were"),
        pytest.param(lambda engine: engine._market._last_seen.update({AAPL: 1}), id="when a symbol was last seen"),
        pytest.param(lambda engine: engine._market._last_bar_ended_at.update({AAPL: 1}), id="the end of the last bar"),
        pytest.param(
            lambda engine: engine.account.orders.request_cancel(OrderId(1), at=0), id="what was asked of the broker"
        ),
        pytest.param(lambda engine: engine.process(canceled()), id="the end of an order"),
        pytest.param(
            lambda engine: engine.account.orders.executions.early_commissions.update({ExecutionId("E9"): Decimal(1)}),
            id="an execution booked",
        ),
        pytest.param(lambda engine: engine.account.ledger.deposit(Decimal("0.01")), id="a cent"),
        pytest.param(lambda engine: engine.account.ledger.positions.clear(), id="a position"),
        pytest.param(lambda engine: engine.account.ledger.release(OrderId(1)), id="a reservation"),
        pytest.param(lambda engine: setattr(engine.account.valuation, "session", DAY_2), id="the session"),
        pytest.param(lambda engine: setattr(engine.account.valuation, "equity", Decimal(1)), id="equity"),
        pytest.param(
            lambda engine: setattr(engine.account.valuation, "session_opening_equity", Decimal(1)), id="its opening"
        ),
        pytest.param(lambda engine: setattr(engine.account.valuation, "peak_equity", Decimal(1)), id="its peak"),
        pytest.param(
            lambda engine: setattr(engine.account.valuation, "session_peak_equity", Decimal(1)), id="the session's peak"
        ),
        pytest.param(
            lambda engine: setattr(engine.account.valuation, "max_drawdown", Decimal(1)), id="the largest drawdown"
        ),
        pytest.param(
            lambda engine: setattr(engine.account, "trading_state", TradingState.HALTED), id="the trading state"
        ),
        pytest.param(lambda engine: engine.account.tally.violations.update(["CASH"]), id="a violation counted"),
        pytest.param(lambda engine: engine.account.tally.outcomes.update(["LATE"]), id="an outcome counted"),
        pytest.param(
            lambda engine: engine.account.open_signals.update({AAPL: {"sma_crossover": OpenSignal(Decimal(45))}}),
            id="a signal without an outcome",
        ),
        *(
            pytest.param(count_one(name), id=name)
            for name in ("slices", "bars", "signals", "orders", "fills", "unprotected_nanos")
        ),
        pytest.param(count_one("quarantined"), id="quarantined"),
    ],
)
def test_it_changes_with_what_matters(change: Callable[[Engine], object]) -> None:
    assert tampered(change) != an_engine_at_work().state_hash()


def test_every_count_of_the_tally_is_at_work_here_or_named_above() -> None:
    tally = an_engine_at_work().account.tally
    assert (tally.slices, tally.bars, tally.signals, tally.orders, tally.fills, tally.quarantined) == (2, 3, 1, 1, 1, 1)
    assert tally.bars_rejected == {"NOT_POSITIVE": 1}
    assert (tally.quotes, tally.trades, tally.quotes_rejected) == (0, 0, {}), "of strategies in event form"
    assert tally.outcomes == {"ORDERED": 1}
    assert tally.unprotected_nanos == 0, "of resting stops"
    assert len(Tally.__struct_fields__) == 13


def test_it_does_not_change_by_asking() -> None:
    engine = an_engine_at_work()
    assert engine.state_hash() == engine.state_hash() == an_engine_at_work().state_hash()


def test_a_price_that_is_read_matters() -> None:
    assert after(replace(BAR, close=112.5)) != after(BAR)


@pytest.mark.parametrize(
    "bar",
    [replace(BAR, open=110.0), replace(BAR, high=115.0), replace(BAR, low=108.0), replace(BAR, volume=2_000.0)],
    ids=["open", "high", "low", "volume"],
)
def test_a_column_that_nothing_reads_does_not(bar: Bar) -> None:
    assert after(bar) == after(BAR)


def test_the_order_in_which_symbols_came_does_not_matter() -> None:
    engines = [an_engine(engine_settings(symbols=(AAPL, MSFT))) for _ in range(2)]
    bars = a_day(0, AAPL=100.0, MSFT=50.0).bars
    session = a_session()
    close(engines[0], a_slice(*bars, session=session))
    close(engines[1], a_slice(*reversed(bars), session=session))
    assert engines[0].state_hash() == engines[1].state_hash()
