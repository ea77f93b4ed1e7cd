"""Answers that say no, in one form: a status and a `Problem`, over HTTP or in place of a WebSocket handshake."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from robo_trader.web.rest_models import Problem


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further."""

    status: int
    code: str
    message: str

    def response(self, *, error_id: str | None = None, headers: dict[str, str] | None = None) -> Response:
        """Return the answer."""
        problem = Problem(code=self.code, message=self.message, id=error_id)
        body = problem.model_dump_json()
        return Response(body, self.status, headers=headers, media_type="application/json")


WRONG_HOST: Final = Refusal(403, "WRONG_HOST", "This server does not answer to that host name.")
WRONG_ORIGIN: Final = Refusal(403, "WRONG_ORIGIN", "Only the dashboard's own pages may ask.")
BAD_METHOD: Final = Refusal(405, "BAD_METHOD", "The address does not take that method.")
NOT_JSON: Final = Refusal(415, "NOT_JSON", "The body must be application/json.")
NO_MARK: Final = Refusal(403, "NO_MARK", "The header X-Robo-Trader: 1 is missing.")
TOO_LARGE: Final = Refusal(413, "TOO_LARGE", "The body is too large.")
TOO_SLOW: Final = Refusal(408, "TOO_SLOW", "The body did not arrive in time.")
TOO_MANY: Final = Refusal(429, "TOO_MANY", "Too many requests; try again shortly.")
LOCKED_OUT: Final = Refusal(429, "LOCKED_OUT", "Too many wrong codes; try again later.")
WRONG_CODE: Final = Refusal(401, "WRONG_CODE", "The code is wrong or used up; the terminal shows a good one.")
NOT_LOGGED_IN: Final = Refusal(401, "NOT_LOGGED_IN", "Log in with the code shown in the terminal.")
NOT_FOUND: Final = Refusal(404, "NOT_FOUND", "There is nothing here.")
BAD_REQUEST: Final = Refusal(422, "BAD_REQUEST", "A parameter or the body is not as it should be.")
NO_JOURNAL: Final = Refusal(503, "NO_JOURNAL", "The journal cannot be read at the moment.")
FAILED: Final = Refusal(500, "FAILED", "The server failed; its log has the details under this id.")


class Refused(Exception):
    """Raised where a request is answered; carries the answer."""

    def __init__(self, refusal: Refusal, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.headers = headers


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request; a WebSocket handshake gets the same answer instead of a socket."""
    await refusal.response()(scope, receive, send)
