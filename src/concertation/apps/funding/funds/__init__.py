"""Funds: where money waits, who holds it, under which rules; what it received, granted and opened."""
