"""Trading sessions, bar sizes, and the checks a bar passes before anything may use it."""
