"""The contract of `media`."""

from __future__ import annotations

import polars as pl

from schemas.contract import Contract, ForeignKey, Table, column, id_column
from schemas.links import REGIONS

KINDS = ["image", "video", "audio", "embed"]
ROLES = ["featured", "inline", "profile", "embed"]


class Media(Contract):
    """One row is one image, video, audio or embedded page where it stands."""

    media_id: str = id_column("The id: derived from where it stands and its address.", unique=True)
    article_id: str = id_column("The article that it stands in.")
    comment_id: str = id_column("The comment that it stands in; null outside comments.", nullable=True)
    region: str = column("The part of the page, as in `links.region`.", isin=REGIONS)
    position: pl.Int64 = column("Place among the media of that region there, from 1.", ge=1)
    kind: str = column("What it is; `embed` is another page in a frame.", isin=KINDS)
    role: str = column("What it is for.", isin=ROLES)
    url: str = column("The address that the page shows, absolute.", str_matches=r"^https?://")
    full_url: str = column(
        "The address of the largest version that the page names.", nullable=True, str_matches=r"^https?://"
    )
    provider: str = column(
        "Who serves a video, sound or embedded page, where its address is known to tell; else null.",
        nullable=True,
        example="youtube",
    )
    provider_id: str = column(
        "The provider's own id of it; null where the address states none.",
        nullable=True,
        example="BhQAf0Hk3Ss",
    )
    width: pl.Int64 = column("Width as the markup states it.", nullable=True, unit="pixels", ge=0)
    height: pl.Int64 = column("Height as the markup states it.", nullable=True, unit="pixels", ge=0)
    alt: str = column("The alternative text.", nullable=True)
    caption: str = column("The caption.", nullable=True)
    credit: str = column("Who is credited, as written.", nullable=True, example="Ada Marsh—Delta Photos")

    class Config:
        name = "media"


MEDIA = Table(
    model=Media,
    key=("media_id",),
    sort_by=("article_id", "comment_id", "region", "position"),
    foreign_keys=(
        ForeignKey("article_id", "articles", "article_id"),
        ForeignKey("comment_id", "comments", "comment_id"),
    ),
)
