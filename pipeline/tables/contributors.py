"""Who is who: the parts that people have in pages become contributors.

Within a site, a profile's slug tells who somebody is, else the name in its key form
(pipeline/sites/names.py). Between sites nothing is merged: who may be the same is listed, with the
reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from pipeline.markup.canonical import canonical_url
from pipeline.markup.urls import registered_domain_of
from pipeline.sites.names import is_chinese_name, is_nobody, name_key
from pipeline.tables.han import simplified
from pipeline.tables.ids import make_id
from schemas.contract import STRINGS
from schemas.contributors import (
    MOST_ALIKE,
    NAME_REASONS,
    SAME_NAME_REORDERED,
    SAME_PHOTO,
    SAME_PROFILE_URL,
)

_EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)
_HAN_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# What parts a name from an addition to it: 墨渡（河畔社）, `Ada Marsh | The Quay`.
_ADDITION = re.compile(r" - |[|/@()\[\]【】「」《》:,]")


def with_contributor_id(credits: pl.DataFrame) -> pl.DataFrame:
    """Credits with `contributor_id`: by slug; a name without one is the one profile of its site that
    bears it. `credits` has the columns of EXTRACTED's and `site`; `slug` becomes that of the
    contributor, and `slug_there` the one as linked."""
    written = credits["name"].unique().sort()
    keys = pl.DataFrame(
        {"name": written, "name_key": [name_key(name) for name in written]},
        schema={"name": pl.String, "name_key": pl.String},
    )
    named = credits.join(keys, on="name", how="left").with_columns(slug_there="slug")
    bearers = (
        named.filter(pl.col("slug").is_not_null())
        .group_by("site", "name_key")
        .agg(pl.col("slug").unique().sort())
        .filter(pl.col("slug").list.len() == 1)
        .select("site", "name_key", known_slug=pl.col("slug").list.first())
    )
    named = (
        named.join(bearers, on=["site", "name_key"], how="left")
        .with_columns(slug=pl.coalesce("slug", "known_slug"))
        .with_columns(name_key=pl.when(pl.col("slug").is_null()).then("name_key"))
    )
    people = named.select("site", "slug", "name_key").unique(maintain_order=True)
    ids = [make_id("contributor", *person) for person in people.iter_rows()]
    return named.join(
        people.with_columns(contributor_id=pl.Series(ids, dtype=pl.String)),
        on=["site", "slug", "name_key"],
        how="left",
        nulls_equal=True,
    ).drop("name_key", "known_slug")


def contributors(credits: pl.DataFrame) -> pl.DataFrame:
    """The contributors of credits that have their `contributor_id`, and `seen_at`: when that part of the
    page was published."""
    newest_first = credits.sort(
        "seen_at", "article_id", "contribution_id", descending=[True, False, False], nulls_last=True
    )
    people = newest_first.group_by("contributor_id", maintain_order=True).agg(
        pl.col("site", "slug", "name").first(),
        # Two kinds are as good as none.
        kind=pl.when(pl.col("kind").drop_nulls().n_unique() == 1).then(pl.col("kind").drop_nulls().first()),
        name_variants=pl.col("name").unique().sort(),
        profile_url=pl.col("profile_url").drop_nulls().first(),
        photo_url=pl.col("photo_url").drop_nulls().first(),
        roles=pl.col("role").unique().sort(),
        article_count=pl.col("article_id").filter(pl.col("comment_id").is_null()).n_unique(),
        comment_count=pl.col("comment_id").drop_nulls().n_unique(),
        first_seen_at=pl.col("seen_at").min(),
        last_seen_at=pl.col("seen_at").max(),
    )
    return people.join(_candidates(people), on="contributor_id", how="left").with_columns(
        pl.col("possible_same_as", "possible_same_as_reasons").fill_null(pl.lit([], dtype=STRINGS))
    )


def _candidates(people: pl.DataFrame) -> pl.DataFrame:
    """For each contributor who may be another one too, the others' ids, sorted, and the reasons."""
    traits = _traits(people)
    few = pl.len().is_between(2, MOST_ALIKE)
    traits = traits.filter(few.over("reason", "trait"))
    # A photo that two people of one site share is the site's own, for those who have none.
    traits = traits.filter(
        (pl.col("reason") != SAME_PHOTO) | (pl.col("site").n_unique() == pl.len()).over("reason", "trait")
    )
    pairs = traits.join(traits, on=["reason", "trait"], suffix="_of_other").filter(
        pl.col("contributor_id") != pl.col("contributor_id_of_other"),
        # A site keeps to one order of names.
        (pl.col("reason") != SAME_NAME_REORDERED) | (pl.col("site") != pl.col("site_of_other")),
        # A person is no organisation.
        pl.col("kind").eq(pl.col("kind_of_other")).fill_null(True),
    )
    # The reasons that lie in the names each hold where the one before does: the first says most.
    of_names = pl.DataFrame({"reason": NAME_REASONS, "rank": range(len(NAME_REASONS))})
    return (
        pairs.join(of_names, on="reason", how="left")
        .group_by("contributor_id", other="contributor_id_of_other")
        .agg(
            pl.col("rank").min(),
            profile=(pl.col("reason") == SAME_PROFILE_URL).any(),
            photo=(pl.col("reason") == SAME_PHOTO).any(),
        )
        .join(of_names, on="rank", how="left")
        .select(
            "contributor_id",
            "other",
            why=pl.concat_str(
                pl.when("profile").then(pl.lit(SAME_PROFILE_URL)),
                pl.when("photo").then(pl.lit(SAME_PHOTO)),
                "reason",
                separator="+",
                ignore_nulls=True,
            ),
        )
        .sort("contributor_id", "other")
        .group_by("contributor_id", maintain_order=True)
        .agg(possible_same_as="other", possible_same_as_reasons="why")
    )


def _traits(people: pl.DataFrame) -> pl.DataFrame:
    """What contributors may share: one row per contributor, reason and trait."""
    rows = [
        (person["contributor_id"], person["site"], person["kind"], reason, trait)
        for person in people.select(
            "contributor_id", "site", "kind", "name_variants", "profile_url", "photo_url"
        ).iter_rows(named=True)
        for reason, trait in sorted(set(_traits_of(person)))
    ]
    columns = ("contributor_id", "site", "kind", "reason", "trait")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _traits_of(person: dict[str, str]) -> Iterator[tuple[str, str]]:
    if person["profile_url"]:
        yield SAME_PROFILE_URL, canonical_url(person["profile_url"]) or person["profile_url"]
    if person["photo_url"]:
        yield SAME_PHOTO, person["photo_url"]
    domain = registered_domain_of(person["site"]) or person["site"]
    for name in person["name_variants"]:
        yield from _traits_of_name(name, domain)


def _traits_of_name(name: str, domain: str) -> Iterator[tuple[str, str]]:
    """What a name shares with others that may be the same one's, in the order of NAME_REASONS."""
    written, other_form, other_script, reordered, variant = NAME_REASONS
    key = name_key(name)
    if is_nobody(key):
        return
    words = key.split(" ")
    is_east_asian = len(_EAST_ASIAN.findall(key)) > 1
    # One word in letters is a first name or a nickname that many have.
    where = "" if is_east_asian or len(words) > 1 else f"@{domain}"
    yield written, name + where
    yield other_form, key + where
    if key.endswith(".."):
        # What was cut off may tell two names apart.
        return
    folded = simplified(key)
    if is_east_asian:
        yield other_script, folded
    elif len(words) > 1:
        yield reordered, " ".join(sorted(_WORD.findall(key)))
    for part in {folded, *_parts(folded)}:
        if _is_telling(part):
            yield variant, part


def _parts(key: str) -> Iterator[str]:
    """What may be the name within a longer form of it."""
    yield _ADDITION.split(key, maxsplit=1)[0].strip()
    in_han = _HAN_RUN.findall(key)
    if len(in_han) == 1:
        yield in_han[0]
        yield _HAN_RUN.sub("", key).strip()
    first, *middle, last = words if len(words := key.split(" ")) > 2 else (key, "")
    if middle:
        yield " ".join((first, *(word for word in middle if len(word) > 1), last))


def _is_telling(part: str) -> bool:
    """True where a part of a name is itself a full one."""
    if is_nobody(part):
        return False
    words = _WORD.findall(part)
    if any(map(_HAN_RUN.search, words)):
        return len(_HAN_RUN.findall(part)[0]) > 2 or is_chinese_name(part)
    return sum(len(word) > 1 for word in words) > 1
