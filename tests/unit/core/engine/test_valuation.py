"""Equity, its peak and its fall, and where a session's loss is counted from.

Worked by hand: 10,000 dollars; 100 shares bought at 50. At 60 equity is 11,000, the peak. At 38 it is 8,800: a fifth
below. At 49 it is 9,900: a tenth below, and the worst stays a fifth.
"""

from decimal import Decimal

import pytest

from robo_trader.core.engine.valuation import Valuation
from robo_trader.core.ledger.ledger import Ledger
from tests.builders import CLOSE, a_fill, a_session


@pytest.fixture
def ledger() -> Ledger:
    books = Ledger()
    books.deposit(Decimal(10_000))
    books.book(a_fill(quantity=100, price=50))
    return books


@pytest.fixture
def valuation() -> Valuation:
    account = Valuation()
    account.open_account(Decimal(10_000))
    account.enter(a_session())
    return account


def mark(valuation: Valuation, ledger: Ledger, price: int) -> Decimal:
    held = 100 * Decimal(price)
    valuation.mark(ledger.cash, held, held)
    return valuation.summary(ledger, as_of=CLOSE).drawdown


def test_drawdown_is_counted_from_the_peak(valuation: Valuation, ledger: Ledger) -> None:
    falls = [mark(valuation, ledger, price) for price in (50, 60, 38, 49)]
    assert falls == [Decimal(0), Decimal(0), Decimal("0.2"), Decimal("0.1")]
    assert valuation.peak_equity == 11_000 and valuation.max_drawdown == Decimal("0.2")
    assert valuation.equity == 9_900


def test_a_session_opens_with_what_the_last_one_closed_with(valuation: Valuation, ledger: Ledger) -> None:
    assert valuation.session_opening_equity == 10_000
    mark(valuation, ledger, 60)
    assert not valuation.enter(a_session()), "the same session goes on"
    assert valuation.session_opening_equity == 10_000
    assert valuation.enter(a_session(day=1))
    assert valuation.session_opening_equity == 11_000


def test_the_peak_of_a_session_is_its_own(valuation: Valuation, ledger: Ledger) -> None:
    peaks = []
    for day, price in ((0, 60), (0, 38), (1, 49), (1, 44)):
        valuation.enter(a_session(day=day))
        mark(valuation, ledger, price)
        peaks.append(valuation.session_peak_equity)
    assert peaks == [11_000, 11_000, 9_900, 9_900], "a new session begins where the one before ended, at 8,800"
    assert valuation.peak_equity == 11_000


def test_the_summary_shows_the_account(valuation: Valuation, ledger: Ledger) -> None:
    ledger.book(a_fill(quantity=50, price=60, commission=1))
    valuation.mark(ledger.cash, Decimal(9_000), Decimal(9_000))
    summary = valuation.summary(ledger, as_of=CLOSE)
    assert (summary.as_of, summary.session) == (CLOSE, "2024-03-04")
    assert summary.cash == 1_999 and summary.equity == 10_999
    assert summary.gross_exposure == 9_000 and summary.commission == 1


def test_slices_in_which_nothing_happens_count_as_if_marked_one_by_one(ledger: Ledger) -> None:
    stepped, passed = Valuation(), Valuation()
    for account in (stepped, passed):
        account.open_account(Decimal(10_000))
        account.enter(a_session())
    for price in (60, 38, 49):
        mark(stepped, ledger, price)
    passed.pass_over(highest=Decimal(11_000), deepest=Decimal("0.2"), last=Decimal(9_900), gross=Decimal(4_900))
    assert passed.state() == stepped.state() and passed.gross_exposure == stepped.gross_exposure


def test_no_summary_before_the_first_session(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        Valuation().summary(ledger, as_of=0)
