"""Our words in Alpaca's, and Alpaca's in ours."""

from robo_trader.core.domain.orders import BUY, SELL, OrderStatus, OrderType, Side, TimeInForce

SIDE_WORDS = {BUY: "buy", SELL: "sell"}
TYPE_WORDS = {
    OrderType.MARKET: "market",
    OrderType.LIMIT: "limit",
    OrderType.STOP: "stop",
    OrderType.STOP_LIMIT: "stop_limit",
    OrderType.TRAILING_STOP: "trailing_stop",
}
FORCE_WORDS = {
    TimeInForce.DAY: "day",
    TimeInForce.GTC: "gtc",
    TimeInForce.IOC: "ioc",
    TimeInForce.FOK: "fok",
    TimeInForce.AT_THE_OPENING: "opg",
    TimeInForce.AT_THE_CLOSE: "cls",
}
ENDS = {
    "filled": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}
NOT_YET_WORKING = frozenset({"accepted", "pending_new", "accepted_for_bidding", "held", "pending_review"})
_ENDS_AT_ONCE = frozenset({"ioc", "fok", "opg", "cls"})


def side_of(word: str | None) -> Side:
    """Return the side a word names; short sales are sales."""
    return BUY if word in {"buy", "buy_minus"} else SELL


def end_of(status: str, time_in_force: str, *, cancel_asked: bool) -> OrderStatus | None:
    """Return how an order of a status has ended, None if it may go on.

    What is left of an order that fills at once or not at all, or in an auction, Alpaca calls canceled. Unless we
    asked for that, its time in force ended it.
    """
    end = ENDS.get(status)
    if end is OrderStatus.CANCELED and time_in_force in _ENDS_AT_ONCE and not cancel_asked:
        return OrderStatus.EXPIRED
    return end
