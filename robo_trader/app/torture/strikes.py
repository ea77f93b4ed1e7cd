"""How each kind of fault strikes a world."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from robo_trader.app.torture.faults import WorldFault
from robo_trader.app.torture.program import LINE
from robo_trader.app.torture.stage import HOST, PORT
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.gateway.protocol.values import OrderTicket
from robo_trader.simulation.world.disk import DiskFault
from robo_trader.simulation.world.network import Connection

if TYPE_CHECKING:
    from robo_trader.app.torture.world import World

Strike = Callable[["World", WorldFault], None]
GATEWAY = f"{HOST}:{PORT}"
CONNECTIVITY_LOST = "Connectivity between IB and TWS has been lost."
RESTORED = "Connectivity between IB and TWS has been restored"


def strike(world: "World", fault: WorldFault) -> bool:
    """Let a fault happen; return whether there was anything that it could happen to."""
    before = world.struck
    STRIKES[fault.kind](world, fault)
    return world.struck > before


# ---- the network ----


def _cut(name: str, direction: int) -> Strike:
    def act(world: "World", fault: WorldFault) -> None:
        connection = world.network.newest(name)
        if connection is not None:
            way = direction if direction >= 0 else int(fault.place * 2)
            connection.streams[way].cut_after = fault.count
            world.note(fault)

    return act


def _on_connection(act: Callable[[Connection, WorldFault], None]) -> Strike:
    def struck(world: "World", fault: WorldFault) -> None:
        connection = world.network.newest(GATEWAY)
        if connection is not None:
            act(connection, fault)
            world.note(fault)

    return struck


def _half_open(connection: Connection, fault: WorldFault) -> None:
    connection.go_half_open(fault.seconds)


def _stall(connection: Connection, fault: WorldFault) -> None:
    connection.stalled_until = connection.loop.time() + fault.seconds


def _slow(world: "World", fault: WorldFault) -> None:
    world.network.slow_until = world.loop.time() + fault.seconds
    world.network.slow_seconds = 0.05 + fault.place * 2
    world.note(fault)


# ---- the gateway ----


def _gateway(make: Callable[[WorldFault], Mapping[str, object]]) -> Strike:
    def act(world: "World", fault: WorldFault) -> None:
        world.gateway.inject(make(fault))
        world.note(fault)

    return act


def _at_message(kind: str) -> Strike:
    return _gateway(lambda fault: {
        "kind": kind, "on": fault.on, "nth": 1 + fault.count if kind != "cut" else 1, "seconds": fault.seconds,
        "bytes": fault.count if kind == "cut" else 0,
    })  # fmt: skip


def _blind(code: int, words: str) -> Strike:
    def act(world: "World", fault: WorldFault) -> None:
        world.gateway.inject({"kind": "say", "code": 1100, "text": CONNECTIVITY_LOST})
        world.later(
            fault.seconds,
            lambda: world.gateway.inject({"kind": "say", "code": code, "text": f"{RESTORED}- {words}."}),
            is_cure=True,
        )
        world.note(fault)

    return act


def _restart(world: "World", fault: WorldFault) -> None:
    world.gateway.inject({"kind": "rollback", "on": "NextValidId", "by": fault.count})
    world.gateway.inject({"kind": "restart", "seconds": fault.seconds})
    world.note(fault)


# ---- the broker ----


def _broker(act: Callable[["World", WorldFault], None]) -> Strike:
    """A doing that may find nothing to do."""

    def struck(world: "World", fault: WorldFault) -> None:
        try:
            act(world, fault)
        except (InvalidConfig, LookupError):
            return
        world.note(fault)

    return struck


def _do(world: "World", doing: str, **arguments: object) -> None:
    world.gateway.server.do({"doing": doing, **arguments})


def _pick(world: "World", fault: WorldFault, rows: str, **wanted: object) -> dict[str, str]:
    """Return one of the rows of the book that are so. Raises LookupError if there is none."""
    found = [row for row in world.gateway.book()[rows] if all(row[key] == value for key, value in wanted.items())]
    if not found:
        raise LookupError(rows)
    row: dict[str, str] = found[int(fault.place * len(found))]
    return row


def _reject(world: "World", fault: WorldFault) -> None:
    for _ in range(1 + fault.count):
        _do(world, "reject_next", code=201, text="Order rejected - reason: by torture")


def _correct(world: "World", fault: WorldFault) -> None:
    one = _pick(world, fault, "executions")
    shares = max(1, int(Decimal(one["shares"])) - fault.count)
    _do(world, "correct", exec_id=one["exec_id"], shares=str(shares), price=one["price"])


def _fill(doing: str) -> Callable[["World", WorldFault], None]:
    def act(world: "World", fault: WorldFault) -> None:
        order = _pick(world, fault, "orders", is_over=doing == "fill_late", client_id=1)
        price = world.price(Symbol(order["symbol"]))
        shares = Decimal(1 + fault.count)
        if doing == "fill":
            shares = min(shares, Decimal(order["quantity"]) - Decimal(order["filled"]))
        name = "extra" if doing == "over_fill" else "shares"
        _do(world, doing, perm_id=order["perm_id"], **{name: str(shares)}, price=str(price))

    return act


def _order_by_hand(world: "World", fault: WorldFault) -> None:
    ticket = OrderTicket(action="BUY", quantity=Decimal(1 + fault.count), order_type="MKT", tif="DAY")
    gateway = world.gateway
    gateway.server._switchboard.do(  # noqa: SLF001 - no doing by name takes a ticket
        lambda: gateway.brokerage.doings.place_by_hand(fault.on, ticket, world.clock.market())
    )


def _elsewhere(world: "World", fault: WorldFault) -> None:
    action = "BUY" if fault.place < 0.5 else "SELL"
    price = world.price(Symbol(fault.on))
    _do(world, "trade_elsewhere", symbol=fault.on, action=action, shares=str(1 + fault.count), price=str(price))


# ---- processes and disk ----


def _kill(world: "World", fault: WorldFault) -> None:
    world.loop.after_steps(fault.count, lambda: world.kill_engine(fault))


def _kill_broker(world: "World", fault: WorldFault) -> None:
    world.loop.after_steps(fault.count, lambda: world.kill_broker(fault))


def _kill_both(world: "World", fault: WorldFault) -> None:
    _kill_broker(world, fault)
    _kill(world, fault)


def _power(world: "World", fault: WorldFault) -> None:
    world.loop.after_steps(fault.count, lambda: world.lose_power(fault))


def _freeze(world: "World", fault: WorldFault) -> None:
    program = world.program
    process = program.process if fault.kind == "freeze_engine" else program.child
    if process is not None and process.is_alive:
        world.loop.freeze(process, fault.seconds)
        world.note(fault)


def _disk(fault_of_disk: DiskFault) -> Strike:
    def act(world: "World", fault: WorldFault) -> None:
        world.disk.arm(fault_of_disk, 1 + fault.count)
        world.note(fault)

    return act


def _flip(world: "World", fault: WorldFault) -> None:
    world.flip(fault)


# ---- clock and feed ----


def _jump(world: "World", fault: WorldFault) -> None:
    seconds = fault.seconds if fault.place < 0.5 else -fault.seconds
    world.clock.error += round(seconds * NANOS_PER_SECOND)
    world.note(fault)


def _feed_frozen(world: "World", fault: WorldFault) -> None:
    until = world.clock.market() + round(fault.seconds * NANOS_PER_SECOND)
    world.gateway.distortion.frozen_until[Symbol(fault.on)] = until
    world.note(fault)


def _bad_print(world: "World", fault: WorldFault) -> None:
    world.gateway.distortion.factors[Symbol(fault.on)] = 1.3 if fault.place < 0.5 else 0.7
    world.note(fault)


def _bad_bar(world: "World", fault: WorldFault) -> None:
    world.gateway.distortion.ruined[Symbol(fault.on)] = (-1.0, 0.0, 1e9, 1e-9)[fault.count]
    world.note(fault)


STRIKES: dict[str, Strike] = {
    "cut_to_gateway": _cut(GATEWAY, 0),
    "cut_from_gateway": _cut(GATEWAY, 1),
    "line_cut": _cut(LINE, -1),
    "half_open": _on_connection(_half_open),
    "stall": _on_connection(_stall),
    "slow": _slow,
    "message_lost": _at_message("drop"),
    "message_twice": _at_message("duplicate"),
    "message_late": _at_message("delay"),
    "message_cut": _at_message("cut"),
    "answer_mute": _at_message("drop"),
    "request_lost": _at_message("drop"),
    "gone_at_request": _at_message("close"),
    "gone_at_message": _at_message("close"),
    "blind_1101": _blind(1101, "data lost"),
    "blind_1102": _blind(1102, "data maintained"),
    "gateway_restart": _restart,
    "gateway_refuses": _gateway(lambda fault: {"kind": "refuse", "seconds": fault.seconds}),
    "client_id_lingers": _gateway(lambda fault: {"kind": "linger", "seconds": fault.seconds}),
    "reject_next": _broker(_reject),
    "advise_next": _broker(lambda world, _: _do(world, "advise_next", code=399, text="Warning: by torture")),
    "correct": _broker(_correct),
    "bust": _broker(lambda world, fault: _do(world, "bust", exec_id=_pick(world, fault, "executions")["exec_id"])),
    "repeat": _broker(lambda world, fault: _do(world, "repeat", exec_id=_pick(world, fault, "executions")["exec_id"])),
    "commission_first": _broker(lambda world, _: _do(world, "tell_next_commission_first")),
    "trade_elsewhere": _broker(_elsewhere),
    "order_by_hand": _broker(_order_by_hand),
    "liquidate": _broker(lambda world, fault: _do(world, "liquidate", symbol=fault.on)),
    "over_fill": _broker(_fill("over_fill")),
    "fill_late": _broker(_fill("fill_late")),
    "partial_fill": _broker(_fill("fill")),
    "kill_engine": _kill,
    "kill_broker": _kill_broker,
    "kill_both": _kill_both,
    "power_loss": _power,
    "freeze_engine": _freeze,
    "freeze_broker": _freeze,
    "disk_full": _disk(DiskFault.FULL),
    "disk_error": _disk(DiskFault.ERROR),
    "death_at_disk": _disk(DiskFault.DEATH),
    "power_at_disk": _disk(DiskFault.POWER),
    "bit_flip": _flip,
    "clock_jump": _jump,
    "feed_frozen": _feed_frozen,
    "bad_print": _bad_print,
    "bad_bar": _bad_bar,
}
