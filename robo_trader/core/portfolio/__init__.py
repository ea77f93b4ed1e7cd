"""Turns signals into sized targets."""
