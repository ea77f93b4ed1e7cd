"""Watches a run from outside: what must hold after every event, recomputed from the events alone."""
