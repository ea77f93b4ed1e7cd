"""What can go wrong between a gateway and its clients, as values that a script writes down."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, get_args

from msgspec import Struct, ValidationError, convert

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.requests import REQUESTS

MESSAGE_NAMES = frozenset(kind.__name__ for kind in get_args(Message))
REQUEST_NAMES = frozenset(kind.__name__ for kind in REQUESTS.values())


class FaultKind(Enum):
    """What happens."""

    DROP = "drop"  # the message is never said, the request never heard
    DELAY = "delay"  # the message comes `seconds` later, others overtake it
    DUPLICATE = "duplicate"  # the message is said twice
    CUT = "cut"  # `bytes` of the message's frame are sent, then the connection breaks
    CLOSE = "close"  # the connection breaks instead of the message
    BLACK_HOLE = "black_hole"  # from here on nothing is sent and nothing heard, but the connection stays
    SAY = "say"  # an error `code` with `text` goes before the message, or to everybody by time
    ROLLBACK = "rollback"  # the next valid id is `by` lower than it should be
    REFUSE = "refuse"  # whoever connects within `seconds` is closed at once
    LINGER = "linger"  # client ids stay in use for `seconds` after their sessions end, with error 326
    DO = "do"  # a desk does `doing`: a trade elsewhere, a refusal, a correction
    RESTART = "restart"  # everybody is closed, and nobody comes in for `seconds`


MESSAGE_FAULTS = frozenset(
    {FaultKind.DROP, FaultKind.DELAY, FaultKind.DUPLICATE, FaultKind.CUT, FaultKind.ROLLBACK}
)  # these need a message to happen to


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault and its trigger: at the nth message or request of a name, by chance at each, or after some time.

    Without a trigger it happens at once. Sizes are bytes, times real seconds.
    """

    kind: FaultKind
    on: str = ""  # the class of a message or a request: "OrderStatusMessage", "PlaceOrder"
    nth: int = 1
    times: int = 1  # how often, from the nth on; 0: always
    probability: float = 0.0  # in place of `nth`: of each
    after_seconds: float | None = None
    client_id: int | None = None  # only with this client
    seconds: float = 0.0
    bytes: int = 0
    code: int = 0
    text: str = ""
    by: int = 0
    doing: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Refuse what cannot happen."""
        if self.on and self.on not in MESSAGE_NAMES | REQUEST_NAMES:
            raise ValueError(f"there is no message and no request {self.on!r}")
        if self.on and self.after_seconds is not None:
            raise ValueError("a fault comes `on` a message or `after_seconds`, not both")
        if self.kind in MESSAGE_FAULTS and not self.on:
            raise ValueError(f"{self.kind.value} needs `on`, a message to happen to")
        if self.on in REQUEST_NAMES and self.kind in MESSAGE_FAULTS - {FaultKind.DROP}:
            raise ValueError(f"{self.kind.value} happens to messages; a request can be dropped")
        if self.kind is FaultKind.SAY and not self.code:
            raise ValueError("say needs a `code`")
        if self.kind is FaultKind.DO and not self.doing:
            raise ValueError("do needs a `doing`")
        numbers = (self.nth - 1, self.times, self.probability, self.after_seconds or 0, self.seconds, self.bytes)
        if min(numbers) < 0 or self.probability > 1:
            raise ValueError("counts, times and probabilities are not negative, and a probability is at most 1")


# Well-known troubles by their names; a script may set any field otherwise.
NAMED_FAULTS: dict[str, dict[str, Any]] = {
    "connectivity_lost": {"kind": "say", "code": 1100, "text": "Connectivity between IB and TWS has been lost."},
    "restored_data_lost": {
        "kind": "say", "code": 1101,
        "text": "Connectivity between IB and TWS has been restored- data lost.",
    },
    "restored_data_maintained": {
        "kind": "say", "code": 1102,
        "text": "Connectivity between IB and TWS has been restored- data maintained.",
    },
    "data_farm_broken": {"kind": "say", "code": 2103, "text": "Market data farm connection is broken:usfarm"},
    "data_farm_restored": {"kind": "say", "code": 2104, "text": "Market data farm connection is OK:usfarm"},
    "competing_session": {"kind": "say", "code": 10197, "text": "No market data during competing live session"},
    "ticks_frozen": {"kind": "do", "doing": {"doing": "freeze_ticks"}},
    "data_delayed": {"kind": "do", "doing": {"doing": "change_data_kind", "kind": 3}},
    "status_lost": {"kind": "drop", "on": "OrderStatusMessage"},
    "status_doubled": {"kind": "duplicate", "on": "OrderStatusMessage", "times": 0},
    "execution_doubled": {"kind": "duplicate", "on": "ExecutionDetails", "times": 0},
    "execution_lost": {"kind": "drop", "on": "ExecutionDetails"},
    "commission_late": {"kind": "delay", "on": "CommissionReport", "times": 0, "seconds": 5.0},
    "snapshot_never_ends": {"kind": "drop", "on": "SnapshotEnd", "times": 0},
    "positions_never_end": {"kind": "drop", "on": "PositionEnd", "times": 0},
    "order_refused": {
        "kind": "do", "doing": {"doing": "reject_next", "code": 201, "text": "Order rejected - reason: by script"},
    },
    "order_held_for_locate": {"kind": "do", "doing": {"doing": "hold_next"}},
    "tif_replaced_by_preset": {
        "kind": "do",
        "doing": {
            "doing": "advise_next", "code": 10349, "text": "Order TIF was set to DAY based on order preset.",
        },
    },
    "order_lost": {"kind": "drop", "on": "PlaceOrder"},
    "gone_before_the_order": {"kind": "close", "on": "PlaceOrder"},
    "gone_after_the_order": {"kind": "close", "on": "OpenOrder"},
    "frame_cut": {"kind": "cut", "on": "OrderStatusMessage", "bytes": 7},
    "half_open": {"kind": "black_hole"},
    "client_id_lingers": {"kind": "linger", "seconds": 10.0},
    "ids_rolled_back": {"kind": "rollback", "on": "NextValidId", "times": 0, "by": 10},
    "nightly_restart": {"kind": "restart", "seconds": 5.0},
}  # fmt: skip


def read_faults(script: object) -> tuple[Fault, ...]:
    """Return the faults of a script that TOML or JSON has made values of: a table with a list `fault`.

    Raises InvalidConfig with what is wrong and where.
    """
    if not isinstance(script, Mapping) or set(script) != {"fault"} or not isinstance(script["fault"], list):
        raise InvalidConfig("a script of faults holds a list of [[fault]] and nothing else", next_step=_NEXT_STEP)
    return tuple(read_fault(entry, f"fault {number}") for number, entry in enumerate(script["fault"], start=1))


def read_fault(entry: object, where: str = "the fault") -> Fault:
    """Return one fault, by fields or by the `name` of a well-known one. Raises InvalidConfig."""
    if not isinstance(entry, Mapping):
        raise InvalidConfig(f"{where} is no table of fields", next_step=_NEXT_STEP)
    fields = dict(entry)
    name = fields.pop("name", None)
    if name is not None and name not in NAMED_FAULTS:
        raise InvalidConfig(f"{where}: there is no fault {name!r}", next_step=f"Known are {', '.join(NAMED_FAULTS)}.")
    try:
        return convert(NAMED_FAULTS.get(name or "", {}) | fields, Fault)
    except ValidationError as error:
        raise InvalidConfig(f"{where}: {error}", next_step=_NEXT_STEP) from error


_NEXT_STEP = "docs/gateway.md lists the kinds of faults and their fields."
