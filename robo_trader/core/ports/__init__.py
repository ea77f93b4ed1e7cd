"""Protocols the shell implements: what the core's world must offer."""
