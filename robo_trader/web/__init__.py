"""Shows the projections in a browser; decides nothing."""
