"""Whom orders are sent to."""
