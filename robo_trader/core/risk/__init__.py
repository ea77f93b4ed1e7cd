"""Approves or denies every order, and says why with numbers."""
