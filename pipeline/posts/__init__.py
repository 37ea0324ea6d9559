"""One raw file becomes a Post: front matter, title line, epoch and HTML body."""
