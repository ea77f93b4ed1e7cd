"""Features kept on disk: computed once, never changed, and read as of a time."""
