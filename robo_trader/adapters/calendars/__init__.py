"""Exchange sessions from a calendar library."""
