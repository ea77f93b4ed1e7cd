"""Finds the line on which each key of a TOML text is written.

`tomllib` reads the values but forgets where they stood. This scanner knows just enough of TOML to follow
keys: table headers, dotted and quoted keys, inline tables; strings, arrays and comments are only skipped. It
is meant for text that `tomllib` has accepted, so it checks nothing; of any other text it makes what it can.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

KeyPath = tuple[str, ...]

# A multi-line string may end in up to two quotes of its own before the three that close it.
_TOKENS = re.compile(
    r"""
      (?P<space>[ \t\r]+ | \#[^\n]*)
    | (?P<line>\n)
    | (?P<string>\"{3}(?:\\.|[^\\])*?\"{3}\"{0,2} | '{3}.*?'{3}'{0,2} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
    | (?P<bare>[A-Za-z0-9_-]+)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def find_key_lines(text: str) -> list[tuple[KeyPath, int]]:
    """Return each key path with its line, counted from 1, in the order they are written.

    Table headers count as keys; what is inside arrays does not.
    """
    return list(_Scanner(_tokens(text)).document())


def _tokens(text: str) -> list[_Token]:
    tokens, line = [], 1
    for match in _TOKENS.finditer(text):
        if match.lastgroup not in ("space", None):
            tokens.append(_Token(str(match.lastgroup), match[0], line))
        line += match[0].count("\n")
    return [*tokens, _Token("end", "", line)]


class _Scanner:
    """Walks the tokens once, from left to right. Every key takes at least one token, so it always ends."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def document(self) -> Iterator[tuple[KeyPath, int]]:
        table: KeyPath = ()
        while (token := self._after("\n")).kind != "end":
            if token.text == "[":
                self._after("[")
                table = self._key()
                self._after("]")
                yield table, token.line
            else:
                yield from self._pair(table)

    def _pair(self, table: KeyPath) -> Iterator[tuple[KeyPath, int]]:
        line = self._token.line
        path = table + self._key()
        yield path, line
        if self._after("=").text == "{":
            yield from self._inline_table(path)
        else:
            self._skip_value()

    def _inline_table(self, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
        self._next()
        while self._after(",\n").text not in ("}", ""):
            yield from self._pair(path)
        self._next()

    def _key(self) -> KeyPath:
        parts = [_unquoted(self._next())]
        while self._token.text not in ("=", "]", "\n", ""):
            token = self._next()
            if token.text != ".":
                parts.append(_unquoted(token))
        return tuple(parts)

    def _skip_value(self) -> None:
        """Pass an array with all it holds, or a scalar up to what ends it."""
        depth = 0
        while self._token.kind != "end" and not (depth == 0 and self._token.text in ("\n", ",", "}", "]")):
            mark = self._next().text
            depth += (mark in ("[", "{")) - (mark in ("]", "}"))

    def _after(self, marks: str) -> _Token:
        """Pass all of these marks and return the token behind them."""
        while self._token.text and self._token.text in marks:
            self._next()
        return self._token

    @property
    def _token(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._token
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _unquoted(token: _Token) -> str:
    if token.kind != "string":
        return token.text
    try:
        name = tomllib.loads(f"name = {token.text}")["name"]
    except tomllib.TOMLDecodeError:
        return token.text
    assert isinstance(name, str)
    return name
