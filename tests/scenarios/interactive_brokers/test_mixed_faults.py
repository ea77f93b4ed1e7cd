"""A day of trading with faults of all kinds at once, drawn by seed: both books are one, and nothing is sent twice.

The engine is watched by the checker of invariants all day long.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.examples import seeds
from tests.gateway_running import RunningGateway, a_gateway
from tests.scenarios.interactive_brokers.test_faults_of_the_link import garbled
from tests.trading_through import CLIENT, WATCHFUL, Trader, a_trader, books_agree, kill, settings_as_told
from tests.wire_proxy import (
    CANCEL_ORDER,
    EXECUTION,
    OPEN_ORDER,
    ORDER_STATUS,
    PLACE_ORDER,
    CutHere,
    WireProxy,
    a_proxy,
    is_kind,
    once,
    whole,
)

pytestmark = pytest.mark.nightly

HOURS = 6
PATIENCE = replace(WATCHFUL, answer=0.5, question=1.0)  # orders, answers and lines are lost on purpose
IN_FLIGHT = (OrderStatus.SUBMITTED, OrderStatus.UNKNOWN)
SAID = ("OpenOrder", "OrderStatusMessage", "ExecutionDetails", "CommissionReport")
ASKED = ("PlaceOrder", "CancelOrder", "Executions", "AllOpenOrders", "Positions")
Disturb = Callable[["Stage"], None]


class Stage:
    """Who plays, and the chance that decides."""

    def __init__(self, chance: Random, gateway: RunningGateway, proxy: WireProxy) -> None:
        self.chance, self.gateway, self.proxy = chance, gateway, proxy
        self.trader: Trader

    def inject(self, kind: FaultKind, **fields: object) -> None:
        self.gateway.server.inject(Fault(kind=kind, **fields))  # type: ignore[arg-type]

    def soon(self) -> float:
        return self.chance.uniform(0.0, 0.3)


def end_the_process(on: Stage) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
        kill(on.trader)


def cut_what_is_said(on: Stage) -> None:
    byte = on.chance.randrange(250)

    def cut(fields: list[str]) -> bytes | None:
        raise CutHere(whole(fields)[:byte])

    on.proxy.to_gateway = once(is_kind(on.chance.choice([PLACE_ORDER, CANCEL_ORDER])), cut)


def cut_what_is_heard(on: Stage) -> None:
    byte = on.chance.randrange(400)

    def cut(fields: list[str]) -> bytes | None:
        raise CutHere(whole(fields)[:byte])

    on.proxy.to_client = once(is_kind(on.chance.choice([OPEN_ORDER, ORDER_STATUS, EXECUTION, "59"])), cut)


def garble_what_is_heard(on: Stage) -> None:
    kind = on.chance.choice([OPEN_ORDER, ORDER_STATUS, "59", "61"])
    on.proxy.to_client = once(is_kind(kind), lambda fields: garbled(on.chance, fields))


def announce_too_much(on: Stage) -> None:
    length = (1 << 20) + on.chance.randrange(1, 1 << 30)
    on.proxy.to_client = once(lambda _fields: True, lambda _fields: length.to_bytes(4, "big"))


def lose_a_message(on: Stage) -> None:
    """Lose one, which may be a row of an answer: two answers that lack the same are evidence."""
    on.inject(FaultKind.DROP, on=on.chance.choice(SAID))


def lose_a_request(on: Stage) -> None:
    on.inject(FaultKind.DROP, on=on.chance.choice(ASKED))


def double_messages(on: Stage) -> None:
    on.inject(FaultKind.DUPLICATE, on=on.chance.choice(SAID), times=on.chance.randrange(1, 6))


def delay_messages(on: Stage) -> None:
    on.inject(FaultKind.DELAY, on=on.chance.choice(SAID), times=3, seconds=on.soon())


def go_silent(on: Stage) -> None:
    on.inject(FaultKind.BLACK_HOLE, after_seconds=on.soon())


def restart_the_gateway(on: Stage) -> None:
    on.inject(FaultKind.RESTART, seconds=on.soon())


def lose_interactive_brokers(on: Stage) -> None:
    on.inject(FaultKind.SAY, code=1100, text="lost")
    on.inject(FaultKind.SAY, code=on.chance.choice([1101, 1102]), text="back", after_seconds=0.1 + on.soon())


def fill_a_part(on: Stage) -> None:
    for row in on.trader.book()["orders"]:
        if row["client_id"] == CLIENT and not row["is_over"]:
            shares = str(on.chance.randrange(1, 5))
            on.gateway.server.do({"doing": "fill", "perm_id": row["perm_id"], "shares": shares, "price": "100"})
            return


DISTURBANCES: tuple[Disturb, ...] = (
    end_the_process, cut_what_is_said, cut_what_is_heard, garble_what_is_heard, announce_too_much, lose_a_message,
    lose_a_request, double_messages, delay_messages, go_silent, restart_the_gateway, lose_interactive_brokers,
    fill_a_part,
)  # fmt: skip


async def an_hour(stage: Stage) -> None:
    """Let an hour pass, with up to three faults in it, and wait until every order is known."""
    trader, chance = stage.trader, stage.chance
    for disturb in chance.sample(DISTURBANCES, chance.randrange(1, 4)):
        disturb(stage)
    await trader.hour(chance.randrange(11) / 10, is_traded=chance.random() < 0.7)
    if chance.random() < 0.5:
        fill_a_part(stage)
    await trader.until(lambda: not any(one.status in IN_FLIGHT for one in trader.engine.account.orders.open.values()))
    await trader.until_ready()


@pytest.mark.parametrize("seed", seeds(1, 40))
async def test_a_day_with_faults_of_all_kinds(seed: int, tmp_path: Path) -> None:
    chance = Random(f"day {seed}")  # noqa: S311 - a seed must repeat
    wishes: dict[int, float] = {}
    async with a_gateway(seed=seed) as gateway, a_proxy(gateway.port) as proxy:
        stage = Stage(chance, gateway, proxy)
        begins_again = chance.randrange(1, HOURS)  # the program, with its journal
        for hours in (range(begins_again), range(begins_again, HOURS)):
            async with a_trader(
                gateway, tmp_path, settings=settings_as_told(wishes), port=proxy.port, chance=chance,
                patience=PATIENCE,
            ) as trader:  # fmt: skip
                stage.trader = trader
                for _ in hours:
                    await an_hour(stage)
                await the_end(stage)


async def the_end(stage: Stage) -> None:
    """Let everything that is under way end, and compare."""
    trader = stage.trader
    stage.proxy.to_gateway = stage.proxy.to_client = lambda _fields: None
    await trader.until_ready()
    await trader.compare()
    await books_agree(trader)
    assert not trader.blocked(), trader.told()
    assert trader.engine.account.trading_state is TradingState.ACTIVE, trader.told()
