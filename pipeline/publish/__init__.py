"""Tables become files: one module per format, and `versions` for where a build lies."""
