"""A pretend world, seeded and deterministic: a venue that fills orders, a market that makes prices."""
