"""Walks a gateway through a scripted tour of orders and records what it says, so that two gateways can be compared."""
