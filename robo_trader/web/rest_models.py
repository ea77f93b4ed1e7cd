"""Bodies of the REST interface under `/api/v1`; part of the contract that `protocol.py` describes.

| method and path                                 | body in | body out       | refusals                |
| ----------------------------------------------- | ------- | -------------- | ----------------------- |
| GET session: who am I                           |         | SessionInfo    | 401                     |
| POST session: log in                            | Login   | SessionInfo    | 401 wrong, 429 too many |
| DELETE session: log out                         |         | 204            | 401                     |
| GET bars/{symbol}?before=MS&limit=N             |         | Page (bars)    | 401, 404, 422, 503      |
| GET equity?after=SEQ&before=SEQ&limit=N         |         | Page           | 401, 422, 503           |
| GET fills, the same                             |         | Page           | 401, 422, 503           |
| GET orders, the same                            |         | Page           | 401, 422, 503           |
| GET violations, the same                        |         | Page           | 401, 422, 503           |
| GET health                                      |         | Liveness or, logged in, HealthInfo |     |

`before` of bars is a time in ms: bars that started before it. `after` and `before` of the others are journal
sequences, both exclusive. A page holds the newest rows within its bounds; only with `after` and no `before`
it holds the oldest, so that a gap is filled by asking on until `more` is false. `more` says that rows within
the bounds were left out.
"""

from typing import Annotated, Literal

from pydantic import StringConstraints

from robo_trader.web.protocol import Row, WireModel


class Login(WireModel):
    """The code from the fragment of the address the terminal showed."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class SessionInfo(WireModel):
    """Whose session this is, and until when. Times are epoch milliseconds."""

    role: Literal["viewer"]
    accounts: list[str]
    mode: str | None
    boot: str
    assets: str | None
    protocol: int
    server_version: str
    idle_expires_at: int  # moves on with every request and every `pong`
    expires_at: int  # does not


class Page(WireModel):
    """Rows of history, oldest first."""

    columns: list[str]
    rows: list[Row]
    more: bool


class Liveness(WireModel):
    """All that a visitor without session may know."""

    ok: Literal[True] = True


class HealthInfo(WireModel):
    """The health table and what the server is. The same rows as topic `health`."""

    ok: Literal[True] = True
    boot: str
    server_version: str
    now: int
    connections: int
    columns: list[str]
    rows: list[Row]


class Problem(WireModel):
    """Why a request was refused. `id` finds the matching line in the server's log, where there is one."""

    code: str
    message: str
    id: str | None = None
