"""Who may be the same as whom: listed on both sides with the reason, and never merged."""

from __future__ import annotations

import time
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tables.contributors import contributors, with_contributor_id
from schemas.contributors import MOST_ALIKE, NAME_REASONS

QUAY, RIVER = "quay.example", "river.example"

COLUMNS = {
    **dict.fromkeys(
        ("article_id", "comment_id", "contribution_id", "role", "kind", "name", "slug"), pl.String
    ),
    **dict.fromkeys(("profile_url", "photo_url", "site"), pl.String),
    "seen_at": pl.Datetime("us", "UTC"),
}


def credit(name: str, site: str = QUAY, **changes: Any) -> dict[str, Any]:
    """One name under one article."""
    return {"article_id": site, "role": "author", "name": name, "site": site} | changes


def people(*credits: dict[str, Any]) -> pl.DataFrame:
    rows = [{**item, "contribution_id": str(number)} for number, item in enumerate(credits)]
    return contributors(with_contributor_id(pl.DataFrame(rows, schema=COLUMNS)))


def alike(*credits: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Each pair of candidates once, as (name, other name, reasons), with the names sorted."""
    found = people(*credits)
    names = dict(found.select("contributor_id", "name").rows())
    listed = {
        (id_, other, reason)
        for id_, others, reasons in found.select(
            "contributor_id", "possible_same_as", "possible_same_as_reasons"
        ).rows()
        for other, reason in zip(others, reasons, strict=True)
    }
    assert {(other, id_, reason) for id_, other, reason in listed} == listed
    return sorted(
        (*sorted((names[id_], names[other])), reason) for id_, other, reason in listed if id_ < other
    )


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Ada Marsh", "Ada Marsh", "same_name"),
        ("墨渡", "墨渡", "same_name"),
        ("アダ・マーシュ", "アダ・マーシュ", "same_name"),
        ("Ada Marsh", "ADA MARSH", "same_name_other_form"),
        ("Ada Marsh", "By Dr. Ada Marsh", "same_name_other_form"),
        ("王芳渡", "作者：王芳渡教授", "same_name_other_form"),
        ("陽光渡", "阳光渡", "same_name_other_script"),
        ("Ada Marsh", "Marsh Ada", "same_name_reordered"),
        ("Ada Marsh", "MARSH, Ada", "same_name_reordered"),
        ("Xu Lin", "Lin Xu", "same_name_reordered"),
        ("Ada Marsh", "Ada M. Marsh", "name_variant"),
        ("Ada Marsh", "Ada Marsh | The Quay", "name_variant"),
        ("王芳", "王芳 Wang Fang", "name_variant"),
        ("Wang Fang", "王芳 Wang Fang", "name_variant"),
        ("墨渡君", "墨渡君（河畔社）", "name_variant"),
        ("河畔讀書會", "河畔读书会 — 哲学部", "name_variant"),
        ("河畔電視", "iQuay 河畔電視", "name_variant"),
    ],
)
def test_why_people_of_two_sites_may_be_one(one, other, reason):
    pair = sorted((one, other))
    assert alike(credit(one), credit(other, RIVER)) == [(*pair, reason)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Ada Marsh", "Ada Reed", id="one name of two"),
        pytest.param("Ada", "Ada", id="one word in letters"),
        pytest.param("渡", "渡", id="one Han character"),
        pytest.param("Anonymous", "anonymous", id="nobody"),
        pytest.param("The Editors", "The Editors", id="nobody in particular"),
        pytest.param("匿名", "匿名", id="nobody in Chinese"),
        pytest.param("游客（未验证）", "游客（未验证）x", id="a nobody with an addition"),
        pytest.param("Ada Official", "Tomas Official", id="one word of both"),
        pytest.param("Ada 河", "Tomas 河", id="one Han character of both"),
        pytest.param("Ada Marsh...", "Marsh Ada...", id="names that were cut"),
        pytest.param("José Ñu", "Jose Nu", id="other letters"),
    ],
)
def test_what_makes_nobody_a_candidate(one, other):
    assert alike(credit(one), credit(other, RIVER)) == []


def test_one_word_is_enough_between_sites_of_one_domain():
    assert alike(credit("Nemo", "nemo.quay.example"), credit("nemo", QUAY), credit("Nemo", RIVER)) == [
        ("Nemo", "nemo", "same_name_other_form")
    ]


def test_within_a_site_profiles_of_one_name_stay_apart_and_are_candidates():
    credits = [credit("Ada Marsh", slug="ada"), credit("Ada Marsh", slug="ada-0"), credit("Ada Marsh")]
    assert people(*credits).height == 3
    assert alike(*credits) == [("Ada Marsh", "Ada Marsh", "same_name")] * 3


def test_within_a_site_another_order_of_words_is_another_name():
    assert alike(credit("Ada Marsh"), credit("Marsh Ada")) == []


def test_within_a_site_forms_of_a_name_without_a_profile_are_one_contributor():
    found = people(
        credit("Ada Marsh"), credit("By ADA MARSH"), credit("Dr. Ada Marsh"), credit("Ａｄａ Marsh")
    )
    assert found["name_variants"].to_list() == [
        ["Ada Marsh", "By ADA MARSH", "Dr. Ada Marsh", "Ａｄａ Marsh"]
    ]
    assert found["possible_same_as"].to_list() == [[]]


def test_a_titled_name_is_the_one_profile_that_bears_it():
    found = people(credit("Ada Marsh", slug="ada"), credit("Dr. Ada Marsh"))
    assert found.select("slug", "name_variants").rows() == [("ada", ["Ada Marsh", "Dr. Ada Marsh"])]


def test_profiles_and_photos_tell_whatever_the_names():
    profile = {"profile_url": "https://ada.example/?utm_source=x", "photo_url": "https://ada.example/1.jpg"}
    clean = profile | {"profile_url": "https://ada.example/"}
    assert alike(credit("Ada Marsh", **profile), credit("墨渡", RIVER, **clean)) == [
        ("Ada Marsh", "墨渡", "same_profile_url+same_photo")
    ]
    assert alike(
        credit("Ada Marsh", **profile), credit("ada marsh", RIVER, photo_url=clean["photo_url"])
    ) == [("Ada Marsh", "ada marsh", "same_photo+same_name_other_form")]


def test_a_photo_that_two_of_one_site_share_is_the_site_s():
    default = {"photo_url": "https://photos.example/nobody.png"}
    assert alike(
        credit("Ada Marsh", **default), credit("Tomas Reed", **default), credit("墨渡", RIVER, **default)
    ) == []  # fmt: skip


def test_a_person_is_no_organisation():
    person, body = {"kind": "person"}, {"kind": "organisation"}
    assert alike(credit("River House", **person), credit("River House", RIVER, **body)) == []
    assert alike(credit("River House", **body), credit("River House", RIVER)) == [
        ("River House", "River House", "same_name")
    ]


def test_what_many_share_is_too_common_to_tell():
    sites = [f"site{number}.example" for number in range(MOST_ALIKE + 1)]
    assert alike(*(credit("Ada Marsh", site) for site in sites)) == []
    few = people(*(credit("Ada Marsh", site) for site in sites[1:]))
    assert few["possible_same_as"].list.len().to_list() == [MOST_ALIKE - 1] * MOST_ALIKE


def test_candidates_are_sorted_by_their_ids_and_each_has_its_reason():
    found = people(
        *(credit(name, f"site{n}.example") for n, name in enumerate(["Ada Marsh", "Marsh Ada"] * 5))
    )
    for others, reasons in found.select("possible_same_as", "possible_same_as_reasons").rows():
        assert others == sorted(others)
        assert len(others) == len(reasons) == 9
        assert sorted(set(reasons)) == ["same_name", "same_name_reordered"]


def test_nobody_at_all_is_no_candidate():
    assert people().height == 0
    assert people()["possible_same_as"].dtype == pl.List(pl.String)


def test_time_grows_with_the_number_of_people():
    def seconds(count: int) -> float:
        credits = [credit(f"Ada{n % 997} Marsh{n % 89} 墨渡{chr(0x4E00 + n % 3000)}", f"s{n % 50}.example")
                   for n in range(count)]  # fmt: skip
        started = time.process_time()
        people(*credits)
        return time.process_time() - started

    seconds(100)
    assert seconds(8_000) < 10 * seconds(2_000) + 0.2


NAMES = st.sampled_from(
    [
        "Ada Marsh",
        "ADA MARSH",
        "Marsh Ada",
        "Ada M. Marsh",
        "Ada",
        "墨渡",
        "墨渡 Ada Marsh",
        "陽光渡",
        "阳光渡",
        "admin",
    ]
)
CREDITS = st.builds(
    credit,
    NAMES,
    st.sampled_from([QUAY, RIVER, "a.quay.example"]),
    slug=st.sampled_from([None, None, "ada", "ada-0"]),
    kind=st.sampled_from([None, "person", "organisation"]),
    photo_url=st.sampled_from([None, "https://photos.example/1.jpg"]),
)


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(st.lists(CREDITS, max_size=12), st.randoms(use_true_random=False))
def test_whoever_is_listed_lists_too_and_the_order_of_rows_does_not_matter(credits, random):
    numbered = [item | {"contribution_id": str(number)} for number, item in enumerate(credits)]
    shuffled = random.sample(numbered, len(numbered))
    found, again = (
        contributors(with_contributor_id(pl.DataFrame(rows, schema=COLUMNS))).sort("contributor_id")
        for rows in (numbered, shuffled)
    )
    assert found.equals(again)
    listed = {
        (id_, other): reason
        for id_, others, reasons in found.select(
            "contributor_id", "possible_same_as", "possible_same_as_reasons"
        ).rows()
        for other, reason in zip(others, reasons, strict=True)
    }
    for (id_, other), reason in listed.items():
        assert id_ != other
        assert listed[other, id_] == reason
        codes = reason.split("+")
        assert set(codes) <= {"same_profile_url", "same_photo", *NAME_REASONS}
        assert len(set(codes) & set(NAME_REASONS)) <= 1
