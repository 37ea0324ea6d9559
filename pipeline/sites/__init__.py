"""What one site's markup means: one profile, one file."""
