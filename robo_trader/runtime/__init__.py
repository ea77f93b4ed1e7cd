"""The shell's loop: journal, step, journal, act; and recovery from the journal."""
