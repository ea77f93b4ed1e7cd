"""The login code is known to the program and shown by nothing.

The canary is long enough to be valid and is searched for in everything that settings put out.
"""

import json
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from robo_trader.app.settings import ExplainedSetting, Settings, load_settings, settings_schema
from robo_trader.app.settings.reference import render_reference
from robo_trader.core.domain.errors import InvalidConfig

Load = Callable[..., Settings]
Explain = Callable[..., dict[str, ExplainedSetting]]
Refused = Callable[..., list[str]]

CANARY = "canary-7f3a91d0c2e4"
VARIABLE = {"ROBO_WEB__LOGIN_CODE": CANARY}
TEXT = f'web.login_code = "{CANARY}"'


def everything_about(error: BaseException) -> str:
    told = [str(error), repr(error), repr(error.args), repr(vars(error)), *traceback.format_exception(error)]
    assert error.__cause__ is None
    assert error.__context__ is None
    return "\n".join(told)


@pytest.mark.parametrize(("text", "environment"), [(TEXT, {}), (None, VARIABLE)], ids=["file", "environment"])
def test_the_program_knows_the_code_and_prints_a_mask(
    load: Load, explain: Explain, text: str | None, environment: dict[str, str]
) -> None:
    settings = load(text, environment=environment)
    row = explain(text, environment=environment)["web.login_code"]
    assert settings.web.login_code is not None
    assert settings.web.login_code.get_secret_value() == CANARY
    assert (row.value, row.text) == ("***", '"***"')
    shown = [repr(settings), str(settings), repr(settings.web), settings.model_dump_json(), repr(row)]
    shown += [repr(settings.model_dump()), repr(explain(text, environment=environment))]
    assert CANARY not in "\n".join(shown)


def test_no_code_is_told_as_not_set(load: Load, explain: Explain) -> None:
    row = explain()["web.login_code"]
    assert load().web.login_code is None
    assert (row.value, row.text) == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'web.login_code = "{CANARY}"\nweb.port = -1', id="another key is wrong"),
        pytest.param(f'web.login_code = "{CANARY * 20}"', id="too long"),
        pytest.param(f'web.login_code = "{CANARY} with spaces"', id="spaces"),
        pytest.param(f'web.login_code = "{CANARY}\\n"', id="a line break"),
        pytest.param(f'web.login_code = ["{CANARY}"]', id="a list"),
        pytest.param(f'web.login_code.x = "{CANARY}"', id="a table"),
        pytest.param(f'web.login_cod = "{CANARY}"', id="a misspelled key"),
        pytest.param(f'wep.login_code = "{CANARY}"', id="a misspelled section"),
        pytest.param(f'login_code = "{CANARY}"', id="outside its section"),
        pytest.param(f'web = "{CANARY}"', id="in place of its section"),
        pytest.param(f'web.login_code = "{CANARY}"\nweb.login_code = "{CANARY}"', id="twice"),
        pytest.param(f"web.login_code = {CANARY}", id="without quotes"),
        pytest.param(f'web.login_code = "{CANARY}', id="without the closing quote"),
    ],
)
def test_no_error_of_the_file_tells_it(load: Load, text: str) -> None:
    with pytest.raises(InvalidConfig) as caught:
        load(text)
    assert CANARY not in everything_about(caught.value)


@pytest.mark.parametrize("name", ["ROBO_WEB__LOGIN_COD", "ROBO_LOGIN_CODE", "ROBO_WEB", "ROBO_WEB__LOGIN_CODE__X"])
def test_no_error_of_the_environment_tells_it(load: Load, name: str) -> None:
    with pytest.raises(InvalidConfig) as caught:
        load(environment={name: CANARY})
    assert CANARY not in everything_about(caught.value)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("fifteen-letters", "must be text of 16 to 256 characters"),
        ("x" * 257, "must be text of 16 to 256 characters"),
        ("", "must be text of 16 to 256 characters"),
        ("sixteen letters!", "must be printable ASCII without spaces"),
        ("sixteen-l\u00e9ttersss", "must be printable ASCII without spaces"),
        ("sixteen-\udcffletters", "must be printable ASCII without spaces"),
    ],
)
def test_a_code_is_long_and_plain(refused: Refused, code: str, reason: str) -> None:
    assert refused(environment={"ROBO_WEB__LOGIN_CODE": code}) == [
        f"web.login_code = *** (ROBO_WEB__LOGIN_CODE): {reason}"
    ]


def test_the_command_line_takes_no_secret(load: Load, refused: Refused) -> None:
    (problem,) = refused(overrides={"web": {"login_code": CANARY}})
    assert problem.startswith("web.login_code (command line): a secret on the command line can be read by others")
    with pytest.raises(InvalidConfig) as caught:
        load(overrides={"web": {"login_code": CANARY}})
    assert CANARY not in everything_about(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_holds_no_secret(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "robo_trader.toml"
    file.write_text(f"[web]\nport = 9000\nlogin_code = '{CANARY}'\n")
    file.chmod(mode)
    with pytest.raises(InvalidConfig, match=r"web\.login_code \(robo_trader\.toml:3\): .* `chmod 600`") as caught:
        load_settings(config_file=None, overrides={}, environment={}, working_directory=tmp_path)
    assert CANARY not in everything_about(caught.value)


def test_a_file_that_others_can_read_may_hold_everything_else(tmp_path: Path) -> None:
    file = tmp_path / "robo_trader.toml"
    file.write_text("web.port = 9000")
    file.chmod(0o644)
    settings = load_settings(config_file=None, overrides={}, environment={}, working_directory=tmp_path)
    assert settings.web.port == 9000


def test_schema_and_reference_are_made_without_it(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBO_WEB__LOGIN_CODE", CANARY)
    load(environment=VARIABLE)
    assert CANARY not in json.dumps(settings_schema()) + render_reference()


@pytest.mark.parametrize("host", ["host", "ho st", "", "[", "a@host"])
def test_a_password_in_an_address_is_refused_and_not_shown(load: Load, host: str) -> None:
    with pytest.raises(InvalidConfig, match=r"storage\.url = .*://trader:\*\*\*@") as refused:
        load(f'storage.url = "postgresql+asyncpg://trader:{CANARY}@{host}:5432/trading"')
    assert CANARY not in everything_about(refused.value)
