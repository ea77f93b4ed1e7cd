"""What a feature is: the columns it reads, its parameters, its warm-up, and the rule it runs.

A `Definition` is a kind of feature ("sma"); calling it with parameters gives a `Feature` ("sma_20"). Both the bar by
bar form (`panel`) and the whole-history form (research) run the definition's one rule, so they cannot differ.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from robo_trader.core.domain.errors import InvalidConfig

Rule = Callable[..., float]

ELSEWHERE = "@other"  # marks an input that is read from a second symbol: "close@other"
_POWERS = {"USD": 1, "USD a bar": 1, "shares": -1}  # of prices, by unit; where a unit does not tell, a definition does
UNTIL_WARM = "NaN until warm. A NaN input gives NaN and leaves the memory as it was."


class Group(Enum):
    """What a feature speaks of."""

    TREND = "trend"
    MOMENTUM = "momentum"
    VOLATILITY = "volatility"
    VOLUME = "volume"
    STATISTICAL = "statistical"
    CROSS_SECTIONAL = "cross-sectional"
    MICROSTRUCTURE = "microstructure"
    CALENDAR = "calendar"
    REGIME = "regime"


class Record(Enum):
    """What a feature is computed from, one value a record. The columns stand in `core/market/columns.py`."""

    BAR = "bar"
    QUOTE = "quote"
    TRADE = "trade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that a definition takes, with its bounds. Whole numbers are ints, and stay ints."""

    name: str
    default: float
    minimum: float
    maximum: float
    unit: str = "bars"

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers make sense: then the default is an int."""
        return isinstance(self.default, int)

    def check(self, value: float, of: str) -> float:
        """Return `value` if it is within bounds. Raises InvalidConfig naming feature, parameter and bounds."""
        if self.is_whole and math.isfinite(value) and value == int(value):
            value = int(value)
        fits = math.isfinite(value) and self.minimum <= value <= self.maximum
        if fits and not (self.is_whole and not isinstance(value, int)):
            return value if self.is_whole else float(value)
        kind = "a whole number" if self.is_whole else "a number"
        raise InvalidConfig(
            f"{of}: {self.name} must be {kind} from {self.minimum:g} to {self.maximum:g}, was {value}",
            next_step=f"Choose {self.name} within these bounds; {self.default:g} is the default.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number a record, known when the record is."""

    name: str  # unique within a run: definition and parameters, e.g. "sma_20"
    inputs: tuple[str, ...]  # columns in the order the rule takes them; "close@SPY" is read from SPY
    parameters: tuple[float, ...]
    warm_up: int  # records until the first value that is not NaN, that record included
    state_size: int
    rule: Rule  # (state, *inputs, *parameters) -> value, NaN while it warms up
    price_power: int = 0  # the value grows with this power of all prices (and falls so with volumes): 1 for dollars
    base: "Feature | None" = None  # cross-sectional: the feature that is compared between symbols
    groups: Mapping[str, str] = field(default_factory=dict, hash=False)  # cross-sectional: each symbol's group


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Definition:
    """A kind of feature: everything about it but its parameters. There is one of each, so it equals itself only."""

    name: str
    group: Group
    summary: str  # one sentence, for people
    source: str  # who defined it, and where
    unit: str  # of the value
    rule: Rule
    inputs: tuple[str, ...]
    state_size: Callable[..., int]  # of the parameters
    warm_up: Callable[..., int]  # of the parameters
    parameters: tuple[Parameter, ...] = ()
    undefined: str = UNTIL_WARM  # when the value is NaN
    record: Record = Record.BAR
    price_power: int | None = None  # as Feature's; None: as its unit says
    ordered: tuple[str, ...] = ()  # names of parameters that must strictly increase in this order

    def __call__(self, *values: float, other: str | None = None) -> Feature:
        """Return the feature with these parameters, in order; defaults stand for those left out.

        other: the second symbol, for a definition that reads one.

        Raises InvalidConfig if a parameter is out of bounds.
        """
        return _made(self, values, other)

    def make(self, values: tuple[float, ...], other: str | None) -> Feature:
        """Return the feature, made anew. Raises InvalidConfig as a call does."""
        parameters = self.checked(values)
        where = "" if other is None else f"@{other}"
        return Feature(
            name="_".join([self.name, *(f"{value:.15g}" for value in parameters)]) + where,
            inputs=self._bound(other),
            parameters=parameters,
            warm_up=self.warm_up(*parameters),
            state_size=self.state_size(*parameters),
            rule=self.rule,
            price_power=_POWERS.get(self.unit, 0) if self.price_power is None else self.price_power,
        )

    @property
    def needs_other(self) -> bool:
        """Whether an input is read from a second symbol."""
        return any(name.endswith(ELSEWHERE) for name in self.inputs)

    def checked(self, values: tuple[float, ...]) -> tuple[float, ...]:
        """Return all parameters, defaults filled in. Raises InvalidConfig for what is out of bounds."""
        if len(values) > len(self.parameters):
            raise InvalidConfig(
                f"{self.name} takes {len(self.parameters)} parameters, was given {len(values)}",
                next_step=f"See `robo-trader features show {self.name}`.",
            )
        given = (*values, *(parameter.default for parameter in self.parameters[len(values) :]))
        checked = tuple(
            parameter.check(value, self.name) for parameter, value in zip(self.parameters, given, strict=True)
        )
        self._check_order(checked)
        return checked

    def _check_order(self, values: tuple[float, ...]) -> None:
        named = dict(zip((parameter.name for parameter in self.parameters), values, strict=True))
        ranked = [named[name] for name in self.ordered]
        if any(before >= after for before, after in pairwise(ranked)):
            raise InvalidConfig(
                f"{self.name} needs {' < '.join(self.ordered)}, was {', '.join(f'{value:g}' for value in ranked)}",
                next_step="Choose parameters in that order.",
            )

    def _bound(self, other: str | None) -> tuple[str, ...]:
        if self.needs_other and other is None:
            raise InvalidConfig(
                f"{self.name} reads a second symbol and was given none",
                next_step=f'Name it, e.g. {self.name}(other="SPY").',
            )
        if other is not None and not self.needs_other:
            raise InvalidConfig(
                f"{self.name} reads one symbol only", next_step=f"Leave out the second symbol, {other}."
            )
        return tuple(name.replace(ELSEWHERE, f"@{other}") for name in self.inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossDefinition:
    """A kind of feature that compares the symbols of one slice by a feature they all have."""

    name: str
    group: Group
    summary: str
    source: str
    unit: str
    rule: Rule  # (own value, own group, values, groups) -> value; NaN values take no part
    undefined: str

    def __call__(self, base: Feature, groups: Mapping[str, str] | None = None) -> Feature:
        """Return the feature that compares `base` between the symbols of a slice.

        groups: the group (sector) of each symbol; a symbol without one is in a group of its own kind, "".
        """
        return Feature(
            name=f"{self.name}({base.name})",
            inputs=(),
            parameters=(),
            warm_up=base.warm_up,
            state_size=0,
            rule=self.rule,
            base=base,
            groups=groups or {},
        )


@lru_cache(maxsize=4096)
def _made(definition: Definition, values: tuple[float, ...], other: str | None) -> Feature:
    """Remember features: a strategy asks for the same ones again for every symbol."""
    return definition.make(values, other)
