"""Whether a report can be about the order that it names: numbers of the wire may be used again, his own are not."""

from robo_trader.core.domain.order_reports import BrokerReport, OrderAccepted
from robo_trader.core.domain.orders import Order


def is_of_another(order: Order, report: BrokerReport) -> bool:
    """Return whether a report names another order of the broker than the one that ours is known to be."""
    if not isinstance(report, OrderAccepted):
        return False
    return bool(order.broker_order_id and report.broker_order_id) and order.broker_order_id != report.broker_order_id
