"""A breaker opens when enough goes wrong, is tried by one entry after its cool-down, and that entry decides.

The cool-down is 100 seconds, the window 60. Times are seconds after the open.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.events import BreakerChanged
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.orders import OrderId, Side
from robo_trader.core.domain.violations import BreakerState
from robo_trader.core.risk.breakers import Breakers
from tests.builders import OPEN, a_fill, some_limits

CLOSED, OPENED, HALF_OPEN = BreakerState
PROBE, ANOTHER = OrderId(7), OrderId(8)
HUNDRED = Decimal(100)
Story = Callable[[Breakers], None]


def at(seconds: int) -> int:
    return OPEN + seconds * NANOS_PER_SECOND


def breakers(**given: object) -> Breakers:
    return Breakers(some_limits(**{"breaker_cooldown_seconds": 100, **given}))  # type: ignore[arg-type]


def fill(price: str, *, side: Side = Side.BUY, order_id: OrderId = PROBE, seconds: int = 0) -> Fill:
    return replace(a_fill(side=side, price=price), order_id=order_id, occurred_at=at(seconds))


def moves(of: Breakers) -> list[tuple[BreakerState, BreakerState]]:
    return [(change.before, change.after) for change in of.take_changes()]


def tried(of: Breakers, *, seconds: int) -> None:
    """Let the cool-down pass, and the entry PROBE leave."""
    assert of.refusing(at(seconds)) == ()
    of.note_order(PROBE, at=at(seconds), is_entry=True)
    of.take_changes()


def reject(of: Breakers, *seconds: int) -> None:
    for second in seconds:
        of.note_rejected(at=at(second))


def lose(of: Breakers, *profits: str) -> None:
    for profit in profits:
        of.note_closed(Decimal(profit), at=at(0))


def slip(of: Breakers, *prices: str, order_id: OrderId = ANOTHER) -> None:
    for price in prices:
        of.note_fill(fill(price, order_id=order_id), HUNDRED)


def order(of: Breakers, *seconds: int) -> None:
    for second in seconds:
        of.note_order(ANOTHER, at=at(second), is_entry=False)


def err(of: Breakers, *seconds: int) -> None:
    for second in seconds:
        of.note_error(at=at(second))


KINDS: dict[str, tuple[dict[str, object], Story, Story, Story, Story]] = {
    # limits; what is just not enough; what is; a good outcome; a bad one
    "rejects": (
        {"breaker_rejects": 3}, lambda b: reject(b, 0, 30, 60), lambda b: reject(b, 61, 62),
        lambda b: b.note_accepted(PROBE, at=at(200)), lambda b: reject(b, 200),
    ),
    "losing_streak": (
        {"breaker_losing_streak": 3}, lambda b: lose(b, "-1", "-1", "0", "-1", "-1"), lambda b: lose(b, "-0.01"),
        lambda b: lose(b, "0"), lambda b: lose(b, "-1"),
    ),
    "slippage": (
        {"breaker_slippage_bps": "10", "breaker_slippage_fills": 2}, lambda b: slip(b, "100.20", "100.00", "100.20"),
        lambda b: slip(b, "100.01"), lambda b: slip(b, "100.10", order_id=PROBE), lambda b: slip(b, "100.11"),
    ),
    "errors": (
        {"breaker_errors": 2}, lambda b: err(b, 0, 60), lambda b: err(b, 61),
        lambda b: b.note_fill(fill("100"), HUNDRED), lambda b: err(b, 200),
    ),
    "orders": (
        {"breaker_orders": 3}, lambda b: order(b, 0, 60, 61), lambda b: order(b, 62),
        lambda b: b.note_fill(fill("100"), HUNDRED), lambda b: order(b, 200, 201),
    ),
}  # fmt: skip
STORIES = pytest.mark.parametrize(("limits", "almost", "enough", "good", "bad"), KINDS.values(), ids=KINDS)


@STORIES
def test_opens_when_enough_goes_wrong_and_not_before(
    limits: dict[str, object], almost: Story, enough: Story, good: Story, bad: Story
) -> None:
    of = breakers(**limits)
    almost(of)
    assert moves(of) == [] and of.refusing(at(63)) == ()
    enough(of)
    (change,) = of.take_changes()
    assert (change.before, change.after) == (CLOSED, OPENED)
    assert change.open_until == change.occurred_at + 100 * NANOS_PER_SECOND
    assert change.value >= change.limit or change.name == "slippage"
    assert of.refusing(at(63)) == (change.name,)
    enough(of)
    assert moves(of) == [], "it is open already"
    assert good is not bad


@STORIES
def test_a_good_outcome_closes(
    limits: dict[str, object], almost: Story, enough: Story, good: Story, bad: Story
) -> None:
    of = breakers(**limits)
    almost(of)
    enough(of)
    tried(of, seconds=170)
    assert of.refusing(at(171)) != (), "one entry tries, no other passes beside it"
    good(of)
    assert moves(of) == [(HALF_OPEN, CLOSED)]
    assert of.refusing(at(201)) == ()
    assert bad is not good


@STORIES
def test_a_bad_outcome_opens_again_for_twice_as_long(
    limits: dict[str, object], almost: Story, enough: Story, good: Story, bad: Story
) -> None:
    of = breakers(**limits)
    almost(of)
    enough(of)
    tried(of, seconds=170)
    bad(of)
    (change,) = of.take_changes()
    assert (change.before, change.after) == (HALF_OPEN, OPENED)
    assert change.open_until - change.occurred_at == 200 * NANOS_PER_SECOND
    assert good is not bad


def test_it_stays_open_eight_cool_downs_at_most() -> None:
    of, second, lengths = breakers(breaker_rejects=1), 0, []
    for _ in range(6):
        of.note_rejected(at=at(second))
        change = opened(of)
        lengths.append((change.open_until - change.occurred_at) // NANOS_PER_SECOND)
        second += 1_000
        tried(of, seconds=second)
    assert lengths == [100, 200, 400, 800, 800, 800]


def opened(of: Breakers) -> BreakerChanged:
    (change,) = of.take_changes()
    assert change.after is OPENED
    return change


def test_an_entry_that_ends_without_an_outcome_makes_room_for_another() -> None:
    of = breakers(breaker_slippage_bps="1", breaker_slippage_fills=1)
    slip(of, "101")
    tried(of, seconds=170)
    assert of.refusing(at(171)) == ("slippage",)
    of.note_ended(ANOTHER, was_filled=False)
    assert of.refusing(at(172)) == ("slippage",), "that was another order"
    of.note_ended(PROBE, was_filled=False)
    assert of.refusing(at(172)) == ()


def test_a_trade_that_is_still_open_keeps_the_streak_undecided() -> None:
    of = breakers(breaker_losing_streak=1)
    lose(of, "-1")
    tried(of, seconds=170)
    of.note_ended(PROBE, was_filled=True)
    assert of.refusing(at(171)) == ("losing_streak",), "the trade must be closed first"
    lose(of, "5")
    assert of.refusing(at(172)) == ()


def test_an_exit_never_decides() -> None:
    of = breakers(breaker_rejects=1)
    reject(of, 0)
    assert of.refusing(at(100)) == ()
    of.note_order(ANOTHER, at=at(100), is_entry=False)
    of.note_accepted(ANOTHER, at=at(101))
    assert moves(of) == [(CLOSED, OPENED), (OPENED, HALF_OPEN)]


def test_a_sale_slips_downwards() -> None:
    of = breakers(breaker_slippage_bps="10", breaker_slippage_fills=1)
    of.note_fill(fill("100.20", side=Side.SELL), HUNDRED)
    assert moves(of) == []
    of.note_fill(fill("99.80", side=Side.SELL), HUNDRED)
    assert opened(of).value == 20


def test_what_is_off_does_nothing() -> None:
    of = breakers(breaker_rejects=1)
    lose(of, *["-1"] * 50)
    slip(of, *["200"] * 50)
    err(of, *range(50))
    assert moves(of) == [] and of.refusing(at(0)) == ()
