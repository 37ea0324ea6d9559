"""What a page says of itself beside its text, in every vocabulary that the web agrees on."""
