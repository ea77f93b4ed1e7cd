"""One module for each schema: what makes it of the one before."""
