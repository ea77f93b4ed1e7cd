"""Dividends and borrow fees are whose the shares are, to the last digit, as far as they were held at the close before.

Worked by hand: 33, 20 and -7 shares are 46 together. 0.25 dollars a share are 8.25, 5 and -1.75, of 11.50.
"""

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.corporate_actions import Dividend
from robo_trader.core.domain.events import CashBooked, CashKind, SliceClosed
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.portfolio.netting import divide_cash
from robo_trader.core.portfolio.sizing import FixedShares
from tests.builders import AAPL, FREE, a_day, a_sleeve, corrected, engine_settings, venue_settings
from tests.unit.core.engine.desk import Desk, only
from tests.unit.core.engine.test_corporate_actions import a_dividend, a_shared_desk, a_split
from tests.unit.core.engine.test_stops import Sides


def whose(booked: CashBooked) -> dict[str, Decimal]:
    return {part.strategy: part.amount for part in booked.allotments}


def two_sides(long: int, short: int) -> EngineSettings:
    """One long and the other short of some shares above 100 dollars."""
    sleeves = (
        a_sleeve(Sides(100.0, 1), name="long", sizer=FixedShares(quantity=long)),
        a_sleeve(Sides(100.0, -1), name="short", sizer=FixedShares(quantity=short)),
    )
    return dataclasses.replace(engine_settings(sleeves=sleeves, commissions=FREE), borrow_rate=Decimal("0.36"))


def held_at(settings: EngineSettings, *closes: float) -> Desk:
    desk = Desk(settings, venue_settings(slippage_bps=0.0, commissions=FREE))
    desk.close(*(a_day(day, AAPL=price) for day, price in enumerate(closes)))
    return desk


def test_a_dividend_is_whose_the_shares_are() -> None:
    desk = a_shared_desk()
    accounts = desk.engine._strategy.ownership.sub_accounts
    before = dict(accounts.cash)
    (booked,) = only(CashBooked, desk.act(a_dividend("0.25")))
    expected = {"low": Decimal("8.25"), "high": Decimal(5), "short": Decimal("-1.75")}
    assert whose(booked) == expected and booked.amount == Decimal("11.5")
    assert accounts.received == expected
    assert {name: accounts.cash[name] - before[name] for name in before} == expected


def test_a_dividend_of_the_day_of_a_split_goes_by_new_shares() -> None:
    desk = a_shared_desk()
    (booked,) = only(CashBooked, desk.act(a_split(2), a_dividend("0.25")))
    assert whose(booked) == {"low": Decimal("16.5"), "high": Decimal(10), "short": Decimal("-3.5")}


def test_where_the_account_holds_nothing_a_dividend_passes_between_the_strategies() -> None:
    desk = held_at(two_sides(40, 40), 110.0, 110.0, 110.0)
    assert not desk.engine.account.ledger.position(AAPL).quantity
    cash = desk.engine.account.ledger.cash
    (booked,) = only(CashBooked, desk.act(a_dividend("0.5", day=3)))
    assert booked.amount == 0 and whose(booked) == {"long": Decimal(20), "short": Decimal(-20)}
    assert desk.engine.account.ledger.cash == cash


def test_a_fee_is_whose_shares_are_short() -> None:
    """30 of 50 shares had to be borrowed: 30 * 110 * 0.36 / 360 are 3.30 dollars a night, the short one's."""
    desk = held_at(two_sides(20, 50), 110.0, 110.0, 110.0)
    fees = only(CashBooked, desk.close(a_day(3, AAPL=110.0)))
    assert [(one.kind, one.amount, whose(one)) for one in fees] == [
        (CashKind.BORROW_FEE, Decimal("-3.3"), {"short": Decimal("-3.3")})
    ]


@pytest.mark.parametrize("quantity", [20, 15, 0], ids=["as it came", "for fewer shares", "busted"])
def test_what_is_bought_on_the_ex_date_takes_no_part(quantity: int) -> None:
    """The early one holds 20 shares; on the ex-date the late one buys 20, which the broker corrects at once."""
    sleeves = tuple(
        a_sleeve(Sides(above, 1), name=name, sizer=FixedShares(quantity=20))
        for name, above in (("early", 100.0), ("late", 115.0))
    )
    desk = held_at(engine_settings(sleeves=sleeves, commissions=FREE), 110.0, 110.0, 120.0)
    day = replace(a_day(3, AAPL=120.0), dividends=(Dividend(symbol=AAPL, amount=Decimal(1)),))
    desk.venue.observe(day)
    reports = desk.venue.take_reports()
    for report in reports:
        desk.engine.process(report)
    _, fill = desk.engine.account.ledger.fills(AAPL)
    if quantity != fill.quantity:
        restated = corrected(order_id=fill.order_id, corrects=fill.execution_id, quantity=quantity, price=120)
        desk.engine.process(restated)
    (booked,) = only(CashBooked, desk.engine.process(SliceClosed(slice=day)).events)
    assert whose(booked) == {"early": Decimal(20)}


@given(
    st.decimals(-10_000, 10_000, places=6),
    st.decimals("0.0001", 99, places=4),
    st.dictionaries(st.text(min_size=1), st.integers(-10_000, 10_000).map(Decimal), min_size=1),
)
def test_the_parts_sum_to_the_cash_exactly(amount: Decimal, each: Decimal, shares: dict[str, Decimal]) -> None:
    parts = divide_cash(amount, each, shares)
    assert [part.strategy for part in parts] == [name for name, own in shares.items() if own]
    assert not parts or sum(part.amount for part in parts) == amount
    assert all(part.amount == shares[part.strategy] * each for part in parts[1:])
