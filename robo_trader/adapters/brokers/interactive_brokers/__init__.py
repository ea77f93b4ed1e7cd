"""Interactive Brokers: a process of its own talks to the gateway, and what it says is held against the wire."""
