"""Raw posts in: what each kind of source holds, and the bytes of each post."""
