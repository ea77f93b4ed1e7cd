"""What programs run on when nothing is real: a seeded event loop, processes that die, a network and a disk that fail."""
