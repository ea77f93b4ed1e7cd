"""Takes out of frames what is private or differs each day: accounts, ids, times, prices and amounts of money.

What is not known to be harmless goes: of numbers only short whole ones stay, as flags, codes and small sizes are.
"""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from robo_trader.adapters.brokers.interactive_brokers.conformance.frames import Frame, text_at

WITHHELD = "WITHHELD"
_UNSET = frozenset({"1.7976931348623157E308", "1.7976931348623157e+308", "2147483647", "9223372036854775807"})
_ACCOUNT = re.compile(r"\b(?:D[A-Z]{1,2}|[UFI])\d{4,}\b")
_LONG_NUMBER = re.compile(r"\d{7,}")
_NUMBER_IN_TEXT = re.compile(r"\d[\d.,:]*")
_DAY = re.compile(r"(?<!\d)\d{8}(?!\d)")
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_SMALL = 9  # prices of the tour up to here look like sizes, and are not told from them
_MONEY_KINDS = frozenset({"commissionReport", "accountSummary", "position", "updateAccountValue", "updatePortfolio"})


class Placeholders:
    """Names for values, the same name for the same value throughout a recording."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._prices: set[Decimal] = set()

    def learn(self, name: str, value: str) -> None:
        """Hide a value from now on, as the name and a number: ORDER1, ORDER2."""
        if value and value != "0" and value not in self._names:
            self._counts[name] = self._counts.get(name, 0) + 1
            self._names[value] = f"{name}{self._counts[name]}"

    def learn_price(self, price: Decimal) -> None:
        """Hide a price of the tour's own orders."""
        self._prices.add(price)

    def hide(self, frame: Frame) -> list[str]:
        """Return the fields of a frame without what is private; of others' orders and positions nothing is told."""
        kind, *fields = frame.fields
        if not frame.is_ours:
            return [kind, WITHHELD]
        if frame.kind in {"currentTime", "nextValidId"}:
            return [kind, *fields[:-1], "TIME" if frame.kind == "currentTime" else "NEXT_ID"]
        if frame.kind == "error":
            return [kind, *map(self._shape, fields[:3]), *map(self._text, fields[3:])]
        if frame.kind in _MONEY_KINDS:
            return [kind, *map(self._money, fields)]
        return [kind, *map(self._shape, fields)]

    def _shape(self, text: str) -> str:
        if not text or text in _UNSET:
            return text
        if text in self._names:
            return self._names[text]
        number = _decimal(text)
        return self._number(text, number) if number is not None else self._words(text)

    def _number(self, text: str, number: Decimal) -> str:
        if number > _SMALL and number in self._prices:
            return "PRICE"
        is_short = len(text) < 7 and text.lstrip("-").isdigit()
        return text if is_short or (number == int(number) and abs(number) <= _SMALL) else "NUMBER"

    def _words(self, text: str) -> str:
        text = _TOKEN.sub(lambda token: self._names.get(token[0], token[0]), text)
        text = _ACCOUNT.sub("ACCOUNT", text)
        return "TIME" if _DAY.search(text) else _LONG_NUMBER.sub("NUMBER", text)

    def _text(self, text: str) -> str:
        """Free text: no number of it stays."""
        return _NUMBER_IN_TEXT.sub("#", self._words(text)) if text else text

    def _money(self, text: str) -> str:
        number = _decimal(text)
        known = text in self._names or text in _UNSET or not text
        return self._shape(text) if known or number is None or number in {0, 1, 2} else "NUMBER"


def ids_told(frame: Frame) -> Iterable[tuple[str, str]]:
    """Return the name and value of each lasting id that a frame tells of an order."""
    if frame.kind == "orderStatus":
        yield "PERM", text_at(frame.fields, 6)
    elif frame.kind == "execDetails":
        yield from (("EXECUTION", text_at(frame.fields, 14)), ("PERM", text_at(frame.fields, 21)))
    elif frame.kind == "openOrder":
        yield "PERM", text_at(frame.fields, 25)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
