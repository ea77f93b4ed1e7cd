"""Alpaca behind the broker port: its REST API for what is asked, its stream for what happens."""
