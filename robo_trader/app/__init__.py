"""Command line, configuration, and the only place where things are joined."""
