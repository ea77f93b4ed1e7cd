"""Each fault of a script, seen from the other end of the wire."""

import asyncio
from time import monotonic
from typing import Any

import httpx
import ib_async
import pytest

from robo_trader.simulation.gateway.protocol.frames import PROLOGUE, frame
from robo_trader.simulation.gateway.protocol.requests import CurrentTime
from robo_trader.simulation.gateway.server.control import ControlPort
from robo_trader.simulation.gateway.server.faults import read_fault
from tests.gateway_running import RawClient, RunningGateway, a_gateway, a_raw_client, ib_async_client, until

AAPL = ib_async.Stock("AAPL", "SMART", "USD")
TIME = (49, 1)  # reqCurrentTime, answered by message 49


def broken(**fields: Any) -> Any:  # noqa: ANN401 - a gateway with one fault
    return a_gateway(read_fault(fields))


async def heard_codes(client: RawClient, count: int) -> list[str]:
    """The codes of the next so many messages, all of them errors."""
    messages = [await client.hear() or [] for _ in range(count)]
    assert all(message[0] == "4" for message in messages)
    return [message[3] for message in messages]


async def test_a_dropped_message_is_never_heard() -> None:
    async with broken(kind="drop", on="CurrentTimeMessage") as gateway, a_raw_client(gateway.port) as client:
        await client.start()
        client.say(*TIME)
        client.say(61, 1)
        assert await client.hear() == ["62", "1"]
        client.say(*TIME)
        assert (await client.hear() or [])[0] == "49"


async def test_a_dropped_request_never_reaches_a_desk() -> None:
    async with broken(kind="drop", on="Positions") as gateway, a_raw_client(gateway.port) as client:
        await client.start()
        client.say(61, 1)
        client.say(*TIME)
        assert (await client.hear() or [])[0] == "49"


async def test_a_delayed_message_is_overtaken() -> None:
    async with (
        broken(kind="delay", on="CurrentTimeMessage", seconds=0.05) as gateway,
        a_raw_client(gateway.port) as client,
    ):
        await client.start()
        client.say(*TIME)
        client.say(61, 1)
        assert [(await client.hear() or [])[0] for _ in range(2)] == ["62", "49"]


async def test_a_doubled_message_is_heard_twice() -> None:
    async with broken(kind="duplicate", on="CurrentTimeMessage") as gateway, a_raw_client(gateway.port) as client:
        await client.start()
        client.say(*TIME)
        assert await client.hear() == await client.hear()


async def test_a_frame_is_cut_after_so_many_bytes() -> None:
    async with broken(kind="cut", on="CurrentTimeMessage", bytes=6) as gateway, a_raw_client(gateway.port) as client:
        await client.start()
        client.say(*TIME)
        assert await client.hear() is None
        assert client.unread == b"\0\0\0\x1049"
        await until(lambda: gateway.server.clients() == [])


@pytest.mark.parametrize("on", ["CurrentTime", "CurrentTimeMessage"])
async def test_the_connection_breaks_at_a_request_or_at_its_answer(on: str) -> None:
    async with broken(kind="close", on=on) as gateway, a_raw_client(gateway.port) as client:
        await client.start()
        client.say(*TIME)
        assert await client.hear() is None


async def test_a_half_open_connection_is_silent_and_keeps_its_client_id() -> None:
    async with broken(kind="black_hole", on="CurrentTime") as gateway:
        async with a_raw_client(gateway.port) as client, a_raw_client(gateway.port) as other:
            await client.start(1)
            client.say(*TIME)
            await other.start(2)
            other.say(*TIME)
            await other.hear_until("49")
            assert gateway.server.clients() == [1, 2]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.hear(), 0.05)
        await until(lambda: gateway.server.clients() == [])


async def test_connectivity_is_lost_and_restored_by_time_and_by_message() -> None:
    lost = read_fault({"name": "connectivity_lost", "on": "CurrentTimeMessage"})
    restored = read_fault({"name": "restored_data_lost", "on": "PositionEnd"})
    async with a_gateway(lost, restored) as gateway, a_raw_client(gateway.port) as client:
        await client.start()
        client.say(*TIME)
        client.say(61, 1)
        assert await heard_codes(client, 1) == ["1100"]
        assert (await client.hear() or [])[0] == "49"
        assert await heard_codes(client, 1) == ["1101"]
        gateway.server.inject(read_fault({"name": "restored_data_maintained"}))
        assert (await client.hear_until("4"))[3] == "1102"


async def test_the_next_id_is_rolled_back() -> None:
    fault = read_fault({"name": "ids_rolled_back", "nth": 2, "by": 1_000})
    async with a_gateway(fault) as gateway, a_raw_client(gateway.port) as client:
        await client.start()
        client.say(8, 1, 1)
        assert await client.hear_until("9") == ["9", "1", "1"]


async def test_connections_are_refused_for_a_while() -> None:
    async with a_gateway() as gateway:
        gateway.server.inject(read_fault({"kind": "refuse", "seconds": 0.2}))
        async with a_raw_client(gateway.port) as client:
            assert await client.hear() is None
        await comes_in(gateway)


async def comes_in(gateway: RunningGateway) -> None:
    """Connect again and again until it works."""
    patience = monotonic() + 20
    while monotonic() < patience:
        async with a_raw_client(gateway.port) as client:
            client.send(PROLOGUE + frame(b"v157..178"))
            if await client.hear() is not None:
                return
    raise AssertionError("nobody came in")


async def test_a_client_id_lingers_after_its_session() -> None:
    async with a_gateway(read_fault({"kind": "linger", "seconds": 60.0})) as gateway:
        await asyncio.sleep(0.05)  # the fault has no trigger: it comes with the first tick
        async with a_raw_client(gateway.port) as client:
            await client.start(4)
        await until(lambda: gateway.server.clients() == [])
        async with a_raw_client(gateway.port) as again:
            again.send(PROLOGUE + frame(b"v157..178"))
            again.say(71, 2, 4, "")
            assert (await again.hear_until("4"))[3] == "326"
            assert await again.hears_the_end()


async def test_the_nightly_restart_closes_everybody_and_keeps_the_books() -> None:
    async with a_gateway() as gateway:
        async with a_raw_client(gateway.port) as client:
            await client.start(1)
            client.say(58, 1)
            gateway.server.inject(read_fault({"name": "nightly_restart", "seconds": 0.1}))
            assert await client.hears_the_end()
        await comes_in(gateway)


async def test_what_was_said_and_what_is_true_can_be_asked_and_faults_be_made() -> None:
    async with a_gateway() as gateway, ControlPort(gateway.server, 0) as control, a_raw_client(gateway.port) as client:
        await client.start(9)
        client.say(*TIME)
        await client.hear_until("49")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{control.port}", trust_env=False) as http:
            frames = (await http.get("/frames")).json()
            assert [seen["direction"] for seen in frames[:4]] == ["in", "out", "in", "out"]
            assert frames[1]["fields"][0] == "178" and frames[2]["fields"] == ["71", "2", "9", ""]
            assert frames[-1]["fields"][0] == "49" and frames[-1]["client_id"] == 9
            assert (await http.get("/frames", params={"after": frames[-2]["number"]})).json() == frames[-1:]
            book = (await http.get("/book")).json()
            assert book["clients"] == [9] and "orders" in book["brokerage"]
            assert (await http.post("/fault", json={"kind": "explode"})).status_code == 422
            assert (await http.post("/fault", json={"name": "connectivity_lost"})).status_code == 204
            assert (await client.hear_until("4"))[3] == "1100"
            stranger = await http.get("/book", headers={"Host": "evil.example"})
            assert stranger.status_code == 400


async def test_a_restart_at_one_clients_message_is_everybodys() -> None:
    fault = read_fault({"kind": "restart", "on": "CurrentTimeMessage"})
    async with a_gateway(fault) as gateway, a_raw_client(gateway.port) as one, a_raw_client(gateway.port) as other:
        await one.start(1)
        await other.start(2)
        one.say(*TIME)
        assert await one.hears_the_end() and await other.hears_the_end()


async def test_a_doing_that_cannot_be_is_refused_and_the_gateway_goes_on() -> None:
    async with a_gateway() as gateway, ControlPort(gateway.server, 0) as control, a_raw_client(gateway.port) as client:
        await client.start()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{control.port}", trust_env=False) as http:
            for doing in ({"doing": "explode"}, {"doing": "liquidate", "symbol": "SPY"}):
                assert (await http.post("/fault", json={"kind": "do", "doing": doing})).status_code == 422
            assert (await http.post("/fault", json={"name": "order_held_for_locate"})).status_code == 204
        client.say(*TIME)
        assert await client.hear_until("49")


async def test_an_order_is_refused_by_script() -> None:
    fault = read_fault({"name": "order_refused", "on": "PlaceOrder", "nth": 2})
    async with a_gateway(fault) as gateway, ib_async_client(gateway) as ib:
        trades = [ib.placeOrder(AAPL, ib_async.LimitOrder("BUY", 1, 90.0)) for _ in range(3)]
        await until(lambda: all(trade.orderStatus.status != "PendingSubmit" for trade in trades))
        await until(lambda: trades[1].orderStatus.status in {"Inactive", "Cancelled"})
        assert [trade.orderStatus.status for trade in trades[::2]] == ["Submitted", "Submitted"]
        assert 201 in {entry.errorCode for entry in trades[1].log}


async def test_a_bug_in_a_desk_ends_the_gateway_and_is_told() -> None:
    def divide(*_: object) -> None:
        raise ZeroDivisionError

    async def run() -> None:
        async with a_gateway() as gateway, a_raw_client(gateway.port) as client:
            await client.start()
            gateway.brokerage._answers = {CurrentTime: divide}
            client.say(*TIME)
            assert await client.hears_the_end()

    with pytest.raises(ZeroDivisionError):
        await run()


async def test_a_notice_can_set_off_a_fault_like_any_message() -> None:
    fault = read_fault({"kind": "restart", "on": "ErrorMessage", "nth": 2})
    async with a_gateway(fault) as gateway, a_raw_client(gateway.port) as client:
        client.send(PROLOGUE + frame(b"v157..178"))
        client.say(71, 2, 1, "")
        heard = []
        while (message := await client.hear()) is not None:
            heard.append(message)
        assert [message[3] for message in heard if message[0] == "4"] == ["2104", "2106"]
