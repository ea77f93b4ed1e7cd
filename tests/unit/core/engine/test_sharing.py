"""Several strategies share an account: one order reaches the market, and every share has an owner.

Worked by hand: Trend wants 45 shares at 110 (5 % of 100,000), Bear is short 45 above 105 dollars.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import FillBooked, OrderUpdated, SignalEmitted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import Side
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.sleeve_desk import standing_wants
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.portfolio.allocation import Allocation, AllocationPolicy
from robo_trader.core.portfolio.conflicts import Conflicts
from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.portfolio.strategies_policy import StrategiesPolicy
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy, bounded
from tests.builders import AAPL, MSFT, a_day, a_sleeve, engine_settings, some_limits, venue_settings
from tests.examples import examples
from tests.unit.core.engine.desk import CASH, Desk, only
from tests.unit.core.engine.test_random_walks import HOURS, Moves, a_walk


@dataclass(frozen=True)
class Above(Strategy):
    """One side above a price, nothing at or below it."""

    price: float = bounded(105.0, 1.0, 1_000.0, "USD")
    sign: int = bounded(1, -1, 1, "side")

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (sma(1),)

    @staticmethod
    def rule(state: list[float], last: float, price: float, sign: float) -> float:  # noqa: ARG004 - it remembers nothing
        return sign if last > price else 0.0


def shared(*strategies: Strategy, **more: object) -> EngineSettings:
    sleeves = tuple(a_sleeve(strategy, name=f"s{place}") for place, strategy in enumerate(strategies))
    return engine_settings(sleeves=sleeves, **more)  # type: ignore[arg-type]


def held(desk: Desk, name: str, symbol: Symbol = AAPL) -> int:
    return int(desk.engine._strategy.ownership.sub_accounts.position(name, symbol).quantity)


def orders(desk: Desk) -> list[tuple[Side, int]]:
    """Every order there was: side and shares."""
    updates = [update.order for step in desk.steps for update in only(OrderUpdated, step.events)]
    found = {order.order_id: (order.intent.side, int(order.intent.quantity)) for order in updates}
    return list(found.values())


def test_wants_of_one_side_make_one_order_that_is_divided() -> None:
    desk = Desk(shared(Above(105.0), Above(100.0)))
    desk.close(a_day(0, AAPL=110.0), a_day(1, AAPL=110.0))
    assert orders(desk) == [(Side.BUY, 90)]
    assert (held(desk, "s0"), held(desk, "s1")) == (45, 45)


def test_opposite_wants_never_reach_the_market() -> None:
    desk = Desk(shared(Above(105.0), Above(105.0, -1)))
    events = desk.close(a_day(0, AAPL=110.0), a_day(1, AAPL=110.0))
    assert orders(desk) == []
    assert (held(desk, "s0"), held(desk, "s1")) == (45, -45)
    (crossed,) = only(SharesCrossed, events)
    assert crossed.price == 110 and crossed.occurred_at == a_day(0, AAPL=110.0).ended_at
    assert desk.engine.account.ledger.cash == CASH, "nobody was paid"


def test_each_strategy_sizes_by_its_part_of_the_account() -> None:
    sleeves = (a_sleeve(Above(105.0), name="small", capital=0.2), a_sleeve(Above(105.0), name="large", capital=0.8))
    desk = Desk(engine_settings(sleeves=sleeves))
    desk.close(a_day(0, AAPL=110.0), a_day(1, AAPL=110.0))
    assert orders(desk) == [(Side.BUY, 9 + 36)]
    assert (held(desk, "small"), held(desk, "large")) == (9, 36)


def test_a_stop_leaves_its_own_part_only() -> None:
    stopped = a_sleeve(Above(105.0), name="stopped", stops=StopPolicy(fixed_fraction=0.05))
    desk = Desk(engine_settings(sleeves=(stopped, a_sleeve(Above(50.0), name="patient"))))
    desk.close(*(a_day(day, AAPL=price) for day, price in enumerate([120.0, 120.0, 110.0, 110.0])))
    assert (held(desk, "stopped"), held(desk, "patient")) == (0, 41)
    assert orders(desk) == [(Side.BUY, 82), (Side.SELL, 41)]


def test_a_fill_in_parts_is_divided_each_time() -> None:
    desk = Desk(shared(Above(105.0), Above(100.0)), venue_settings(participation_max=0.00003))
    desk.close(a_day(0, AAPL=110.0), a_day(1, AAPL=110.0))
    assert (held(desk, "s0"), held(desk, "s1")) == (15, 15), "30 of 90 shares"
    desk.close(a_day(2, AAPL=110.0))
    assert (held(desk, "s0"), held(desk, "s1")) == (30, 30)


def test_what_is_wanted_together_is_cut_to_what_the_limits_allow() -> None:
    """5 % of equity an order are 45 shares: as much as each wants. The first in order is there first."""
    limits = some_limits(order_notional="0.05")
    desk = Desk(shared(Above(105.0), Above(100.0), limits=limits))
    desk.close(*(a_day(day, AAPL=110.0) for day in range(4)))
    assert orders(desk) == [(Side.BUY, 45)] and not desk.engine.account.tally.violations
    assert (held(desk, "s0"), held(desk, "s1")) == (45, 0)


def test_a_limit_that_has_tightened_sells_nothing() -> None:
    """Shares held count as allowed: equity falls, a second strategy asks for more, and nobody is made to sell."""
    limits = some_limits(max_position="0.05")
    desk = Desk(shared(Above(105.0), Above(115.0), limits=limits))
    desk.close(*(a_day(day, AAPL=price) for day, price in enumerate([110.0, 110.0, 120.0, 120.0, 120.0])))
    assert orders(desk) == [(Side.BUY, 45)] and (held(desk, "s0"), held(desk, "s1")) == (45, 0)


def test_signals_carry_the_name_of_their_part() -> None:
    desk = Desk(shared(SmaCrossover(1, 2), SmaCrossover(1, 3)))
    events = desk.close(*(a_day(day, AAPL=100.0 + day) for day in range(4)))
    signals = [event.signal for event in only(SignalEmitted, events)]
    assert [(signal.signal_id, signal.strategy) for signal in signals] == [("s0.1", "s0"), ("s1.1", "s1")]


def test_two_parts_of_one_name_are_a_bug() -> None:
    with pytest.raises(AssertionError):
        engine_settings(sleeves=(a_sleeve(Above()), a_sleeve(Above())))


SHARING = st.builds(
    lambda fractions, stops, limit_offset_bps, protection, strategies: engine_settings(
        symbols=(AAPL, MSFT),
        sleeves=tuple(
            a_sleeve(strategy, name=name, sizer=FixedFraction(fraction=fraction), stops=stops)
            for (name, strategy), fraction in zip(STRATEGIES.items(), fractions, strict=True)
        ),
        limits=some_limits(max_position="0.4", gross_exposure="0.9", cash_buffer="0.02", stale_after_bars=2),
        limit_offset_bps=limit_offset_bps,
        protection=protection,
        strategies=strategies,
    ),
    st.lists(st.sampled_from([0.1, 0.35]), min_size=3, max_size=3),
    st.sampled_from([StopPolicy(), StopPolicy(fixed_fraction=0.02, trailing_fraction=0.03, bars_max=5)]),
    st.sampled_from([None, 0, 20]),
    st.sampled_from([None, ProtectionPolicy(fallback_fraction=0.03)]),
    st.builds(
        StrategiesPolicy,
        conflicts=st.sampled_from(Conflicts),
        allocation=st.builds(
            AllocationPolicy, way=st.sampled_from(Allocation), sessions_min=st.just(2), every=st.sampled_from([1, 2])
        ),
        drawdown_max=st.sampled_from([0.0, 0.002]),
        session_loss_max=st.sampled_from([0.0, 0.002]),
    ),
)
STRATEGIES: dict[str, Strategy] = {"trend": SmaCrossover(1, 2), "bear": Above(95.0, -1), "bull": Above(37.0)}


@given(HOURS, SHARING)
@settings(deadline=None, max_examples=examples(120))
def test_every_share_and_every_dollar_has_an_owner(hours: list[tuple[Moves, Moves]], joined: EngineSettings) -> None:
    desk = Desk(joined)
    for slice_ in a_walk(hours):
        desk.close(slice_)
        check_owners(desk)
        check_profit(desk, slice_)


def check_owners(desk: Desk) -> None:
    """Positions, recomputed from the events alone."""
    shares: Counter[tuple[str, Symbol]] = Counter()
    for step in desk.steps:
        for crossed in only(SharesCrossed, step.events):
            assert sum(part.quantity for part in crossed.allotments) == 0
            shares.update({(part.strategy, crossed.symbol): int(part.quantity) for part in crossed.allotments})
        for booked in only(FillBooked, step.events):
            fill = booked.fill
            assert sum(part.quantity for part in booked.allotments) == fill.side.sign * fill.quantity
            assert sum(part.commission for part in booked.allotments) == fill.commission
            shares.update({(part.strategy, fill.symbol): int(part.quantity) for part in booked.allotments})
    for symbol in (AAPL, MSFT):
        owned = {name: shares[name, symbol] for name in STRATEGIES}
        assert owned == {name: held(desk, name, symbol) for name in STRATEGIES}
        assert sum(owned.values()) == desk.engine.account.ledger.position(symbol).quantity
        wanted = [want.target.quantity for want in standing_wants(desk.engine._strategy._sleeves, symbol)]
        if desk.engine._settings.strategies.conflicts is not Conflicts.NET:
            assert not (min(wanted, default=0) < 0 < max(wanted, default=0)), "nobody wants the opposite of another"


def check_profit(desk: Desk, slice_: BarSlice) -> None:  # noqa: ARG001 - shown when it fails
    """What the strategies have made is what the account has made, by their cash as by their positions."""
    cash = sum(desk.engine._strategy.ownership.sub_accounts.cash.values(), Decimal(0))
    assert CASH + cash == desk.engine.account.ledger.cash
    account, positions = desk.engine.account, desk.engine._strategy.ownership.sub_accounts.positions
    worth = sum(
        (held.quantity * desk.engine._market.price(symbol) for (_, symbol), held in positions.items()), Decimal(0)
    )
    made = sum((held.realised - held.cost for held in positions.values()), Decimal(0)) + worth
    assert CASH + made - account.ledger.balances["commission"] == account.valuation.equity
