"""In no minute is Alpaca asked more often than allowed, and orders always have room that reads leave them."""

from hypothesis import given
from hypothesis import strategies as st

from robo_trader.adapters.brokers.alpaca.request_budget import WINDOW_SECONDS, RequestBudget


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def a_budget(clock: Clock) -> RequestBudget:
    return RequestBudget(clock, per_minute=5, kept_for_orders=2)


def test_reads_leave_room_for_orders() -> None:
    clock = Clock()
    budget = a_budget(clock)
    for _ in range(3):
        assert budget.seconds_to_wait(is_order=False) == 0
        budget.note()
    assert budget.seconds_to_wait(is_order=False) == WINDOW_SECONDS
    assert budget.seconds_to_wait(is_order=True) == 0


def test_room_comes_back_as_requests_become_old() -> None:
    clock = Clock()
    budget = a_budget(clock)
    for _ in range(5):
        budget.note()
        clock.now += 1
    assert budget.seconds_to_wait(is_order=True) == WINDOW_SECONDS - 5
    clock.now += WINDOW_SECONDS - 5
    assert budget.seconds_to_wait(is_order=True) == 0


def test_too_many_closes_it_for_a_while_even_to_orders() -> None:
    clock = Clock()
    budget = a_budget(clock)
    budget.close_for(3)
    assert budget.seconds_to_wait(is_order=True) == 3
    clock.now += 3
    assert budget.seconds_to_wait(is_order=True) == 0


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 20)), max_size=60))
def test_no_minute_holds_more_than_allowed(asked: list[tuple[bool, float]]) -> None:
    clock = Clock()
    budget, sent, reads = a_budget(clock), list[float](), list[float]()
    for is_order, pause in asked:
        clock.now += pause
        while (wait := budget.seconds_to_wait(is_order=is_order)) > 0:
            clock.now += wait
        budget.note()
        sent.append(clock.now)
        if not is_order:
            reads.append(clock.now)
    for times, allowed in ((sent, 5), (reads, 3)):
        assert all(late - early > WINDOW_SECONDS - 1e-6 for early, late in zip(times, times[allowed:], strict=False))
