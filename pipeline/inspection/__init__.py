"""A published dataset is looked into: queries, what became of a page, how much of each site is known, and
which sites are worth a profile of their own."""
