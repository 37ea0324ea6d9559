"""A Post's HTML becomes soup, text, clean HTML, links and media."""
