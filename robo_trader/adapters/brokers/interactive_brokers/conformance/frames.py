"""Frames of the wire as the tour sees them: which message it is, which order or question it is about, what it says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Direction(Enum):
    """Who speaks."""

    SENT = ">"
    HEARD = "<"


SENT_KINDS = {
    1: "reqMktData", 2: "cancelMktData", 3: "placeOrder", 4: "cancelOrder", 5: "reqOpenOrders", 7: "reqExecutions",
    9: "reqContractDetails", 16: "reqAllOpenOrders", 49: "reqCurrentTime", 59: "reqMarketDataType", 61: "reqPositions",
    62: "reqAccountSummary", 63: "cancelAccountSummary", 64: "cancelPositions", 71: "startApi", 91: "reqMarketRule",
    99: "reqCompletedOrders",
}  # fmt: skip
HEARD_KINDS = {
    1: "tickPrice", 2: "tickSize", 3: "orderStatus", 4: "error", 5: "openOrder", 6: "updateAccountValue",
    7: "updatePortfolio", 8: "updateAccountTime", 9: "nextValidId", 10: "contractDetails", 11: "execDetails",
    15: "managedAccounts", 45: "tickGeneric", 46: "tickString", 49: "currentTime", 52: "contractDetailsEnd",
    53: "openOrderEnd", 55: "execDetailsEnd", 57: "tickSnapshotEnd", 58: "marketDataType", 59: "commissionReport",
    61: "position", 62: "positionEnd", 63: "accountSummary", 64: "accountSummaryEnd", 81: "tickReqParams",
    93: "marketRule", 101: "completedOrder", 102: "completedOrdersEnd",
}  # fmt: skip
ORDER_KINDS = frozenset({
    "placeOrder", "cancelOrder", "orderStatus", "openOrder", "execDetails", "completedOrder", "commissionReport",
})  # fmt: skip

# What comes in numbers and at moments that say nothing of the gateway: prices, rows of the account, the time.
_UNCOMPARED = frozenset({
    "tickPrice", "tickSize", "tickGeneric", "tickString", "tickReqParams", "tickSnapshotEnd", "marketDataType",
    "updateAccountValue", "updatePortfolio", "updateAccountTime", "position", "accountSummary", "currentTime",
    "reqCurrentTime",
})  # fmt: skip
FARM_NOTICES = frozenset({"2103", "2104", "2105", "2106", "2107", "2108", "2119", "2157", "2158"})


@dataclass(slots=True)
class Frame:
    """One message. at: seconds since the recording began; fields: as on the wire, the message id first."""

    step: str
    at: float
    direction: Direction
    kind: str
    fields: tuple[str, ...]
    about: int | None = None  # the order's number or the question's
    detail: str = ""  # type of an order sent, status, code
    is_ours: bool = True  # False: about somebody else's order, position or money

    @property
    def is_compared(self) -> bool:
        """Whether it must be in the same place in another recording."""
        is_notice = self.kind == "error" and self.detail in FARM_NOTICES
        return self.is_ours and self.kind not in _UNCOMPARED and not is_notice


def sent(step: str, at: float, fields: Sequence[str]) -> Frame:
    """Return a request as a frame."""
    kind = SENT_KINDS.get(_number(fields, 0) or 0, f"request {fields[0]}")
    frame = Frame(step, at, Direction.SENT, kind, tuple(fields))
    if kind == "placeOrder":
        frame.about = _number(fields, 1)
        frame.detail = " ".join(text_at(fields, place) for place in (16, 18, 21))  # side, type, time in force
    elif kind == "cancelOrder":
        frame.about = _number(fields, 2)
    return frame


def heard(step: str, at: float, fields: Sequence[str]) -> Frame:
    """Return a message of the gateway as a frame. Statuses of openOrder and completedOrder come when it is decoded."""
    kind = HEARD_KINDS.get(_number(fields, 0) or 0, f"message {fields[0]}")
    frame = Frame(step, at, Direction.HEARD, kind, tuple(fields))
    if kind == "orderStatus":
        frame.about, frame.detail = _number(fields, 1), text_at(fields, 2)
    elif kind == "error":
        frame.about, frame.detail = _number(fields, 2), text_at(fields, 3)
    elif kind in {"openOrder", "execDetails"}:
        frame.about = _number(fields, 1 if kind == "openOrder" else 2)
    elif kind in {"contractDetails", "contractDetailsEnd", "execDetailsEnd", "accountSummaryEnd", "tickSnapshotEnd"}:
        frame.about = _number(fields, 1 if kind == "contractDetails" else 2)
    return frame


def sequence(frames: Iterable[Frame]) -> list[str]:
    """Return a step in words: what was said, in order, with its orders numbered as they come up."""
    words, orders = [], _Numbering()
    for frame in frames:
        if not frame.is_compared:
            continue
        name = orders.name(frame.about) if frame.kind in ORDER_KINDS or _is_of_order(frame, orders) else ""
        words.append(" ".join(filter(None, (frame.direction.value, frame.kind, name, frame.detail))))
    return words


def _is_of_order(frame: Frame, orders: "_Numbering") -> bool:
    return frame.kind == "error" and frame.about in orders.numbers


@dataclass(slots=True)
class _Numbering:
    """Orders by the place in which they came up first."""

    numbers: dict[int, int] = field(default_factory=dict)

    def name(self, about: int | None) -> str:
        if about is None:
            return ""
        return f"order {self.numbers.setdefault(about, len(self.numbers) + 1)}"


def text_at(fields: Sequence[str], place: int) -> str:
    """Return a field; of a frame that is too short, nothing."""
    return fields[place] if place < len(fields) else ""


def _number(fields: Sequence[str], place: int) -> int | None:
    try:
        return int(text_at(fields, place))
    except ValueError:
        return None
