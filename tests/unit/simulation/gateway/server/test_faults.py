"""A script of faults is read with its mistakes named, and each fault fires when it says and not once more."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.simulation.gateway.server.fault_book import FaultBook
from robo_trader.simulation.gateway.server.faults import NAMED_FAULTS, Fault, FaultKind, read_fault, read_faults
from tests.examples import examples


def fired(fault: Fault, messages: int, *, name: str = "OpenOrder", client_id: int = 1, seed: int = 0) -> list[int]:
    """At which of so many messages, counted from 1, the fault fires."""
    book = FaultBook([fault], seed=seed)
    return [number for number in range(1, messages + 1) if book.at_message(name, client_id)]


@pytest.mark.parametrize(
    ("fields", "fires_at"),
    [
        ({}, [1]),
        ({"nth": 3}, [3]),
        ({"nth": 3, "times": 2}, [3, 4]),
        ({"times": 0}, [1, 2, 3, 4, 5]),
        ({"client_id": 2}, []),
        ({"on": "OrderStatusMessage"}, []),
        ({"probability": 1.0, "times": 0}, [1, 2, 3, 4, 5]),
        ({"probability": 1.0, "times": 2}, [1, 2]),
    ],
)  # fmt: skip
def test_a_fault_fires_where_it_says(fields: dict[str, object], fires_at: list[int]) -> None:
    assert fired(read_fault({"kind": "drop", "on": "OpenOrder"} | fields), 5) == fires_at


def test_others_messages_do_not_count() -> None:
    book = FaultBook([Fault(kind=FaultKind.DROP, on="OpenOrder", nth=2, client_id=1)])
    said = [("OpenOrder", 2), ("OpenOrder", 1), ("OrderStatusMessage", 1), ("OpenOrder", 2), ("OpenOrder", 1)]
    assert [bool(book.at_message(name, client)) for name, client in said] == [False, False, False, False, True]


def test_time_fires_once_and_counts_from_arming() -> None:
    book = FaultBook([Fault(kind=FaultKind.CLOSE, after_seconds=2.0)])
    book.arm(Fault(kind=FaultKind.CLOSE, after_seconds=2.0), elapsed=1.0)
    assert [len(book.by_time(elapsed)) for elapsed in (0.0, 1.9, 2.0, 2.9, 3.0, 100.0)] == [0, 0, 1, 0, 1, 0]


def test_without_a_trigger_it_happens_at_once() -> None:
    assert len(FaultBook([Fault(kind=FaultKind.CLOSE)]).by_time(0.0)) == 1


@settings(max_examples=examples(50))
@given(st.integers(0, 10**6), st.floats(0.01, 0.99))
def test_chance_is_a_function_of_the_seed(seed: int, probability: float) -> None:
    fault = Fault(kind=FaultKind.DROP, on="OpenOrder", probability=probability, times=0)
    assert fired(fault, 50, seed=seed) == fired(fault, 50, seed=seed)


def test_chance_comes_about_as_often_as_it_should() -> None:
    fault = Fault(kind=FaultKind.DROP, on="OpenOrder", probability=0.3, times=0)
    counts = [len(fired(fault, 1_000, seed=seed)) for seed in range(5)]
    assert all(250 < count < 350 for count in counts)
    assert len({tuple(fired(fault, 50, seed=seed)) for seed in range(5)}) == 5


@pytest.mark.parametrize("name", NAMED_FAULTS)
def test_every_named_fault_is_one(name: str) -> None:
    assert isinstance(read_fault({"name": name}), Fault)


def test_a_named_fault_can_be_changed() -> None:
    assert read_fault({"name": "commission_late", "seconds": 1.0, "client_id": 3}) == Fault(
        kind=FaultKind.DELAY, on="CommissionReport", times=0, seconds=1.0, client_id=3
    )


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({}, "kind"),
        ({"kind": "explode"}, "explode"),
        ({"name": "explode"}, "no fault 'explode'"),
        ({"kind": "drop", "on": "OpenOrders!"}, "OpenOrders!"),
        ({"kind": "drop"}, "needs `on`"),
        ({"kind": "do"}, "needs a `doing`"),
        ({"kind": "delay", "on": "PlaceOrder"}, "a request can be dropped"),
        ({"kind": "say", "on": "OpenOrder"}, "needs a `code`"),
        ({"kind": "close", "on": "OpenOrder", "after_seconds": 1.0}, "not both"),
        ({"kind": "close", "nht": 3}, "nht"),
        ({"kind": "close", "seconds": -1.0}, "not negative"),
        ({"kind": "drop", "on": "OpenOrder", "probability": 1.5}, "at most 1"),
        ({"kind": "drop", "on": "OpenOrder", "nth": 0}, "not negative"),
        ("close", "no table"),
    ],
)
def test_a_mistake_is_named(entry: object, complaint: str) -> None:
    with pytest.raises(InvalidConfig, match=complaint) as refused:
        read_faults({"fault": [{"kind": "close"}, entry]})
    assert "fault 2" in str(refused.value)
    assert refused.value.next_step


@pytest.mark.parametrize("script", [[], {}, {"faults": []}, {"fault": {}}, {"fault": [], "seed": 1}])
def test_a_script_holds_faults_and_nothing_else(script: object) -> None:
    with pytest.raises(InvalidConfig, match="nothing else"):
        read_faults(script)
