"""docs/coverage.md: the table, the reasons, and where one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.inspection.coverage import RESOLVED, SHARES, Coverage
from pipeline.inspection.coverage_document import ReasonsError, markdown, needless, read_reasons, unexplained

PROJECT = Path(__file__).resolve().parents[2]


def site(host: str = "lanternfile.example", articles: int = 1000, **having: int) -> Coverage:
    """A site of which everything is known, but what `having` counts."""
    return Coverage(
        source="archive",
        host=host,
        profile="chinafile",
        articles=articles,
        posts=articles + 1,
        comments=1200,
        links=3,
        media=4,
        having=dict.fromkeys(SHARES, articles) | having,
        of=dict.fromkeys(SHARES, articles) | {RESOLVED: articles},
    )


def test_the_table_has_every_share_and_the_counts():
    text = markdown([site(author=865, comments=240)], 7, {})
    assert "`archive`: 1,001 revisions of 1,000 articles, and 7 rejects" in text
    assert (
        "| lanternfile.example | chinafile | 1,000 | 1,001 | 86.5 % | 100 % | 100 % | 100 % "
        "| 24 % (1,200) | 100 % (3) | 100 % (4) | 100 % (1,000) |" in text
    )


def test_a_share_below_95_per_cent_stands_with_its_reason():
    rows = [site(author=865, date=949, language=950)]
    reasons = {"lanternfile.example": {"author": "The feed gives its own\n  name.", "date": "None stated."}}
    text = markdown(rows, 0, reasons)
    assert "### lanternfile.example" in text
    assert "- author, 86.5 %: The feed gives its own name.\n- date, 94.9 %: None stated.\n" in text
    assert "language, 95" not in text
    assert unexplained(rows, reasons) == []


def test_a_missing_reason_is_shown_and_listed():
    rows = [site(author=865, date=949)]
    reasons = {"lanternfile.example": {"author": "The feed gives its own name."}}
    assert "- date, 94.9 %: **not explained**" in markdown(rows, 0, reasons)
    assert unexplained(rows, reasons) == ["lanternfile.example: date"]


def test_a_reason_of_every_site_holds_where_a_site_gives_none_of_its_own():
    rows = [site(comments=2), site("paperboats.example", comments=0)]
    reasons = {"every site": {"comments": "Few pages have any."}, "paperboats.example": {"comments": "Off."}}
    text = markdown(rows, 0, reasons)
    assert "- comments, at every site: Few pages have any." in text
    assert "### lanternfile.example" not in text
    assert "### paperboats.example\n\n- comments, 0 %: Off.\n" in text
    assert unexplained(rows, reasons) == []


def test_what_cannot_be_known_needs_no_reason():
    rows = [
        Coverage("a", "x.example", None, 0, 1, 0, 0, 0, dict.fromkeys(SHARES, 0), dict.fromkeys(SHARES, 0))
    ]
    assert unexplained(rows, {}) == []
    assert "| x.example |  | 0 | 1 |  |" in markdown(rows, 0, {})


def test_reasons_that_nothing_needs_any_more_are_listed():
    reasons = {
        "every site": {"media": "Holds in general."},
        "lanternfile.example": {"author": "Low.", "date": "Was low."},
        "gone.example": {"body": "Was there."},
    }
    assert needless([site(author=1)], reasons) == ["lanternfile.example: date", "gone.example: body"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- a", "is no mapping"),
        ("x.example: [a]", "'x.example' is no mapping of shares to texts"),
        ("x.example: {author: 3}", "'x.example' is no mapping of shares to texts"),
        ("x.example: {autor: A.}", "'x.example' has 'autor', which is no share. Write one of author, date"),
        ("x: {", "cannot be read"),
    ],
)
def test_what_is_wrong_with_the_file_of_reasons_is_told(tmp_path, text, found):
    (tmp_path / "coverage.yaml").write_text(text)
    with pytest.raises(ReasonsError, match=r"coverage\.yaml: ") as error:
        read_reasons(tmp_path / "coverage.yaml")
    assert found in str(error.value)


def test_no_file_of_reasons_is_told(tmp_path):
    with pytest.raises(ReasonsError, match="cannot be read"):
        read_reasons(tmp_path / "gone.yaml")


def test_the_project_s_own_reasons_can_be_read():
    reasons = read_reasons(PROJECT / "docs" / "coverage.yaml")
    assert all(text.strip() for own in reasons.values() for text in own.values())


def test_the_project_s_own_document_explains_every_share():
    assert "not explained" not in (PROJECT / "docs" / "coverage.md").read_text(encoding="utf-8")
