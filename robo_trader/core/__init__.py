"""Pure: decides everything and touches nothing. Events in, commands out."""
