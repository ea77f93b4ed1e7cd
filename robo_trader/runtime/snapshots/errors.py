"""Why a snapshot cannot be taken, or not be used. Neither ever ends a session: the journal holds everything."""


class SnapshotRefused(Exception):
    """Something in memory, or in the bytes of a snapshot, is nothing that a snapshot may hold."""
