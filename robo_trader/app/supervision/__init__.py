"""Keeps the engine running and watched: who listens to it, ends it, starts it again, and who is told.

The supervisor is the process that a user starts with `run`. It imports little, holds no database and no connection, and
so has little to fail by. The engine is its child, and beats into a pipe while its loop turns. The watchdog stands
outside of both and reads what the engine leaves beside its database.
"""
