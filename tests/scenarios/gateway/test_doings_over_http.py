"""A broker's doings, asked for at the control port and heard by a client at once."""

import httpx

from robo_trader.simulation.gateway.server.control import ControlPort
from tests.gateway_running import a_gateway, a_raw_client


async def test_a_trade_made_elsewhere_is_heard_and_stands_in_the_book() -> None:
    async with (
        a_gateway() as gateway,
        ControlPort(gateway.server, 0) as control,
        a_raw_client(gateway.port) as client,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{control.port}", trust_env=False) as http,
    ):
        await client.start(0)
        trade = {"doing": "trade_elsewhere", "symbol": "AAPL", "action": "BUY", "shares": 5, "price": "100.01"}
        answer = await http.post("/doing", json=trade)
        execution = await client.hear_until("11", "-1")
        book = (await http.get("/book")).json()["brokerage"]
        assert answer.json()["done"] == book["executions"][0]["exec_id"]
        assert answer.json()["done"] in execution
        assert [row["quantity"] for row in book["positions"]] == ["5"]


async def test_what_cannot_be_done_is_answered_in_words() -> None:
    async with (
        a_gateway() as gateway,
        ControlPort(gateway.server, 0) as control,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{control.port}", trust_env=False) as http,
    ):
        answer = await http.post("/doing", json={"doing": "liquidate", "symbol": "AAPL"})
        assert answer.status_code == 422
        assert "no shares of AAPL are held" in answer.json()["detail"]
        assert (await http.post("/doing", json={"doing": "nothing"})).status_code == 422
