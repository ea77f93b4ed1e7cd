"""Features in, strength in [-1, 1] out; knows nothing of cash or orders."""
