"""What features are worth: how alike they are, what they foretell, how steady they are, how often they are there."""
