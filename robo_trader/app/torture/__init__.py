"""Tortures a strategy and the program that trades it: a whole pretend world by seed, faults, and what must hold."""
