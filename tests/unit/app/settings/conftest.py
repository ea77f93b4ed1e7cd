"""`load` and `explain`: the settings of a TOML text, variables and overrides, in an empty working directory."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from robo_trader.app.settings import ExplainedSetting, Settings, explain_settings, load_settings
from robo_trader.core.domain.errors import InvalidConfig

Load = Callable[..., Settings]
Explain = Callable[..., dict[str, ExplainedSetting]]
Refused = Callable[..., list[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings")


def _sources(
    folder: Path, text: str | None, environment: Mapping[str, str] | None, overrides: Mapping[str, Any] | None
) -> dict[str, Any]:
    file = folder / "robo_trader.toml"
    file.unlink(missing_ok=True)
    if text is not None:
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        file.chmod(0o600)
    return {
        "config_file": None,
        "overrides": overrides or {},
        "environment": environment or {},
        "working_directory": folder,
    }


@pytest.fixture(scope="module")
def load(folder: Path) -> Load:
    def call(
        text: str | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Settings:
        return load_settings(**_sources(folder, text, environment, overrides))

    return call


@pytest.fixture(scope="module")
def explain(folder: Path) -> Explain:
    def call(
        text: str | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> dict[str, ExplainedSetting]:
        return {row.key: row for row in explain_settings(**_sources(folder, text, environment, overrides))}

    return call


@pytest.fixture(scope="module")
def refused(load: Load) -> Refused:
    """Return the lines of the problems, without the headline."""

    def call(text: str | None = None, **others: Any) -> list[str]:  # noqa: ANN401 - handed on
        with pytest.raises(InvalidConfig) as caught:
            load(text, **others)
        headline, *problems = str(caught.value).split("\n  ")
        assert headline == ("1 setting is" if len(problems) == 1 else f"{len(problems)} settings are") + " not usable:"
        return problems

    return call
