"""When a discrepancy is believed: when two statements in a row, the second asked for after the first came, agree on it.

A report on its way makes book and statement differ for a moment, and a statement may be older than the report it
crossed. The second statement cannot be: whatever was on its way at the first has come, or shows other figures.
"""

from collections.abc import Sequence

from msgspec import Struct

from robo_trader.core.domain.discrepancies import Discrepancy
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.execution.reconciliation import Section


class Sighting(Struct, frozen=True, gc=False):
    """What one statement showed of a section, when nobody has agreed yet."""

    received_at: int
    discrepancies: dict[str, Discrepancy]  # by key


class Standing(Struct, frozen=True, kw_only=True, gc=False):
    """A discrepancy that is believed."""

    discrepancy_id: int
    discrepancy: Discrepancy
    found_at: int
    absent_since: int | None = None  # when a statement first did not show it any more


class Passes:
    """What statements have shown, section by section. All is empty while book and broker agree."""

    def __init__(self) -> None:
        self.sightings: dict[Section, Sighting] = {}
        self.standing: dict[Section, dict[str, Standing]] = {}
        self.last_id = 0

    def take(
        self, section: Section, shown: Sequence[Discrepancy], *, asked_at: int, received_at: int
    ) -> tuple[list[Standing], list[Standing]]:
        """Take in what a statement shows of a section; return what is believed from now on, and what no more.

        What is believed stays so while it is shown with any figures; others take its place once they are agreed on.
        """
        before = self.sightings.get(section)
        if before is not None and asked_at < before.received_at:
            return [], []  # it may tell of the same moment as the one before
        now = {one.key: one for one in shown}
        standing = self.standing.pop(section, {})
        self.sightings.pop(section, None)
        found = [
            self._believe(one, received_at)
            for key, one in now.items()
            if _agrees(before, one) and not _is_known(standing, one)
        ]
        stays, resolved = _looked_for(standing, now, asked_at, received_at)
        for one in found:  # instead of the same with other figures
            key = one.discrepancy.key
            if key in stays:
                resolved.append(stays[key])
            stays[key] = one
        fresh = {key: one for key, one in now.items() if not _is_known(stays, one)}
        if stays:
            self.standing[section] = stays
        if fresh:
            self.sightings[section] = Sighting(received_at, fresh)
        return found, resolved

    def all_standing(self) -> list[Standing]:
        """Return everything that is believed, oldest first."""
        everything = [one for standing in self.standing.values() for one in standing.values()]
        return sorted(everything, key=lambda one: one.discrepancy_id)

    def all_shown(self) -> list[Discrepancy]:
        """Return everything that is believed, oldest first, and then what the last statements alone have shown."""
        seen = [one for sighting in self.sightings.values() for one in sighting.discrepancies.values()]
        return [*(one.discrepancy for one in self.all_standing()), *seen]

    def withdraw(self, one: Standing) -> None:
        """Believe no more what a person has put right."""
        for section, standing in list(self.standing.items()):
            if standing.get(one.discrepancy.key) == one:
                del standing[one.discrepancy.key]
                if not standing:
                    del self.standing[section]

    def differing_symbols(self) -> set[Symbol | None]:
        """Return the symbols of everything that the last statements showed, believed or not."""
        return {one.symbol for one in self.all_shown()}

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self.sightings, self.standing, self.last_id

    def _believe(self, discrepancy: Discrepancy, at: int) -> Standing:
        self.last_id += 1
        return Standing(discrepancy_id=self.last_id, discrepancy=discrepancy, found_at=at)


def _agrees(before: Sighting | None, one: Discrepancy) -> bool:
    """Return whether the sighting before shows the very same figures: what moves is not agreed on yet."""
    return before is not None and before.discrepancies.get(one.key) == one


def _is_known(standing: dict[str, Standing], one: Discrepancy) -> bool:
    return one.key in standing and standing[one.key].discrepancy == one


def _looked_for(
    standing: dict[str, Standing], now: dict[str, Discrepancy], asked_at: int, received_at: int
) -> tuple[dict[str, Standing], list[Standing]]:
    stays: dict[str, Standing] = {}
    resolved = []
    for key, one in standing.items():
        if key in now:
            stays[key] = Standing(
                discrepancy_id=one.discrepancy_id, discrepancy=one.discrepancy, found_at=one.found_at
            )  # fmt: skip
        elif one.absent_since is not None and asked_at >= one.absent_since:
            resolved.append(one)
        else:
            since = received_at if one.absent_since is None else one.absent_since
            stays[key] = Standing(
                discrepancy_id=one.discrepancy_id, discrepancy=one.discrepancy, found_at=one.found_at,
                absent_since=since,
            )  # fmt: skip
    return stays, resolved
