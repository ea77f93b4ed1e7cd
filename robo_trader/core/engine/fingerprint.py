"""A hash of plain values that is the same in every process, whatever the hash seed or insertion order."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import Enum
from hashlib import blake2b
from operator import itemgetter

from msgspec import Struct


def fingerprint(value: object) -> str:
    """Return 32 hexadecimal digits that differ whenever the values do.

    Takes None, numbers, text, enums, sequences, sets, mappings and domain values of these; anything else is a bug.
    """
    digest = blake2b(digest_size=16)
    for token in _tokens(value):
        digest.update(_framed(token).encode())
    return digest.hexdigest()


def _tokens(value: object) -> Iterator[str]:
    if isinstance(value, Decimal):
        yield f"Decimal:{value.normalize()}"  # 1.0 and 1.00 decide the same
    elif value is None or isinstance(value, (str, int, bool)):
        yield f"{type(value).__name__}:{value}"
    elif isinstance(value, float):
        yield f"float:{value.hex()}"
    elif isinstance(value, Enum):
        yield f"{type(value).__name__}.{value.name}"
    elif isinstance(value, Mapping):
        yield from _group("{", _sorted_items(value))
    elif isinstance(value, AbstractSet):
        yield from _group("<", sorted(_key(item) for item in value))
    elif isinstance(value, (tuple, list)):
        yield from _group("[", value)
    else:
        assert isinstance(value, Struct), type(value)
        yield from _group(type(value).__name__, [getattr(value, name) for name in value.__struct_fields__])


def _group(opening: str, items: Iterable[object]) -> Iterator[str]:
    yield opening
    for item in items:
        yield from _tokens(item)
    yield "."


def _key(key: object) -> str:
    return "".join(map(_framed, _tokens(key)))


def _framed(token: str) -> str:
    """Return the token with its length before it, so that no text can pass for two tokens."""
    return f"{len(token)}:{token}"


def _sorted_items(mapping: Mapping[object, object]) -> list[tuple[str, object]]:
    keyed = {_key(key): item for key, item in mapping.items()}
    assert len(keyed) == len(mapping), mapping.keys()
    return sorted(keyed.items(), key=itemgetter(0))
