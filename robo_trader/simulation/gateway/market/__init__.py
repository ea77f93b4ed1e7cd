"""The market that clients of the pretend gateway see: ticks, bars and history of what was shown, no I/O."""
