"""Listens on a socket, holds one session for each client, hands requests to desks, and breaks things on purpose."""
