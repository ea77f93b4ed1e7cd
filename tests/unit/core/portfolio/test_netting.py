"""Several strategies in one account: what reaches the market, and whose the shares are that come of it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.signals import Target
from robo_trader.core.portfolio.netting import Want, allot, cross, net
from tests.builders import AAPL, DAY, OPEN, a_signal

NOBODY = Decimal(0)
SHARES = st.integers(-500, 500)


def a_want(strategy: str, held: int, wanted: int, *, as_of: int = OPEN, expires_at: int = OPEN + DAY) -> Want:
    signal = replace(a_signal(as_of=as_of), strategy=strategy, expires_at=expires_at)
    target = Target(
        signal_id=signal.signal_id, symbol=AAPL, quantity=Decimal(wanted), reference_price=Decimal(100)
    )  # fmt: skip
    return Want(strategy, signal, target, Decimal(held))


def parts(allotments: tuple[Allotment, ...]) -> dict[str, int]:
    return {one.strategy: int(one.quantity) for one in allotments}


wants_of_several = st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=5).map(
    lambda pairs: [a_want(f"s{place}", held, wanted) for place, (held, wanted) in enumerate(pairs)]
)


def test_the_account_wants_the_sum_and_the_newest_speaks_for_it() -> None:
    older, newer = a_want("older", 0, 100), a_want("newer", 20, 50, as_of=OPEN + 1)
    both = net([older, newer], now=OPEN, is_working=False)
    assert (both.strategy, both.target.quantity, both.held) == ("newer", Decimal(150), Decimal(20))


def test_who_wants_nothing_more_does_not_speak() -> None:
    asks, content = a_want("asks", 0, 100), a_want("content", 50, 50, as_of=OPEN + 1)
    assert net([asks, content], now=OPEN, is_working=False).strategy == "asks"


def test_of_two_that_speak_at_once_the_first_in_order_does() -> None:
    assert net([a_want("first", 0, 1), a_want("second", 0, 9)], now=OPEN, is_working=False).strategy == "first"


def test_a_late_entry_is_not_made_but_one_that_works_is_not_called_back() -> None:
    late, content = a_want("late", 0, 100, expires_at=OPEN - 1), a_want("content", 50, 50)
    assert net([late, content], now=OPEN, is_working=False).target.quantity == 50
    assert net([late, content], now=OPEN, is_working=True).target.quantity == 150


def test_an_exit_is_never_late() -> None:
    leaving, short = a_want("leaving", 100, 0, expires_at=OPEN - 1), a_want("short", -60, -60)
    assert net([leaving, short], now=OPEN, is_working=False).target.quantity == -60


def test_opposite_wants_pass_between_strategies() -> None:
    crossed = cross([a_want("buys", 0, 100), a_want("sells", 60, 0)], now=OPEN)
    assert parts(crossed) == {"buys": 60, "sells": -60}


def test_a_late_entry_takes_nothing_from_others() -> None:
    assert cross([a_want("late", 0, 100, expires_at=OPEN - 1), a_want("sells", 60, 0)], now=OPEN) == ()


def test_a_fill_is_divided_by_what_each_misses() -> None:
    wants = [a_want("one", 0, 100), a_want("two", 0, 50), a_want("content", 10, 10)]
    given = allot(wants, Decimal(90), Decimal("1.00"), "one")
    assert parts(given) == {"one": 60, "two": 30}
    assert [one.commission for one in given] == [Decimal("0.666667"), Decimal("0.333333")]


def test_what_a_division_leaves_over_goes_to_the_first_that_misses_some() -> None:
    wants = [a_want(name, 0, 1) for name in ("one", "two", "three")]
    assert parts(allot(wants, Decimal(2), NOBODY, "one")) == {"one": 1, "two": 1}


def test_what_nobody_misses_any_more_is_the_one_s_it_was_ordered_for() -> None:
    wants = [a_want("changed its mind", 0, 0), a_want("other", 0, 10)]
    assert parts(allot(wants, Decimal(-30), NOBODY, "changed its mind")) == {"changed its mind": -30}
    assert parts(allot([], Decimal(30), NOBODY, "gone")) == {"gone": 30}


@given(wants_of_several, st.integers(1, 2_000), st.sampled_from([1, -1]), st.decimals("0", "99", places=6))
def test_the_parts_of_a_fill_are_the_fill(wants: list[Want], shares: int, sign: int, commission: Decimal) -> None:
    given = allot(wants, Decimal(sign * shares), commission, "s0")
    assert sum(one.quantity for one in given) == sign * shares
    assert sum(one.commission for one in given) == commission
    for one in given:
        want = next(want for want in wants if want.strategy == one.strategy)
        missing = max(NOBODY, sign * (want.target.quantity - want.held))
        assert one.quantity * sign > 0 and (abs(one.quantity) <= missing or one.strategy == "s0")


@given(wants_of_several)
def test_after_a_cross_nobody_wants_the_opposite_of_another(wants: list[Want]) -> None:
    crossed = parts(cross(wants, now=OPEN))
    assert sum(crossed.values()) == 0
    missing = [want.target.quantity - want.held - crossed.get(want.strategy, 0) for want in wants]
    assert min(missing) >= 0 or max(missing) <= 0
    for want, left in zip(wants, missing, strict=True):
        assert left * (want.target.quantity - want.held) >= 0, "nobody gets more than it wanted"


@given(wants_of_several)
def test_one_order_brings_everybody_to_what_they_want(wants: list[Want]) -> None:
    """Cross, order the rest, and divide the fill: all targets are reached and the sum is the account's."""
    held = {want.strategy: int(want.held) for want in wants}
    for strategy, change in parts(cross(wants, now=OPEN)).items():
        held[strategy] += change
    after = [a_want(want.strategy, held[want.strategy], int(want.target.quantity)) for want in wants]
    together = net(after, now=OPEN, is_working=False)
    missing = together.target.quantity - together.held
    if missing:
        for strategy, change in parts(allot(after, missing, NOBODY, together.strategy)).items():
            held[strategy] += change
    assert held == {want.strategy: int(want.target.quantity) for want in wants}
