"""The journal and its projections in a database."""
