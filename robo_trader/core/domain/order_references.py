"""What an order is called outside: `install.epoch.sequence`, one text that no other order of any journal bears.

The engine knows its orders by their sequence alone. The other two parts are the shell's: whose journal the order is
in, and which start of the program sent it. A broker keeps the text with the order and says it again in every report,
so that an order can be told to be ours after a crash, on another day, or beside other programs in the same account.
"""

import re

from msgspec import Struct

from robo_trader.core.domain.orders import OrderId

INSTALL_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: without i, l, o and u
INSTALL_LENGTH = 8
REFERENCE_LENGTH_MAX = INSTALL_LENGTH + 1 + 10 + 1 + 18  # what brokers keep is longer

_GRAMMAR = re.compile(rf"([{INSTALL_ALPHABET}]{{{INSTALL_LENGTH}}})\.([1-9][0-9]{{0,9}})\.([1-9][0-9]{{0,17}})")


class OrderReference(Struct, frozen=True, gc=False):
    """The name of one order. `epoch` and `sequence` are counted from 1."""

    install: str
    epoch: int
    sequence: OrderId

    def __str__(self) -> str:
        """Return the one text form."""
        return f"{self.install}.{self.epoch}.{self.sequence}"


def parse_reference(text: str) -> OrderReference | None:
    """Return the reference that `text` is, to the letter; None for everything else."""
    found = _GRAMMAR.fullmatch(text)
    if found is None:
        return None
    install, epoch, sequence = found.groups()
    return OrderReference(install, int(epoch), OrderId(int(sequence)))


class OurOrder(Struct, frozen=True, gc=False):
    """The reference is of an order in this journal."""

    order_id: OrderId


class LostOrder(Struct, frozen=True, gc=False):
    """The reference is of this installation, and the journal never gave it: the journal has lost its end."""

    reference: OrderReference


class ForeignOrder(Struct, frozen=True, gc=False):
    """The order was made by hand, by another program, or by another installation of this one."""


NamedOrder = OurOrder | LostOrder | ForeignOrder  # what a broker's text says whose an order is


def lost_in_words(reference: str) -> str:
    """Return why trading halts over an order that this journal has lost."""
    return f"the broker knows an order this journal does not: its end is lost (F55); the order is {reference}"
