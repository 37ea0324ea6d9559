"""Extracted records become the tables of the contract, and the rules that hold between them."""
