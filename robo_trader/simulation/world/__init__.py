"""What programs run on where nothing is real: a seeded event loop, processes that die, a network, a disk."""
