"""The fields of one payload, one after the other. Nothing is split ahead, so a payload of NULs costs nothing."""

import re
from decimal import Decimal

_NUMBER_CHARACTERS_MAX = 40  # of the longest number a client has reason to write
_COUNT_MAX = 1_000  # of legs, conditions, parameters
_UNSET_INTEGERS = {"", "2147483647", "9223372036854775807"}
_UNSET_DOUBLE = Decimal("1.7976931348623157E+308")
_DIGITS_MAX = 20  # before or behind the point; a larger exponent is nothing that money or shares have
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}\Z")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\Z")


class Unreadable(Exception):
    """A field is missing or is not what it must be. Never leaves the reading of a request."""


class FieldReader:
    """Reads fields in order; each ends with a NUL. `about` is the last id that was read as one."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._at = 0
        self.about = -1

    def text(self) -> str:
        """Return the next field. What is no UTF-8 in it is kept visible, with backslashes."""
        end = self._payload.find(b"\0", self._at)
        if end < 0:
            raise Unreadable("the message breaks off")
        field = self._payload[self._at : end]
        self._at = end + 1
        return field.decode(errors="backslashreplace")

    def skip(self, count: int = 1) -> None:
        """Pass over fields that nothing here heeds."""
        for _ in range(count):
            self.text()

    def integer(self) -> int:
        """Return a whole number; an empty field is 0."""
        return _integer(self.text())

    def set_integer(self) -> int | None:
        """Return a whole number, None for the protocol's "no value"."""
        text = self.text()
        return None if text in _UNSET_INTEGERS else _integer(text)

    def count(self) -> int:
        """Return how many of something follow: never so many that reading past them would hold everybody up."""
        number = self.integer()
        if not 0 <= number <= _COUNT_MAX:
            raise Unreadable(f"{number} of something")
        return number

    def identity(self) -> int:
        """Return a request or order id, and remember it for the answer to a request that cannot be read."""
        self.about = self.integer()
        return self.about

    def flag(self) -> bool:
        """Return a yes or no: 1 or 0; an empty field is no."""
        text = self.text()
        if text not in {"", "0", "1"}:
            raise Unreadable(f"{text[:_NUMBER_CHARACTERS_MAX]!r} is neither 0 nor 1")
        return text == "1"

    def decimal(self) -> Decimal:
        """Return a number; an empty field is 0."""
        return self.set_decimal() or Decimal(0)

    def set_decimal(self) -> Decimal | None:
        """Return a number, None for the protocol's "no value"."""
        text = self.text()
        if not text:
            return None
        if len(text) > _NUMBER_CHARACTERS_MAX or not _DECIMAL.match(text):
            raise Unreadable(f"{text[:_NUMBER_CHARACTERS_MAX]!r} is no number")
        number = Decimal(text)
        if number == _UNSET_DOUBLE:
            return None
        if number and abs(number.adjusted()) > _DIGITS_MAX:
            raise Unreadable(f"{text} is out of bounds")
        return number

    def end(self) -> None:
        """Make sure that everything was read."""
        if self._at != len(self._payload):
            raise Unreadable(f"{self._payload.count(0, self._at)} fields more than the request has")


def _integer(text: str) -> int:
    if not text:
        return 0
    if not _INTEGER.match(text):
        raise Unreadable(f"{text[:_NUMBER_CHARACTERS_MAX]!r} is no whole number")
    return int(text)
