"""The layer that keeps a dataset fresh: what a refresh may publish, what it changed, and its record."""
