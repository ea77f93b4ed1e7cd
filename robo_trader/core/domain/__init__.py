"""The values every stage speaks in: bars, signals, orders, fills, events, commands, errors."""
