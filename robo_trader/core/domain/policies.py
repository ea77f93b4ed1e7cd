"""The risk policy: limits tightened for the account, for one strategy, or for one symbol."""

from decimal import Decimal

from msgspec import Struct

LimitValue = Decimal | bool

ACCOUNT_LEVEL = "account"  # the others are written strategy.NAME and symbol.SYM


class PolicyLimit(Struct, frozen=True, kw_only=True, gc=False):
    """One limit of one level. `name` is the field of the limits; `value` is in its unit."""

    level: str
    name: str
    value: LimitValue


class Policy(Struct, frozen=True, kw_only=True, gc=False):
    """All limits of a policy, in order of level and name; each level and name once."""

    limits: tuple[PolicyLimit, ...] = ()


NO_POLICY = Policy()


class LimitChange(Struct, frozen=True, kw_only=True, gc=False):
    """A limit of a level before and after; None where the level has none, so that the next one outside holds."""

    level: str
    name: str
    before: LimitValue | None
    after: LimitValue | None
