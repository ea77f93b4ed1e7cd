"""Double-entry books in Decimal: fills become positions, cash and realised profit."""
