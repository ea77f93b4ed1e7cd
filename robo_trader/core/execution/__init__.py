"""Follows every order from intent to end, by a table of legal moves."""
