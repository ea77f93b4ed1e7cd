"""How far the broker's clock and ours are apart."""

from msgspec import Struct

CLOCK_WARN_NANOS = 250_000_000  # a person should look
CLOCK_STOP_NANOS = 2_000_000_000  # what is measured in seconds means nothing: no entry leaves


class ClocksCompared(Struct, frozen=True, kw_only=True, gc=False):
    """The broker's clock was held against ours; told where what follows from it changes."""

    ahead_nanos: int  # the broker's is ahead by at least so much; below 0: ours is
    occurred_at: int
