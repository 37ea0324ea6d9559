"""Commonplace: archives of web posts in, open datasets out."""

from __future__ import annotations

__version__ = "0.1.0"
