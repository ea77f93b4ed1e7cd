"""Writes docs/configuration.md from the model.

Run `python -m robo_trader.app.settings.reference > docs/configuration.md`.
"""

import sys

from robo_trader.app.settings.allowed import describe_allowed
from robo_trader.app.settings.explaining import toml_text
from robo_trader.app.settings.keys import FIELDS, SECTIONS, environment_name
from robo_trader.app.settings.model import DEFAULT_PRESET, PRESETS, Settings

_INTRODUCTION = """\
# Configuration

<!-- Generated: python -m robo_trader.app.settings.reference > docs/configuration.md -->

Settings come from four places; the later wins, key by key:

1. the defaults of the preset,
2. a TOML file: the one given by `--config`, else `robo_trader.toml` in the working directory if there is one,
3. environment variables: `ROBO_`, the section, two underscores, the key, as in `{example}=0.2`,
4. the command line.

```toml
preset = "staging"

[risk]
max_position_fraction = 0.2   # 20 % of equity

[data]
symbols = "AAPL, IBM"         # or ["AAPL", "IBM"]
```

Every mistake in every place is listed before anything starts, with its line and, for a name that does not exist,
the nearest that does. Unknown keys, sections and `ROBO_` variables are mistakes; so is an empty number. Fractions
are written 0.05 for 5 %.

Secrets are shown as `***` wherever settings are printed. They are taken from the environment, or from a file that
only its owner can read (`chmod 600`); never from the command line, which other users of the machine can see.
"""


def render_reference() -> str:
    """Return the page: introduction, presets, and a table of keys for each section."""
    introduction = _INTRODUCTION.format(example=environment_name("risk.max_position_fraction"))
    return "\n".join([introduction, *_presets(), *_top_level(), *map(_section, SECTIONS)])


def _presets() -> list[str]:
    differing = dict.fromkeys(key for changes in PRESETS.values() for key in changes)
    rows = [[f"`{key}`", *(_default(key, changes.get(key)) for changes in PRESETS.values())] for key in differing]
    text = (
        "## Presets\n\n"
        "Chosen by `--preset`, `ROBO_PRESET` or `preset` in the file. They differ only in these defaults:\n"
    )
    return [text, _table(["Key", *(f"`{name}`" for name in PRESETS)], rows)]


def _top_level() -> list[str]:
    keys = [key for key in FIELDS if "." not in key]
    return [f"## Keys\n\nDefaults are those of `{DEFAULT_PRESET}`.\n", _keys(keys)]


def _section(section: str) -> str:
    keys = [key for key in FIELDS if key.startswith(f"{section}.")]
    return f"### {section}\n\n{SECTIONS[section].__doc__}\n\n{_keys(keys)}"


def _keys(keys: list[str]) -> str:
    rows = [
        [f"`{key}`", _default(key, None), describe_allowed(FIELDS[key]), FIELDS[key].description or ""] for key in keys
    ]
    return _table(["Key", "Default", "Must be", "Meaning"], rows)


def _default(key: str, changed: object) -> str:
    """Return a default as TOML. `changed`: what a preset puts in its place, in a form the model reads; else None."""
    section, _, name = key.rpartition(".")
    settings = Settings.model_validate({section: {name: changed}} if changed is not None else {})
    text = toml_text(getattr(getattr(settings, section), name) if section else getattr(settings, name))
    return f"`{text}`" if text else "not set"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(render_reference())
