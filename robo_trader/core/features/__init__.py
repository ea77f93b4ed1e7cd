"""Named, versioned numbers known as of a time, each made of one rule."""
