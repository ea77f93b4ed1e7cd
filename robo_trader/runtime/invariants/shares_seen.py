"""Shares of one symbol, and all they went through, so that a correction counts as if it had come so at first."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.money import ZERO

Parts = Mapping[str, Decimal]  # signed shares, by whose they are


class Moved(Struct, frozen=True, gc=False):
    """Shares came or went."""

    execution_id: ExecutionId | None
    parts: Parts


class Changed(Struct, frozen=True, gc=False):
    """Every `old` shares became `new` ones, and `paid` ones left for cash."""

    new: int
    old: int
    paid: Parts


class SharesSeen:
    """Signed shares of one symbol, by whose they are."""

    def __init__(self) -> None:
        self.held: dict[str, Decimal] = {}
        self.past: list[Moved | Changed] = []

    def move(self, parts: Parts, execution_id: ExecutionId | None = None) -> None:
        """Count what came to, or below 0 went from, everybody."""
        self.past.append(Moved(execution_id, parts))
        self._apply(self.past[-1])

    def restate(self, parts: Parts, execution_id: ExecutionId) -> None:
        """Let an execution have brought these parts, and count everything since anew."""
        for place, known in enumerate(self.past):
            if isinstance(known, Moved) and known.execution_id == execution_id:
                self.past[place] = Moved(execution_id, parts)
        self._count_anew()

    def change(self, new: int, old: int, paid: Parts) -> None:
        """Count in new shares, of which `paid` ones left."""
        self.past.append(Changed(new, old, paid))
        self._apply(self.past[-1])

    def join(self, other: "SharesSeen") -> None:
        """Go on with what another symbol's shares went through: they have this name now."""
        self.past.extend(other.past)
        self._count_anew()

    def of_one(self, owner: str, *, but: ExecutionId) -> "SharesSeen":
        """Return the same as one owner's, without an execution."""
        own = SharesSeen()
        for one in self.past:
            if isinstance(one, Changed):
                own.past.append(Changed(one.new, one.old, {owner: sum(one.paid.values(), ZERO)}))
            elif one.execution_id != but:
                own.past.append(Moved(one.execution_id, {owner: sum(one.parts.values(), ZERO)}))
        own._count_anew()
        return own

    def _count_anew(self) -> None:
        self.held = {}
        for one in self.past:
            self._apply(one)

    def _apply(self, one: Moved | Changed) -> None:
        if isinstance(one, Moved):
            for name, shares in one.parts.items():
                self.held[name] = self.held.get(name, ZERO) + shares
            return
        for name, shares in self.held.items():
            self.held[name] = shares * one.new / one.old - one.paid.get(name, ZERO)
