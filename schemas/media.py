"""The contract of `media`."""

from __future__ import annotations

import polars as pl

from schemas.contract import Contract, ForeignKey, Table, column, id_column
from schemas.links import REGIONS

KINDS = ["image", "video", "audio", "embed"]
ROLES = ["featured", "inline", "profile", "embed"]


class Media(Contract):
    """One row is one image, video, audio or embedded page where it stands.

    A picture is one row of its region however often and in however many sizes the markup repeats it. What
    is one pixel large or less, or is known to count readers, is none; nor is a picture that stands in the
    page itself as `data:`.
    """

    media_id: str = id_column("The id: derived from where it stands and its address.", unique=True)
    article_id: str = id_column("The article that it stands in.")
    comment_id: str = id_column("The comment that it stands in; null outside comments.", nullable=True)
    region: str = column("The part of the page, as in `links.region`.", isin=REGIONS)
    position: pl.Int64 = column("Place among the media of that region there, from 1.", ge=1)
    kind: str = column(
        "What it is; `embed` is another page that is shown in this one: a player, a map, another site's "
        "post. A video's poster is an image of its own.",
        isin=KINDS,
    )
    role: str = column("What it is for.", isin=ROLES)
    url: str = column(
        "The address that the page shows, absolute: of a picture that is loaded late, the one that is then "
        "loaded; of a player with several files, the first.",
        str_matches=r"^https?://",
    )
    full_url: str = column(
        "The address of the largest version of a picture that the page names: what it links to, or the "
        "largest of the sizes in the markup, which may be `url` itself; null where it names no larger one.",
        nullable=True,
        str_matches=r"^https?://",
    )
    provider: str = column(
        "Who serves a video, sound or embedded page, where its address is known to tell; else null.",
        nullable=True,
        example="youtube",
    )
    provider_id: str = column(
        "The provider's own id of it, behind its kind where the provider has several kinds "
        "(`episode/2KD8yc3gVq`); null where the address states none.",
        nullable=True,
        example="BhQAf0Hk3Ss",
    )
    width: pl.Int64 = column("Width as the markup states it.", nullable=True, unit="pixels", ge=0)
    height: pl.Int64 = column("Height as the markup states it.", nullable=True, unit="pixels", ge=0)
    alt: str = column(
        "The alternative text; of a player or an embedded page, its label or title.", nullable=True
    )
    caption: str = column(
        "The caption: of its figure, or what stands right behind it as one; without the credit, where the "
        "markup parts the two.",
        nullable=True,
    )
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
