"""Entries of the books: sets of postings that sum to zero."""

from decimal import Decimal

from msgspec import Struct


class Posting(Struct, frozen=True, gc=False):
    """One line: an amount added to an account of the books. Debits are positive, credits negative."""

    account: str
    amount: Decimal


class Entry(Struct, frozen=True, kw_only=True, gc=False):
    """A balanced set of postings with the reason they were made for."""

    reason: str
    postings: tuple[Posting, ...]
