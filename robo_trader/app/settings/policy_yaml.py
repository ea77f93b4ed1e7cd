"""The tables of a YAML text, each value with its line. Values are taken as text, exactly as they are written."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from robo_trader.app.settings.keys import KeyPath, dotted
from robo_trader.app.settings.layers import Setting
from robo_trader.app.settings.problems import printable
from robo_trader.app.settings.toml_file import Unreadable, file_origin

_DEPTH_MAX = 3  # level, name, limit


def parse_yaml(text: str, name: Path) -> Iterator[Setting]:
    """Yield each value with its path and line. Raises Unreadable for what is no YAML, or no tables of plain values."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        place = "" if error.problem_mark is None else f":{error.problem_mark.line + 1}"
        raise Unreadable(name, f"is not YAML: {printable(str(error.problem))}", place) from None
    except (yaml.YAMLError, RecursionError):
        raise Unreadable(name, "is not YAML") from None
    if root is not None:
        yield from _settings(root, (), name)


def _settings(node: yaml.Node, path: KeyPath, name: Path) -> Iterator[Setting]:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode) and path:
        yield Setting(path, node.value, file_origin(name, line))
        return
    if not isinstance(node, yaml.MappingNode) or len(path) >= _DEPTH_MAX:
        raise Unreadable(name, f"{dotted(path) or 'the whole'} must be a table or a plain value", f":{line}")
    seen: dict[str, int] = {}
    for key, value in node.value:
        at = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Unreadable(name, "a key must be plain text", f":{at}")
        if key.value in seen:
            twice = f"{dotted((*path, key.value))} is written twice, first on line {seen[key.value]}"
            raise Unreadable(name, twice, f":{at}")
        seen[key.value] = at
        yield from _settings(value, (*path, key.value), name)
