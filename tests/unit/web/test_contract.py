"""The contract in JSON is complete, and the rows made from the projections have its shape."""

import math
import re
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from robo_trader.web import protocol, rest_models
from robo_trader.web.app import create_app
from robo_trader.web.history import newest, newest_before, oldest
from robo_trader.web.rows import number
from robo_trader.web.schema import contract
from robo_trader.web.settings import WebSettings
from tests.fakes.projections import FakeProjections


def test_the_contract_names_every_message_topic_and_close() -> None:
    found = contract()
    server = found["server_message"]["discriminator"]["mapping"]
    assert set(server) == {"hello", "snap", "d", "ev", "gap", "hb", "err"}
    assert set(found["client_message"]["discriminator"]["mapping"]) == {"sub", "unsub", "rate", "pong"}
    assert set(found["tables"]) == {"account", "positions", "orders.working", "health", "bars:"}
    assert set(found["streams"]) == {"fills", "equity", "orders.events", "violations"}
    assert found["close_codes"]["TOO_SLOW"] == 4408
    assert {"Login", "SessionInfo", "Page", "Problem"} <= set(found["rest"]["$defs"])


def test_the_table_of_routes_is_complete(tmp_path: Path) -> None:
    settings = WebSettings(static_folder=tmp_path)
    app = create_app(
        FakeProjections, settings, engine_alive=lambda: True, show_code=lambda _: None, on_failure=lambda: None
    )
    paths = {path.removeprefix("/api/v1/") for path in app.openapi()["paths"]}
    assert {"session", "bars/{symbol}", "violations"} <= paths
    table = rest_models.__doc__ or ""
    row = r"^\| (?:GET|POST|DELETE) ([\w/{}]+)"
    assert paths == set(re.findall(row, table, re.MULTILINE))


def test_a_model_refuses_what_is_not_finite() -> None:
    with pytest.raises(ValidationError):
        protocol.Snap(topic="equity", kind="stream", rev=1, columns=["seq"], rows=[[math.nan]])


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        pytest.param(Decimal("1.005"), 2, 1.0, id="a half cent, as a float rounds"),
        pytest.param(Decimal("100.00"), 2, 100, id="whole numbers are ints"),
        pytest.param(Decimal("NaN"), 2, None, id="a Decimal that is none"),
        pytest.param(math.inf, 2, None, id="infinite"),
        pytest.param(None, 2, None, id="unknown"),
        pytest.param(-0.004, 2, 0, id="no negative zero"),
    ],
)
def test_numbers_are_rounded_for_display(value: Decimal | float | None, decimals: int, shown: object) -> None:
    assert number(value, decimals) == shown
    assert repr(number(value, decimals)) != "-0.0"


ROWS = [(1, "a"), (2, "b"), (2, "c"), (3, "d")]


def test_a_page_never_ends_between_rows_of_one_sequence() -> None:
    page = oldest(ROWS, 2, key=lambda row: row[0])
    assert (page.rows, page.more) == (ROWS[:3], True)
    page = newest(ROWS, 2, key=lambda row: row[0])
    assert (page.rows, page.more) == (ROWS[1:], True)


@pytest.mark.parametrize("limit", [1, 2, 7, 500])
@pytest.mark.parametrize("before", [0, 1, 50, 100, 1_000])
def test_what_lies_before_is_found_however_deep(limit: int, before: int) -> None:
    every = list(range(100))
    page = newest_before(lambda count: every[-count:], limit, before=before, key=lambda row: row)
    wanted = [row for row in every if row < before]
    assert list(page.rows) == wanted[-limit:]
    assert page.more == (len(wanted) > limit)
