"""Entries of the books: sets of postings that sum to zero."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Posting:
    """One line: an amount added to an account of the books. Debits are positive, credits negative."""

    account: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A balanced set of postings with the reason they were made for."""

    reason: str
    postings: tuple[Posting, ...]
