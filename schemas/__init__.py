"""The contracts of the dataset's tables, one file per table."""

from __future__ import annotations

from schemas.articles import ARTICLES
from schemas.comments import COMMENTS
from schemas.contract import Column, ForeignKey, Table
from schemas.contributions import CONTRIBUTIONS
from schemas.contributors import CONTRIBUTORS
from schemas.links import LINKS
from schemas.media import MEDIA
from schemas.rejects import REJECTS
from schemas.revisions import REVISIONS

# In an order in which each table follows those that its foreign keys name.
TABLES: tuple[Table, ...] = (
    ARTICLES,
    COMMENTS,
    CONTRIBUTORS,
    CONTRIBUTIONS,
    LINKS,
    MEDIA,
    REVISIONS,
    REJECTS,
)

__all__ = ["TABLES", "Column", "ForeignKey", "Table"]
