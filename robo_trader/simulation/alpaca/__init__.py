"""A local server that answers as Alpaca's trading API does, in front of the pretend venue."""
