"""Schema 3: the first that steps begin from.

The hash of each of its records covers the epoch and batch it was written in. No step leads here from an older schema:
its records do not say who wrote them, and to write that down now would break the chain that proves them.
"""

revision = "3"
down_revision = None


def upgrade() -> None:
    """Do nothing: this is where steps begin."""
