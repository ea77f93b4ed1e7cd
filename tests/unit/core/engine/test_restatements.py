"""An execution that the broker corrects, busts or charges later leaves everything as if it had come so at first.

Two accounts are told the same orders and fills, one of them right at once, the other wrong and then corrected.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.events import FillBooked, FillRestated
from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.orders import OrderId, Side
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.ledger.sub_accounts import SubAccounts
from robo_trader.core.portfolio.netting import divided_again
from tests.builders import AAPL, a_day, a_fill, charged, corrected, engine_settings, venue_settings
from tests.examples import examples
from tests.unit.core.engine.desk import Desk, only
from tests.unit.core.engine.test_stops import Sides

FILLS = st.lists(
    st.builds(
        a_fill,
        side=st.sampled_from(Side),
        quantity=st.integers(1, 300),
        price=st.decimals("0.01", 999, places=4),
        commission=st.decimals(0, 20, places=6),
    ),
    min_size=1,
    max_size=12,
)


def numbered(fills: list[Fill]) -> list[Fill]:
    return [
        a_fill(execution_id=f"E{n}", side=one.side, quantity=one.quantity, price=one.price, commission=one.commission)
        for n, one in enumerate(fills)
    ]


@given(FILLS, st.data())
@settings(deadline=None, max_examples=examples(150))
def test_restated_books_are_those_of_the_right_fills(drawn: list[Fill], data: st.DataObject) -> None:
    wrong, right, restated = numbered(drawn), Ledger(), Ledger()
    for fill in wrong:
        restated.book(fill)
    corrections = dict(enumerate(wrong))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(wrong) - 1))
        quantity, price = data.draw(st.integers(0, 300)), data.draw(st.decimals("0.01", 999, places=4))
        corrections[place] = a_fill(
            execution_id=f"E{place}", side=wrong[place].side, quantity=quantity, price=price,
            commission=data.draw(st.decimals(0, 20, places=6)),
        )  # fmt: skip
        _, _, entry = restated.restate(corrections[place])
        assert sum(posting.amount for posting in entry.postings) == 0
    for fill in corrections.values():
        right.book(fill)
    assert restated.position(AAPL) == right.position(AAPL)
    assert {name: amount for name, amount in restated.balances.items() if amount} == {
        name: amount for name, amount in right.balances.items() if amount
    }


def a_desk_with_a_position() -> tuple[Desk, Fill]:
    """45 shares bought at 110."""
    desk = Desk(engine_settings(strategy=Sides(100.0, 1)), venue_settings(slippage_bps=0.0))
    desk.close(a_day(0, AAPL=110.0), a_day(1, AAPL=110.0))
    (booked,) = [event for step in desk.steps for event in only(FillBooked, step.events)]
    return desk, booked.fill


@pytest.mark.parametrize(
    ("quantity", "price", "shares", "cash"),
    [
        pytest.param(45, 109, 45, 100_000 - 45 * 109, id="at another price"),
        pytest.param(40, 110, 40, 100_000 - 40 * 110, id="for fewer shares"),
        pytest.param(0, 110, 0, 100_000, id="busted"),
    ],
)
def test_a_correction_reaches_order_position_and_cash(quantity: int, price: int, shares: int, cash: int) -> None:
    desk, fill = a_desk_with_a_position()
    report = corrected(order_id=1, corrects=fill.execution_id, quantity=quantity, price=price)
    (restated,) = only(FillRestated, desk.engine.process(report).events)
    ledger, order = desk.engine.account.ledger, desk.engine.account.orders.order(OrderId(1))
    assert ledger.position(AAPL).quantity == shares == restated.position.quantity
    assert ledger.cash == cash, "and it cost no commission, said the broker"
    assert order is not None
    assert order.filled == shares
    assert (order.status.value == "FILLED") == (shares == 45)
    again = desk.engine.process(report).events
    assert not only(FillRestated, again), "the same version counts once"


def test_a_commission_that_comes_later_is_booked_later() -> None:
    desk, fill = a_desk_with_a_position()
    before = desk.engine.account.ledger.cash
    desk.engine.process(charged(execution_id=fill.execution_id, commission="3.5"))
    assert desk.engine.account.ledger.cash == before + fill.commission - Decimal("3.5")
    assert desk.engine.account.ledger.balances["commission"] == Decimal("3.5")


def test_a_commission_that_comes_first_waits_for_its_execution() -> None:
    desk = Desk(engine_settings(strategy=Sides(100.0, 1)), venue_settings(slippage_bps=0.0))
    desk.close(a_day(0, AAPL=110.0))
    desk.engine.process(charged(execution_id="SIM1.1", commission="7.25"))
    desk.close(a_day(1, AAPL=110.0))
    assert desk.engine.account.ledger.balances["commission"] == Decimal("7.25")
    assert desk.engine.account.tally.quarantined == 0


def test_a_correction_that_overtakes_its_execution_is_the_execution() -> None:
    desk = Desk(engine_settings(strategy=Sides(100.0, 1)), venue_settings(slippage_bps=0.0))
    desk.close(a_day(0, AAPL=110.0))
    desk.engine.process(corrected(execution_id="SIM1.1.2", corrects="SIM1.1", quantity=45, price=108))
    desk.close(a_day(1, AAPL=110.0))
    ledger = desk.engine.account.ledger
    assert (ledger.position(AAPL).quantity, ledger.position(AAPL).cost) == (Decimal(45), Decimal(45 * 108))
    assert desk.engine.account.tally.quarantined == 1, "the execution itself, when it came, was known already"


PARTS = st.lists(st.integers(1, 90), min_size=1, max_size=4)


@given(PARTS, st.integers(0, 300), st.sampled_from([1, -1]), st.decimals(0, 20, places=6))
@settings(deadline=None)
def test_a_restated_fill_is_divided_exactly_among_those_who_had_it(
    shares: list[int], quantity: int, sign: int, commission: Decimal
) -> None:
    parts = tuple(
        Allotment(strategy=f"s{n}", quantity=Decimal(sign * own), commission=Decimal(1)) for n, own in enumerate(shares)
    )
    divided = divided_again(parts, Decimal(sign * quantity), commission)
    assert [part.strategy for part in divided] == [part.strategy for part in parts]
    assert sum(part.quantity for part in divided) == sign * quantity
    assert sum(part.commission for part in divided) == commission
    assert all(part.quantity * sign >= 0 and part.quantity == int(part.quantity) for part in divided)


def test_sub_accounts_are_restated_as_if_it_had_come_so_at_first() -> None:
    wrong, right = SubAccounts(), SubAccounts()
    first = tuple(Allotment(strategy=name, quantity=Decimal(10), commission=Decimal(0)) for name in "ab")
    less = tuple(Allotment(strategy=name, quantity=Decimal(6), commission=Decimal(0)) for name in "ab")
    passed = tuple(
        Allotment(strategy=name, quantity=Decimal(change), commission=Decimal(0))
        for name, change in (("a", -5), ("b", 5))
    )
    wrong.book(AAPL, Decimal(100), first, ExecutionId("E1"))
    wrong.book(AAPL, Decimal(103), passed)
    wrong.restate(AAPL, Decimal(101), less, ExecutionId("E1"))
    right.book(AAPL, Decimal(101), less, ExecutionId("E1"))
    right.book(AAPL, Decimal(103), passed)
    assert wrong.positions == right.positions
