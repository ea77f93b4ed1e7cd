"""The core's rules, compiled: the same source over whole histories."""
