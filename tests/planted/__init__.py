"""Bugs planted on purpose, one at a time: the simulated world must find each of them."""
