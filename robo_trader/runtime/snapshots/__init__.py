"""What a session remembers, as bytes: captured between two batches, restored exactly, refused where it is not known."""
