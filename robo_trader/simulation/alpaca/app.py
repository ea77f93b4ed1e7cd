"""The routes of Alpaca's trading API that a trading program uses."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.websockets import WebSocket

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.simulation.alpaca.account_bodies import account_body, asset_body, position_body
from robo_trader.simulation.alpaca.desk import AlpacaDesk
from robo_trader.simulation.alpaca.faults import Faults, Trouble, internal_error, too_many_requests
from robo_trader.simulation.alpaca.listing import listed_activities, listed_orders
from robo_trader.simulation.alpaca.market_data import History, listed_bars
from robo_trader.simulation.alpaca.refusals import ApiRefusal, malformed, no_such_asset, unauthorized
from robo_trader.simulation.alpaca.stream import UpdateStream
from robo_trader.simulation.alpaca.wording import written_time

HangUp = Callable[[Request], None]


def create_app(
    desk: AlpacaDesk, history: History, stream: UpdateStream, faults: Faults, keys: tuple[str, str], hang_up: HangUp
) -> FastAPI:
    """Return the application. hang_up: breaks the connection a request came over, without a word."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    _add_middleware(app, faults, keys, hang_up)
    _add_account(app, desk)
    _add_orders(app, desk)

    @app.get("/v2/stocks/bars")
    async def bars(request: Request) -> dict[str, Any]:
        return listed_bars(history, request.query_params)

    @app.websocket("/stream")
    async def updates(socket: WebSocket) -> None:
        await stream.serve(socket)

    return app


def _add_middleware(app: FastAPI, faults: Faults, keys: tuple[str, str], hang_up: HangUp) -> None:
    """Let nobody in without keys, and let the faults that wait befall requests."""

    @app.middleware("http")
    async def befall(request: Request, go_on: Callable[[Request], Any]) -> Response:
        headers = request.headers
        if (headers.get("apca-api-key-id"), headers.get("apca-api-secret-key")) != keys:
            return _refuse(unauthorized())
        trouble = faults.take(f"{request.method} {_first_word(request.url.path)}")
        if trouble is Trouble.LOSE_REQUEST:
            hang_up(request)
            return Response()
        if trouble in {Trouble.ERROR_BEFORE, Trouble.TOO_MANY}:
            return _refuse(too_many_requests() if trouble is Trouble.TOO_MANY else internal_error())
        response: Response = await go_on(request)
        if trouble is Trouble.KEEP_WAITING:
            while (await request.receive())["type"] != "http.disconnect":
                pass
        if trouble is Trouble.LOSE_ANSWER:
            hang_up(request)
        return _refuse(internal_error()) if trouble is Trouble.ERROR_AFTER else response

    @app.exception_handler(ApiRefusal)
    async def refuse(_request: Request, refusal: ApiRefusal) -> Response:
        return _refuse(refusal)


def _add_account(app: FastAPI, desk: AlpacaDesk) -> None:
    @app.get("/v2/account")
    async def account() -> dict[str, Any]:
        books = desk.books()
        cash = books.cash or ZERO
        worth = sum((one.quantity * (desk.price(one.symbol) or ZERO) for one in books.positions or ()), ZERO)
        return account_body(cash, cash + worth, desk.buying_power(), is_blocked=desk.is_blocked)

    @app.get("/v2/clock")
    async def clock() -> dict[str, Any]:
        return {"timestamp": written_time(desk.now), "is_open": True}

    @app.get("/v2/assets/{symbol}")
    async def asset(symbol: str) -> dict[str, Any]:
        if symbol not in desk.assets:
            raise no_such_asset(symbol)
        return asset_body(Symbol(symbol))

    @app.get("/v2/positions")
    async def positions() -> list[dict[str, Any]]:
        return [position_body(one, desk.price(one.symbol)) for one in desk.books().positions or ()]

    @app.get("/v2/account/activities/FILL")
    async def activities(request: Request) -> list[dict[str, Any]]:
        return listed_activities(desk.activities, request.query_params)


def _add_orders(app: FastAPI, desk: AlpacaDesk) -> None:
    @app.post("/v2/orders")
    async def submit(request: Request) -> dict[str, Any]:
        return desk.submit(await _body_of(request))

    @app.get("/v2/orders")
    async def orders(request: Request) -> list[dict[str, Any]]:
        return [order.body() for order in listed_orders(desk.orders.values(), request.query_params)]

    @app.get("/v2/orders:by_client_order_id")
    async def order_by_client_id(client_order_id: str) -> dict[str, Any]:
        return desk.order_by_client_id(client_order_id).body()

    @app.get("/v2/orders/{order_id}")
    async def order(order_id: str) -> dict[str, Any]:
        return desk.order(order_id).body()

    @app.patch("/v2/orders/{order_id}")
    async def replace(order_id: str, request: Request) -> dict[str, Any]:
        return desk.replace(order_id, await _body_of(request))

    @app.delete("/v2/orders/{order_id}", status_code=204)
    async def cancel(order_id: str) -> None:
        desk.cancel(order_id)


def _first_word(path: str) -> str:
    """Return the first word of a path after its version: `orders` of /v2/orders/..."""
    return path.removeprefix("/v2/").split("/", 1)[0].split(":", 1)[0]


def _refuse(refusal: ApiRefusal) -> JSONResponse:
    return JSONResponse(refusal.body(), status_code=refusal.status)


async def _body_of(request: Request) -> dict[str, Any]:
    body = await request.json()
    if not isinstance(body, dict):
        raise malformed("request body format is invalid")
    return body
