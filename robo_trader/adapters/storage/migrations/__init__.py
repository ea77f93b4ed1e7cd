"""Steps from one schema of the journal's tables to the next, run by alembic in one transaction."""
