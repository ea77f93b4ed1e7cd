"""What a setting accepts, in words; read from the model, so that errors and reference cannot differ from it."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeVar, get_args, get_origin

from pydantic.fields import FieldInfo

from robo_trader.app.settings.fields import FRACTION, Noun, Wording

Mark = TypeVar("Mark")

_BOUNDS = {"gt": "above {}", "ge": "at least {}", "lt": "below {}", "le": "at most {}"}


def describe_allowed(field: FieldInfo) -> str:
    """Return what may be set, in words that follow "must be": "a fraction above 0 and at most 1"."""
    for wording in _marks(field, Wording):
        return wording.text
    if get_origin(field.annotation) is Literal:
        return _join([str(choice) for choice in get_args(field.annotation)], "or")
    if field.annotation is bool:
        return "true or false"
    return f"a {_noun(field)} {_range(dict(_bounds(field)))}"


def percent_meant(field: FieldInfo, value: object) -> Decimal | None:
    """Return a hundredth of `value` where a percentage was written for a fraction: 5 for 0.05, else None."""
    if FRACTION not in field.metadata or isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or number < 1:
        return None
    meant = number.normalize().scaleb(-2)
    return meant if _is_within(field, meant) else None


def _range(bounds: dict[str, Decimal | int]) -> str:
    if bounds.keys() == {"ge", "le"}:
        return f"from {bounds['ge']} to {bounds['le']}"
    return _join([_BOUNDS[kind].format(bound) for kind, bound in bounds.items()], "and")


def _is_within(field: FieldInfo, value: Decimal) -> bool:
    bounds = dict(_bounds(field))
    above = value > bounds["gt"] if "gt" in bounds else value >= bounds["ge"]
    return above and value <= bounds["le"]


def _bounds(field: FieldInfo) -> Iterator[tuple[str, Decimal | int]]:
    for mark in field.metadata:
        for kind in _BOUNDS:
            bound = getattr(mark, kind, None)
            if bound is not None:
                yield kind, bound


def _noun(field: FieldInfo) -> str:
    for noun in _marks(field, Noun):
        return noun.text
    return "whole number" if field.annotation in {int, int | None} else "number"


def _marks(field: FieldInfo, kind: type[Mark]) -> Iterator[Mark]:
    return (mark for mark in field.metadata if isinstance(mark, kind))


def _join(words: list[str], conjunction: str) -> str:
    *first, last = words
    return f"{', '.join(first)} {conjunction} {last}" if first else last
