"""The tests mirror pipeline/; they are the specification of what it does."""
