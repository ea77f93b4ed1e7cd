"""What goes wrong in a world: a list of faults, drawn whole by seed before it begins.

Each fault is told when it strikes and carries its own numbers, so that any of them can be left out and the others stay
as they are: that is how a failure is shrunk.
"""

from collections.abc import Iterable
from random import Random

from msgspec import Struct


class WorldFault(Struct, frozen=True, omit_defaults=True, gc=False):
    """One fault. What the numbers mean depends on the kind."""

    kind: str
    at: float  # seconds of the world
    seconds: float = 0.0  # how long it lasts, or how late something is
    count: int = 0  # how many bytes, steps, calls, shares; or the nth
    place: float = 0.0  # in [0, 1): which of several
    on: str = ""  # a message by its class, or a symbol


_TOLD = ("OrderStatusMessage", "ExecutionDetails", "CommissionReport", "OpenOrder", "ErrorMessage")
_ENDS = (
    "OpenOrderEnd", "CompletedOrdersEnd", "ExecutionDetailsEnd", "PositionEnd", "AccountSummaryEnd", "NextValidId",
    "PositionMessage", "CompletedOrder", "CurrentTimeMessage", "HistoricalBars",
)  # fmt: skip
_REQUESTS = (
    "PlaceOrder",
    "CancelOrder",
    "AllOpenOrders",
    "Executions",
    "Positions",
    "CompletedOrders",
    "HistoricalData",
)

# How a kind's numbers are drawn: seconds, the highest count, messages.
_KINDS: dict[str, tuple[float, int, tuple[str, ...]]] = {
    # the network
    "cut_to_gateway": (0, 400, ()),
    "cut_from_gateway": (0, 2_000, ()),
    "line_cut": (0, 3_000, ()),
    "half_open": (60, 0, ()),
    "stall": (20, 0, ()),
    "slow": (60, 0, ()),
    # the gateway
    "message_lost": (0, 3, _TOLD),
    "message_twice": (0, 3, _TOLD),
    "message_late": (15, 3, _TOLD),
    "message_cut": (0, 60, _TOLD),
    "answer_mute": (0, 2, _ENDS),
    "request_lost": (0, 2, _REQUESTS),
    "gone_at_request": (0, 2, _REQUESTS),
    "gone_at_message": (0, 2, _TOLD),
    "blind_1101": (30, 0, ()),
    "blind_1102": (30, 0, ()),
    "gateway_restart": (20, 30, ()),
    "gateway_refuses": (40, 0, ()),
    "client_id_lingers": (15, 0, ()),
    # the broker
    "reject_next": (0, 4, ()),
    "advise_next": (0, 0, ()),
    "correct": (0, 20, ()),
    "bust": (0, 0, ()),
    "repeat": (0, 0, ()),
    "commission_first": (0, 3, ()),
    "trade_elsewhere": (0, 50, ()),
    "order_by_hand": (0, 50, ()),
    "liquidate": (0, 0, ()),
    "over_fill": (0, 10, ()),
    "fill_late": (0, 10, ()),
    "partial_fill": (0, 40, ()),
    # processes
    "kill_engine": (20, 400, ()),
    "kill_broker": (0, 400, ()),
    "kill_both": (20, 400, ()),
    "power_loss": (20, 400, ()),
    "freeze_engine": (40, 0, ()),
    "freeze_broker": (40, 0, ()),
    # the disk
    "disk_full": (0, 12, ()),
    "disk_error": (0, 12, ()),
    "death_at_disk": (0, 12, ()),
    "power_at_disk": (0, 12, ()),
    "bit_flip": (0, 7, ()),
    # clock and feed
    "clock_jump": (3_600, 0, ()),
    "feed_frozen": (300, 0, ()),
    "bad_print": (0, 0, ()),
    "bad_bar": (0, 3, ()),
}
KINDS = tuple(_KINDS)
_RARE = {  # these end much of a story: a symbol is blocked, or all trading
    "bit_flip": 0.05, "over_fill": 0.2, "fill_late": 0.2, "liquidate": 0.3, "clock_jump": 0.3, "trade_elsewhere": 0.3,
    "order_by_hand": 0.3, "correct": 0.5, "bust": 0.5, "reject_next": 0.5,
}  # fmt: skip
_SOME = 0.35  # of all kinds are on in one seed
_EVERY_SECONDS = 45.0  # between two faults, in the mean


def draw_faults(seed: int, spans: Iterable[tuple[float, float]], symbols: tuple[str, ...]) -> tuple[WorldFault, ...]:
    """Return the faults of a seed: some kinds only, many times. spans: seconds of the world, from and to."""
    chance = Random(f"faults/{seed}")  # noqa: S311 - a schedule
    kinds = [kind for kind in KINDS if chance.random() < _SOME * _RARE.get(kind, 1.0)] or [KINDS[0]]
    found = []
    for begins, ends in spans:
        at = begins + chance.expovariate(1 / _EVERY_SECONDS)
        while at < ends:
            found.append(_draw(chance.choice(kinds), round(at, 3), chance, symbols))
            at += chance.expovariate(1 / _EVERY_SECONDS)
    return tuple(found)


def _draw(kind: str, at: float, chance: Random, symbols: tuple[str, ...]) -> WorldFault:
    seconds, count, messages = _KINDS[kind]
    return WorldFault(
        kind, at, seconds=round(chance.uniform(0, seconds), 3), count=chance.randint(0, count) if count else 0,
        place=round(chance.random(), 6), on=chance.choice(messages or symbols),
    )  # fmt: skip
