"""Synthetic prices from a seed; simulated data and never anything else."""
