"""An execution corrected after a split counts in new shares for everybody, also for who held nothing meanwhile."""

from decimal import Decimal

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.ledger.sub_accounts import SubAccounts
from tests.builders import AAPL


def part(strategy: str, shares: int) -> Allotment:
    return Allotment(strategy=strategy, quantity=Decimal(shares), commission=Decimal(0))


def test_who_held_nothing_at_the_split_is_counted_anew() -> None:
    """One bought 10 and gave them to the other before two for one; it had bought 5 only, so it is short 10 new ones."""
    accounts, ten = SubAccounts(), Decimal(10)
    accounts.book(AAPL, ten, (part("one", 10),), ExecutionId("E1"))
    accounts.book(AAPL, ten, (part("one", -10), part("other", 10)))
    accounts.split(AAPL, Decimal(20), 2, 1, Decimal(5))
    accounts.restate(AAPL, ten, (part("one", 5),), ExecutionId("E1"))
    assert accounts.shares_by_strategy(AAPL) == {"one": -10, "other": 20}
