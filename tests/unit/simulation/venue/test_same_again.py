"""Shown the same orders and bars again, the venue reports the same again; and every order ends once."""

from collections import defaultdict
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.order_reports import BrokerReport, CancelRejected, OrderAccepted, OrderExecuted
from robo_trader.core.domain.orders import OrderId, OrderIntent, Side, TimeInForce
from robo_trader.simulation.venue.venue import Venue
from tests.builders import a_bar, a_session, an_approved_order, an_intent, venue_settings
from tests.examples import examples
from tests.unit.simulation.venue.showing import hour, hour_end

SYMBOLS = ["AAPL", "MSFT"]
INTENTS = st.builds(
    an_intent,
    symbol=st.sampled_from(SYMBOLS),
    side=st.sampled_from(Side),
    quantity=st.integers(1, 300),
    limit=st.none() | st.integers(95, 105),
    stop=st.none() | st.integers(95, 105),
    time_in_force=st.sampled_from(TimeInForce),
)
PRICES = st.tuples(st.sampled_from([97.0, 100.0, 103.0, -1.0]), st.sampled_from([0.0, 700.0, 5_000.0]))
Acts = list[tuple[OrderIntent | None, int | None, dict[str, tuple[float, float]]]]
ACTS = st.lists(
    st.tuples(
        st.none() | INTENTS,
        st.none() | st.integers(1, 6),  # an order to cancel, known or not
        st.dictionaries(st.sampled_from(SYMBOLS), PRICES),
    ),
    max_size=20,
)


def slice_of(number: int, prices: dict[str, tuple[float, float]]) -> BarSlice:
    """Hour after hour; a session has seven, of which the last is half an hour."""
    day, index = divmod(number, 7)
    session = a_session(day=day)
    bars = [
        a_bar(
            symbol=symbol, started_at=hour_end(index, session), ended_at=hour_end(index + 1, session), open=price,
            high=price + 2, low=price - 2, volume=volume,
        )
        for symbol, (price, volume) in sorted(prices.items())
    ]  # fmt: skip
    return hour(index + 1, *bars, session=session)


def played(acts: Acts) -> list[BrokerReport]:
    venue = Venue(venue_settings())
    reports: list[BrokerReport] = []
    orders = 0
    for number, (intent, cancel, prices) in enumerate(acts):
        slice_ = slice_of(number, prices)
        venue.observe(slice_)
        if intent is not None:
            orders += 1
            venue.submit(an_approved_order(order_id=orders, intent=intent, at=slice_.ended_at))
        if cancel is not None and cancel <= orders:
            venue.cancel(OrderId(cancel), at=slice_.ended_at)
        reports.extend(venue.take_reports())
    return reports


@given(ACTS)
@settings(deadline=None, max_examples=examples(100))
def test_same_orders_and_bars_same_reports(acts: Acts) -> None:
    assert played(acts) == played(acts)


@given(ACTS)
@settings(deadline=None, max_examples=examples(100))
def test_each_order_is_accepted_first_ends_once_and_is_never_overfilled(acts: Acts) -> None:
    intents = [intent for intent, _, _ in acts if intent is not None]
    stories: defaultdict[int, list[BrokerReport]] = defaultdict(list)
    for report in played(acts):
        stories[report.order_id].append(report)
    assert stories.keys() == set(range(1, len(intents) + 1))
    for order_id, (first, *rest) in stories.items():
        executions = [report for report in rest if isinstance(report, OrderExecuted)]
        filled = sum((execution.quantity for execution in executions), Decimal(0))
        assert isinstance(first, OrderAccepted)
        ends = [report for report in rest if not isinstance(report, (OrderExecuted, CancelRejected))]
        assert len(ends) <= 1 and rest[: len(executions)] == executions, "one end, after all fills"
        assert filled <= intents[order_id - 1].quantity
        assert all(execution.symbol == intents[order_id - 1].symbol for execution in executions)
        assert all(execution.occurred_at >= first.occurred_at for execution in executions)
    ids = [report.execution_id for story in stories.values() for report in story if isinstance(report, OrderExecuted)]
    assert len(ids) == len(set(ids))
