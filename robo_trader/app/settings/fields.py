"""The kinds of value a setting may hold, and how each is read from text.

A refusal raised here carries only its reason: the loader adds the key, the place and the value, because
only it knows which values are secret.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from robo_trader.adapters.brokers.interactive_brokers.restart_window import parse_window
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import SYMBOL_GRAMMAR, Symbol, parse_symbol
from robo_trader.core.market.bar_sizes import BarSize, Duration, parse_bar_size, parse_duration
from robo_trader.core.strategies.catalogue import ALL_STRATEGIES, find_strategy

SYMBOLS_MAX = 500
SPEED_MAX = 100_000
PARAMETER_MAX = 10**15  # nothing a strategy means is larger, and a float still holds it exactly
PARAMETER_LENGTH_MAX = 10_000  # the sectors of 500 symbols
OWN_STRATEGY_GRAMMAR = re.compile(r"(?P<file>.+\.py):(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
ACCOUNT_GRAMMAR = re.compile(r"[A-Z]{1,2}[A-Z0-9]{4,14}")  # at Interactive Brokers
VENUE_GRAMMAR = re.compile(r"[A-Z][A-Z0-9]{1,15}")  # at Interactive Brokers
SECRET_LENGTH_MIN = 16
SECRET_LENGTH_MAX = 256


@dataclass(frozen=True, slots=True)
class Wording:
    """What a field accepts, in words that follow "must be"; for errors and the reference."""

    text: str


@dataclass(frozen=True, slots=True)
class Noun:
    """What a number is called before its bounds are told."""

    text: str


FRACTION = Noun("fraction")


def refusal(reason: str, *, field: str = "", other: str = "") -> PydanticCustomError:
    """Return the error that a validator raises.

    field, other: the two fields of a section that contradict each other, where no single one is wrong.
    """
    return PydanticCustomError("refused", "{reason}", {"reason": reason, "field": field, "other": other})


def _check_zone(name: str | None) -> str | None:
    try:
        ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refusal("is not a time zone; write it like America/New_York") from None
    return name


def _from_text(parse: Callable[[str], object]) -> Callable[[object], object]:
    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return parse(value)
        except InvalidConfig as refused:
            raise refusal(f"{refused}. {refused.next_step}") from None

    return read


def _check_window(text: str) -> str:
    try:
        return parse_window(text).text if text.strip() else ""
    except InvalidConfig as refused:
        raise refusal(f"{refused}. {refused.next_step}") from None


def _read_symbols(value: object) -> object:
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list | tuple):
        return value
    wrong = [str(item) for item in listed if not _is_symbol(item)]
    if wrong:
        raise refusal(f"{wrong!r:.100} cannot be symbols; write symbols such as AAPL or BRK.B")
    symbols = tuple(parse_symbol(item) for item in listed)
    twice = sorted({symbol for symbol in symbols if symbols.count(symbol) > 1})
    if twice:
        raise refusal(f"{', '.join(twice)} stands there more than once")
    return symbols


def _read_sectors(value: object) -> object:
    """Read `AAPL:technology, XOM:energy`, the form in which strategies take sectors, or a list of such pairs."""
    pairs = _pairs_of(value, "sector", "AAPL:technology, XOM:energy", bool)
    return value if pairs is None else pairs


def _read_routes(value: object) -> object:
    """Read `IBM:NYSE, SPY:ARCA`, or a list of such pairs."""
    pairs = _pairs_of(value, "venue", "IBM:NYSE, SPY:ARCA", lambda venue: VENUE_GRAMMAR.fullmatch(venue) is not None)
    return value if pairs is None else pairs


def _pairs_of(value: object, noun: str, example: str, is_right: Callable[[str], bool]) -> tuple[str, ...] | None:
    """Return SYMBOL:WORD for each pair, None for what is neither a text nor a list."""
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list | tuple):
        return None
    pairs = [tuple(part.strip() for part in str(item).split(":")) for item in listed]
    wrong = [":".join(pair) for pair in pairs if len(pair) != 2 or not _is_symbol(pair[0]) or not is_right(pair[1])]
    if wrong:
        raise refusal(f"{wrong!r:.100} cannot be a symbol and its {noun}; write {example}")
    words = {parse_symbol(symbol): word for symbol, word in pairs}
    if len(words) < len(pairs):
        raise refusal("names a symbol more than once")
    return tuple(f"{symbol}:{word}" for symbol, word in words.items())


def _is_symbol(item: object) -> bool:
    return isinstance(item, str) and SYMBOL_GRAMMAR.fullmatch(item.strip().upper()) is not None


def _read_speed(value: object) -> object:
    """Return "max" or a float, so that the union below never has to report both of its branches."""
    if isinstance(value, str) and value.strip().lower() == "max":
        return "max"
    try:
        speed = float(value)  # type: ignore[arg-type]  # whatever else it is raises TypeError
    except (TypeError, ValueError, OverflowError):
        raise refusal(f"must be {SPEED_WORDING.text}") from None
    if not 0 < speed <= SPEED_MAX:
        raise refusal(f"must be {SPEED_WORDING.text}")
    return speed


def _read_path(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value.strip():
        raise refusal("is empty; leave the key out to have none")
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise refusal("names the home folder of somebody unknown") from None


def _read_strategy(value: object) -> object:
    """Check the names of strategies of ours; whether a file of the user's holds one is known when it is loaded."""
    if not isinstance(value, str):
        return value
    labels = []
    for label, reference in split_references(value):
        labels.append(label or reference)
        if OWN_STRATEGY_GRAMMAR.fullmatch(reference):
            continue
        try:
            find_strategy(reference)
        except InvalidConfig as refused:
            raise refusal(f"{refused}. {refused.next_step}") from None
    if len(set(labels)) < len(labels):
        raise refusal("names a strategy twice; give each a name of its own, as in quick=sma_crossover")
    return value


def split_references(text: str) -> list[tuple[str, str]]:
    """Return the strategies of `quick=sma_crossover, mine.py:Mine`: names of their own (or empty) and references."""
    found = []
    for part in text.split(","):
        named = re.fullmatch(r"\s*(?:(?P<label>[a-z][a-z0-9_]{0,31})\s*=)?\s*(?P<reference>.*?)\s*", part, re.DOTALL)
        assert named is not None, part
        found.append((named["label"] or "", named["reference"]))
    return found


def _read_parameter(value: object) -> object:
    """Return a finite number, an int where it is written as one, so that counts stay counts; else a name."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,15}\s*", value):
        return int(value)
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]  # whatever else it is
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if abs(number) <= PARAMETER_MAX:
        return value if isinstance(value, int) else number
    if isinstance(value, str) and value.strip() and value.isprintable() and len(value) <= PARAMETER_LENGTH_MAX:
        return value.strip()
    raise refusal("must be a number or a name")


def _fold_case(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _check_secret(secret: SecretStr | None) -> SecretStr | None:
    if secret is None:
        return None
    text = secret.get_secret_value()
    if not SECRET_LENGTH_MIN <= len(text) <= SECRET_LENGTH_MAX:
        raise refusal(f"must be {SECRET_WORDING.text}")
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise refusal("must be printable ASCII without spaces")
    return secret


PARAMETER_WORDING = Wording("a number or a name for each key")
SPEED_WORDING = Wording(f'a number above 0 and at most {SPEED_MAX}, or "max"')
SECRET_WORDING = Wording(f"text of {SECRET_LENGTH_MIN} to {SECRET_LENGTH_MAX} characters")
_BAR_SIZES = ", ".join(f'"{size.value}"' for size in BarSize)

# Six decimal places are a hundredth of a basis point: nothing meant is finer, and 1e-999999 is not "above 0".
Fraction = Annotated[Decimal, Field(decimal_places=6), FRACTION]
BasisPoints = Annotated[Decimal, Field(decimal_places=2)]
Dollars = Annotated[Decimal, Field(decimal_places=2)]
Multiple = Annotated[Decimal, Field(decimal_places=4)]
OptionalFraction = Annotated[Decimal | None, Field(decimal_places=6), FRACTION]
OptionalBasisPoints = Annotated[Decimal | None, Field(decimal_places=2)]
OptionalDollars = Annotated[Decimal | None, Field(decimal_places=2)]
OptionalMultiple = Annotated[Decimal | None, Field(decimal_places=4)]
OptionalCount = int | None
Seconds = Annotated[float, Field(allow_inf_nan=False)]
Minutes = Annotated[float, Field(allow_inf_nan=False)]

Symbols = Annotated[
    tuple[Symbol, ...],
    Field(min_length=1, max_length=SYMBOLS_MAX),
    BeforeValidator(_read_symbols),
    Wording(f"1 to {SYMBOLS_MAX} symbols, as a list or separated by commas"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": SYMBOLS_MAX},
                {"type": "string"},
            ]
        }
    ),
]
OptionalSymbol = Annotated[
    Symbol | None, BeforeValidator(_from_text(parse_symbol)), Wording("a symbol, such as SPY or BRK.B")
]
Sectors = Annotated[
    tuple[str, ...],
    BeforeValidator(_read_sectors),
    Wording("symbols with their sectors, as in AAPL:technology, XOM:energy"),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}),
]
Routes = Annotated[
    tuple[str, ...],
    BeforeValidator(_read_routes),
    Wording("symbols with the venues of their orders, as in IBM:NYSE, SPY:ARCA"),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}),
]
SymbolList = Annotated[
    tuple[Symbol, ...],
    Field(max_length=SYMBOLS_MAX),
    BeforeValidator(_read_symbols),
    Wording(f"at most {SYMBOLS_MAX} symbols, as a list or separated by commas"),
    WithJsonSchema(
        {"anyOf": [{"type": "array", "items": {"type": "string"}, "maxItems": SYMBOLS_MAX}, {"type": "string"}]}
    ),
]
BarSizeText = Annotated[BarSize, BeforeValidator(_from_text(parse_bar_size)), Wording(f"one of {_BAR_SIZES}")]
OptionalDuration = Annotated[
    Duration | None,
    BeforeValidator(_from_text(parse_duration)),
    Wording('a count and D, W, M or Y, such as "30 D"'),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[1-9][0-9]{0,4}\s*[DWMYdwmy]\s*$"}),
]
OptionalZone = Annotated[
    Annotated[str, Field(pattern=r"^[A-Za-z0-9_+\-/]{1,64}$")] | None,
    AfterValidator(_check_zone),
    Wording("the name of a time zone, such as America/New_York"),
]
Speed = Annotated[
    Annotated[float, Field(gt=0, le=SPEED_MAX)] | Literal["max"], BeforeValidator(_read_speed), SPEED_WORDING
]
OptionalPath = Annotated[Path | None, BeforeValidator(_read_path), Wording("a path")]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_fold_case)]
StrategyReference = Annotated[
    str,
    BeforeValidator(_read_strategy),
    Wording(
        f"{', '.join(ALL_STRATEGIES)}, a file of your own and the class in it (mine.py:Mine), or several with commas"
    ),
]
_Parameter = Annotated[
    int | float | str, BeforeValidator(_read_parameter), WithJsonSchema({"type": ["number", "string"]})
]
Parameters = Annotated[Mapping[str, _Parameter], PARAMETER_WORDING]
Capital = Annotated[
    Mapping[str, Annotated[Decimal, Field(gt=0, le=1, decimal_places=6)]],
    Wording("a fraction above 0 and at most 1 for each strategy"),
]
Waivers = Annotated[
    Mapping[str, Annotated[str, Field(min_length=3, max_length=200)]],
    Wording("a reason of 3 to 200 characters for each symbol"),
]
OptionalUrl = Annotated[
    Annotated[str, Field(pattern=r"^https?://[!-~]{1,500}$")] | None,
    Wording("an address such as https://example.org/x"),
]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\-]{1,253}$"), Wording("a host name or an IP address")]
AccountName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_\-]{1,32}$"), Wording("1 to 32 letters, digits, dashes or underscores")
]
RestartHours = Annotated[
    str,
    Field(max_length=100),
    AfterValidator(_check_window),
    Wording("a span of hours such as 23:45-01:45 America/New_York, or empty"),
]
BrokerAccount = Annotated[
    str,
    Field(pattern=f"^({ACCOUNT_GRAMMAR.pattern})?$"),
    Wording("empty or an account such as DU1234567"),
]
OptionalSecret = Annotated[
    SecretStr | None,
    AfterValidator(_check_secret),
    SECRET_WORDING,
    WithJsonSchema(
        {
            "type": "string",
            "format": "password",
            "writeOnly": True,
            "minLength": SECRET_LENGTH_MIN,
            "maxLength": SECRET_LENGTH_MAX,
        }
    ),
]
