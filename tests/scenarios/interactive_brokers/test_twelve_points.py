"""F11, F43: kill -9 of the broker's process, of the trading program, and of both, at twelve points of an order's life.

The points are the rows of `POINTS`; each life ends by a true SIGKILL of a true process. Whatever was under way: both
books are one in the end, each name was on one order, and none was lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.gateway_running import RunningGateway, a_gateway
from tests.mortal_program import MortalProgram, ProgramDied, Standing, a_mortal_program, books_are_one
from tests.trading_life import BROKER, COMMITTED, DECIDED, ENGINE, HANDED
from tests.trading_through import CLIENT
from tests.wire_proxy import (
    CANCEL_ORDER,
    EXECUTION,
    OPEN_ORDER,
    ORDER_STATUS,
    PLACE_ORDER,
    Change,
    CutHere,
    WireProxy,
    a_proxy,
    once,
    whole,
)

COMMISSION = "59"
SAID, HEARD = "said by the process", "said by the gateway"
WHOLE = 1 << 20
VICTIMS = [
    pytest.param((BROKER,), id="broker"),
    pytest.param((ENGINE,), id="engine"),
    pytest.param((BROKER, ENGINE), id="both"),
]
IN_FLIGHT = {"SUBMITTED", "UNKNOWN"}
OVER = {"FILLED", "CANCELED", "REJECTED", "EXPIRED", "DENIED"}


@dataclass(frozen=True)
class Point:
    """A moment of an order's life: inside the program, or a frame of the wire."""

    name: str
    inside: str = ""  # where in the program
    way: str = ""
    kind: str = ""
    word: str = ""  # which the frame holds
    passes: int = WHOLE  # bytes that arrive before the process is ended

    def matches(self, fields: list[str]) -> bool:
        return fields[:1] == [self.kind] and (not self.word or self.word in fields)


POINTS = (
    Point("decided, and not in the journal", inside=DECIDED),
    Point("in the journal, and not on the way", inside=COMMITTED),
    Point("handed to the broker's process", inside=HANDED),
    Point("the first byte of the frame", way=SAID, kind=PLACE_ORDER, passes=1),
    Point("the frame is whole", way=SAID, kind=PLACE_ORDER),
    Point("the order is shown for the first time", way=HEARD, kind=OPEN_ORDER, passes=0),
    Point("the status Submitted", way=HEARD, kind=ORDER_STATUS, word="Submitted", passes=0),
    Point("the first part of the fill", way=HEARD, kind=EXECUTION, passes=0),
    Point("the execution, before its commission", way=HEARD, kind=COMMISSION, passes=0),
    Point("the commission", way=HEARD, kind=COMMISSION),
    Point("the cancel is asked for", way=SAID, kind=CANCEL_ORDER, passes=0),
    Point("the cancel is answered", way=HEARD, kind=ORDER_STATUS, word="Cancelled", passes=0),
)


@dataclass
class Story:
    """An order's life, with a death in it."""

    program: MortalProgram
    proxy: WireProxy
    point: Point
    victims: Sequence[str]
    chance: Random
    part: int = 0  # shares that fill before the cancel
    deaths: int = 0

    async def play(self) -> None:
        inside, self.part = self.point.inside, self.chance.randrange(1, 80)
        await self.step(self.program.begin(inside, self.victims if inside else ()))
        self.arm()
        await self.have_a_working_order()
        await self.fill_a_part()
        await self.cancel()
        await self.step(self.program.compare())
        books_are_one(self.program)

    async def step(self, doing: Any) -> bool:  # noqa: ANN401 - a coroutine of any kind
        """Do it; where the program dies meanwhile, begin the next life. Return whether it was done."""
        try:
            await doing
        except ProgramDied:
            self.deaths += 1
            await self.program.begin()
            return False
        return True

    async def until(self, is_so: Any, why: str) -> None:  # noqa: ANN401 - a question about how things stand
        while not await self.step(self.program.until(is_so, why)):
            pass

    def arm(self) -> None:
        """Let the wire strike at the point, if it is one of the wire."""
        point = self.point
        if point.inside:
            return

        def strike(fields: list[str]) -> bytes | None:
            self.program.strike(self.victims)
            if BROKER in self.victims and point.passes < WHOLE:
                raise CutHere(whole(fields)[: point.passes])  # the rest dies with who was to send or hear it
            return None

        change: Change = once(point.matches, strike)
        if point.way == SAID:
            self.proxy.to_gateway = change
        else:
            self.proxy.to_client = change

    async def have_a_working_order(self) -> None:
        """Want 100 shares until an order for them works."""
        for wish in (1.0, 0.9, 0.8):
            await self.step(self.program.hour(wish, price=self.price(), is_traded=False))
            await self.until(lambda now: now["ready"] and now["status"] not in IN_FLIGHT, "the order stays unknown")
            if self.working():
                return
        raise AssertionError(self.program.standing["told"])

    async def fill_a_part(self) -> None:
        [row] = self.working()
        self.program.gateway.server.do(
            {"doing": "fill", "perm_id": row["perm_id"], "shares": str(self.part), "price": str(self.price())}
        )
        await self.until(lambda now: self.is_filled(now) and now["ready"], "the part is not booked")

    async def cancel(self) -> None:
        """Want no more than there is, until the rest is canceled."""
        done = await self.step(self.program.hour(self.part / 100, price=self.price(), is_traded=False))
        if not done and self.working() and not self.program.standing["canceling"]:
            await self.step(self.program.hour(self.part / 100, price=self.price(), is_traded=False))
        await self.until(lambda now: now["status"] in OVER and now["ready"], "it was not canceled")
        assert not self.working()

    def price(self) -> float:
        return self.chance.randrange(9_800, 10_200) / 100

    def working(self) -> list[dict[str, Any]]:
        orders = self.program.gateway.brokerage.book()["orders"]
        return [row for row in orders if row["client_id"] == CLIENT and not row["is_over"]]

    def is_filled(self, now: Standing) -> bool:
        return Decimal(now["filled"]) == self.part and Decimal(now["commission"]) > 0


@pytest.mark.nightly
@pytest.mark.parametrize("victims", VICTIMS)
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
async def test_f11_f43_killed_at(point: Point, victims: tuple[str, ...], chance: Random, tmp_path: Path) -> None:
    async with (
        a_gateway() as gateway,
        a_proxy(gateway.port) as proxy,
        a_mortal_program(gateway, tmp_path, proxy.port) as program,
    ):
        gateway.show_hour()
        story = Story(program, proxy, point, victims, chance)
        await story.play()
        look_at_the_end(story, gateway)


def look_at_the_end(story: Story, gateway: RunningGateway) -> None:
    """See that somebody died, and that nothing else came of it."""
    now = story.program.standing
    assert story.deaths == (ENGINE in story.victims)
    assert story.program.lives == 1 + story.deaths
    if ENGINE not in story.victims:
        assert now["processes"] == 2, "the broker's process was not killed"
    assert now["positions"] == {"AAPL": str(story.part)} and not now["open"]
    assert (now["state"], now["blocked"], now["quarantined"]) == ("ACTIVE", False, 0), now["told"]
    orders = [row for row in gateway.brokerage.book()["orders"] if row["client_id"] == CLIENT]
    assert len(orders) == 1, "an order was sent for one that was there"
