"""The sample: raw/README.md says of each post what a build makes of it, and these are the findings
that no change may lose, each with the post that shows it."""

from __future__ import annotations

import re
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.publish.parquet import read_parquet
from pipeline.refresh.steps import build
from pipeline.sources.places import place_of
from pipeline.sources.registry import read_sources
from schemas import TABLES

PROJECT = Path(__file__).resolve().parent.parent
RAW = PROJECT / "raw"
README = (RAW / "README.md").read_text(encoding="utf-8")

NIGHT_LIBRARY = "2021-11-26-What Should a Night Library Be For.md"
MAP = "2021-05-19-‘The Map in My Grandmother’s Drawer’.md"
FERRY = "2022-03-05-Remembering the Last Ferry at Osier Bend.md"
SLOW_TRAIN = "2020-10-13-A New Timetable for the Slow Train.md"
RIVER = "2020-11-01-Reading the River.md"
KETTLES = "2020-05-24-The Kettle Wardens Have Agreed on ‘Eighty-Two’ and.md"
SALT_ROADS = "2020-04-11-The Salt Roads, Walked.md"
BRIDGES = "2022-03-09-Every Footbridge in Wuli, Counted Again.md"
OLDER_BRIDGES = "2020-11-10-Counting the Footbridges of Wuli County.md"
OLD_BRIDGES = "2021-04-23-Counting the Footbridges of Wuli.md"
SLOW_WATER = "2017-05-14-Slow Water.md"
TEA_STALL = "2019-04-06-河边的茶摊 - 墨渡.md"
BOOKSTALL = "2020-05-16-渡口邊的舊書攤.md"
CHAIR = "2021-05-14-一把竹椅能坐多少年丨器物札记.md"
BICYCLES = "2020-04-01-The Bicycle Library.md"
FERRYMAN = "2022-04-27-城南茶話第三回：擺渡人與他的茶壺 船－岸－橋（字幕版）.md"
FOG = "2020-08-02-Lighthouse Keeping in Fog.md"
TIMETABLE = "2019-07-21-慢车时刻表.md"
THREE_BRIDGES = "2021-08-12-Three Bridges, One Bicycle.md"
CAFE = "2018-10-21-The Café at the Lock.md"
BUOY = "2018-12-01-What the Bell Buoy Said.md"
TOWPATH = "2021-06-05-Forty kilometers, one puncture - Towpath & Tea 12.md"
BOTTLE = "2021-04-09-Every Link in a Bottle.md"
BISCUITS = "2018-11-11-Pepper Biscuits for a Cold Quay.md"
SPOUT = "2018-10-08-Mind the Spout.md"

LANTERN = "https://www.lanternfile.example"


class Sample:
    """The tables of the sample, asked by the name of a raw post."""

    def __init__(self, tables: dict[str, pl.DataFrame]) -> None:
        self.tables = tables
        self.article_ids = self._by_post("revisions", "article_id")

    def _by_post(self, table: str, column: str) -> dict[str, str]:
        rows = self.tables[table].select("raw_path", column).iter_rows()
        return {path.removeprefix("_posts/"): value for path, value in rows}

    def article(self, post: str) -> dict[str, Any]:
        """The row of the page that the post is a revision of."""
        return self.tables["articles"].row(
            by_predicate=pl.col("article_id") == self.article_ids[post], named=True
        )

    def rows(self, table: str, post: str, **where: Any) -> list[dict[str, Any]]:
        """The rows of that page, with these values, in the table's order."""
        found = self.tables[table].filter(pl.col("article_id") == self.article_ids[post])
        for column, value in where.items():
            found = found.filter(pl.col(column).eq_missing(pl.lit(value)))
        return found.rows(named=True)

    def told(self, table: str, post: str) -> dict[str, Any]:
        """The row of `revisions` or `rejects` for this one post."""
        return self.tables[table].row(by_predicate=pl.col("raw_path") == f"_posts/{post}", named=True)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    out = tmp_path_factory.mktemp("sample")
    build(RAW, out, 1)
    return Sample({table.name: read_parquet(table, out / "parquet") for table in TABLES})


# What raw/README.md says.

BECOMES = dict(re.findall(r"^\| `([^`]+\.md)` \| .+ \| (.+) \|$", README, re.MULTILINE))
NUMBERS = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4}
COUNTED = "comment|commenter|revision|author|link|image|video|audio|embed"


def counts(sample: Sample, post: str) -> dict[str, int]:
    """How many of each thing that the README counts the post's page has."""
    article = sample.article(post)
    media = sample.rows("media", post)
    return {
        "comment": article["comment_count"],
        "commenter": len(
            {row["contributor_id"] for row in sample.rows("contributions", post, role="commenter")}
        ),
        "revision": article["revision_count"],
        "author": len(article["authors"]),
        "link": article["link_count"],
        **{
            kind: sum(item["kind"] == kind and item["role"] != "profile" for item in media)
            for kind in ("image", "video", "audio", "embed")
        },
    }


def test_every_post_is_listed_once():
    listed = re.findall(r"^\| `([^`]+\.md)` \|", README, re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in (RAW / "sample/_posts").iterdir())


def test_the_heading_counts_what_a_build_counts(sample):
    heights = {name: table.height for name, table in sample.tables.items()}
    posts = heights["revisions"] + heights["rejects"]
    assert (
        f"## The sample: {posts} raw posts, {heights['revisions']} revisions of {heights['articles']} pages, "
        f"{heights['rejects']} rejects" in README
    )
    assert f"All {heights['rejects']} are found when the file is parsed into a post" in README


def test_what_is_no_reject_is_a_revision(sample):
    rejects = {post for post, words in BECOMES.items() if words.startswith("A reject")}
    assert set(sample.article_ids) == BECOMES.keys() - rejects


@pytest.mark.parametrize("post", [post for post, words in BECOMES.items() if words.startswith("A reject")])
def test_a_reject_has_the_stage_and_the_reason_that_the_readme_gives(post, sample):
    reason = re.match(r"A reject when the post is parsed \(`(\w+)`\): ", BECOMES[post])
    found = sample.told("rejects", post)
    assert (found["stage"], found["reason"]) == ("post", reason and reason.group(1))
    assert found["raw_bytes"] == (RAW / "sample/_posts" / post).stat().st_size


@pytest.mark.parametrize(
    "post", [post for post, words in BECOMES.items() if not words.startswith("A reject")]
)
def test_a_row_is_what_the_readme_says(post, sample):
    words, article = BECOMES[post], sample.article(post)
    assert re.match(r"A row\b|Revision \d of (that row|the row named “.+”)$", words)
    assert sample.told("revisions", post)["is_current"] == words.startswith("A row")
    found = counts(sample, post)
    for number, thing in re.findall(rf"\b(\d+|{'|'.join(NUMBERS)}) ({COUNTED})s?\b", words):
        assert found[thing] == int(NUMBERS.get(number, number)), f"{number} {thing}"
    assert article["is_stub"] == ("marked as a stub" in words)
    assert (article["title"] is None) == ("without a title" in words)
    assert (article["published_at"] is None) == ("without a date" in words)
    assert (article["published_precision"] == "unknown") == ("without a date" in words)
    if "the date is right to the day" in words:
        assert article["published_precision"] == "day"
    if "the image once" in words:
        assert found["image"] == 1
    if targets := re.search(r"(\w+) know their target", words):
        known = [row for row in sample.rows("links", post) if row["target_article_id"]]
        assert (targets.group(1), len(known)) == ("five", 5)


def test_revisions_of_one_page_share_its_row(sample):
    named = re.search(r"of the row named “(.+)”", BECOMES[OLDER_BRIDGES]).group(1)
    revisions = [post for post, words in BECOMES.items() if words.startswith("Revision ")]
    assert revisions == [OLDER_BRIDGES, OLD_BRIDGES]
    assert {sample.article(post)["title"] for post in (*revisions, BRIDGES)} == {named}


def test_the_readmes_example_is_a_source(tmp_path):
    example = re.search(r"```yaml\n(.*?)```", README, re.DOTALL).group(1)
    (tmp_path / "sources.yaml").write_text("sources:\n" + textwrap.indent(example, "  "))
    (tmp_path / "my-archive").mkdir()
    (source,) = read_sources(tmp_path)
    assert (source.name, place_of(tmp_path, source).location) == ("my-archive", str(tmp_path / "my-archive"))
    assert source.profiles == {"blog.my-archive.example": "generic"}


# What the sample is there for.


def test_a_conversation_has_seven_comments(sample):
    comments = sample.rows("comments", NIGHT_LIBRARY)
    assert [comment["position"] for comment in comments] == [1, 2, 3, 4, 5, 6, 7]
    assert [comment["author_line"] for comment in comments] == [
        "Ottilie Marsh",
        "Shen Yuhe",
        "Paavo Lindgren-Diaz",
        "Rosalba Quint",
        "Tendai Hallworth",
        "Kirsi Amadi",
        "Ludo Ferrant",
    ]
    assert [comment["site_comment_id"] for comment in comments] == [
        "4101", "4106", "4111", "4116", "4121", "4126", "4131",
    ]  # fmt: skip
    assert [comment["by_node_author"] for comment in comments] == [True] * 5 + [False] * 2
    # A comment there has no date and no title.
    assert {(comment["published_at"], comment["title"]) for comment in comments} == {(None, None)}


def test_a_comment_has_two_contributors(sample):
    comment = sample.rows("comments", MAP, position=2)[0]
    assert comment["author_line"] == "Wen Lishan, Adaeze Whitlow"
    signed = sample.rows("contributions", MAP, comment_id=comment["comment_id"])
    assert [(part["role"], part["position"], part["name"]) for part in signed] == [
        ("commenter", 1, "Wen Lishan"),
        ("commenter", 2, "Adaeze Whitlow"),
    ]
    # She is one person, who also moderates and is an author.
    roles = sample.rows("contributions", MAP, contributor_id=signed[0]["contributor_id"])
    assert {part["role"] for part in roles} == {"author", "commenter", "moderator"}


def test_a_comments_heading_is_its_text_and_not_its_title(sample):
    first = sample.rows("comments", MAP, position=1)[0]
    assert first["title"] is None
    assert first["body_text"].startswith("A Blue That Is Not Water\n\nThe map hung upside down")


def test_a_featured_photo_has_its_size_credit_and_caption(sample):
    (photo,) = sample.rows("media", NIGHT_LIBRARY, role="featured")
    assert (photo["kind"], photo["width"], photo["height"]) == ("image", 1500, 999)
    assert photo["credit"] == "Ines Varga—Harbour Pictures"
    assert photo["caption"].startswith("Readers in the upper gallery of the Halden Quay public library")
    assert photo["full_url"].endswith(
        "/sites/default/files/assets/images/article/featured/halden_quay_night.jpg"
    )


def test_a_pull_quote_stands_in_the_text_once(sample):
    body = sample.article(RIVER)["body_text"]
    assert body.count("A number is only a number until somebody moves the ducks.") == 1


def test_cards_are_no_body(sample):
    cards = sample.rows("links", RIVER, region="card")
    assert {link["text"] for link in cards} == {
        None, "Conversation", "A New Timetable for the Slow Train?", "Photo Gallery", "Slow Water",
    }  # fmt: skip
    body = sample.article(RIVER)["body_text"]
    # The cards' own texts.
    assert "A New Timetable" not in body
    assert "Photo Gallery" not in body
    assert "thirty-one stations" not in body
    assert len(sample.rows("media", RIVER, region="card")) == 2


def test_photo_boxes_are_media_with_captions_and_no_body(sample):
    boxes = sample.rows("media", RIVER, region="caption", role="inline")
    assert [(box["caption"], box["credit"]) for box in boxes] == [
        ("Mo Qingtai’s gauge below the lock at Wuli, spring 2019.", "Image courtesy of Perpetua Lasko"),
        ("The ducks, moved.", "Image courtesy of Perpetua Lasko"),
        (None, None),
        (None, None),
    ]
    body = sample.article(RIVER)["body_text"]
    assert "courtesy" not in body
    assert "The ducks, moved." not in body


def test_a_photo_box_in_a_comment_is_media_of_the_comment(sample):
    second = sample.rows("comments", FERRY, position=2)[0]
    (box,) = sample.rows("media", FERRY, comment_id=second["comment_id"], region="caption")
    assert box["credit"] == "Fen Zhaoyu"
    assert box["caption"] == "Bao Shiyuan with the spare oar, in the autumn of 1991."
    assert "spare oar, in the autumn" not in second["body_text"]


def test_footnotes_are_links_into_the_page(sample):
    notes = sample.rows("links", KETTLES, kind="footnote")
    assert [(note["href"].partition("#")[2], note["text"]) for note in notes] == [
        ("fn1", "1"),
        ("fn2", "2"),
        ("fnr1", "↩"),
        ("fnr2", "↩"),
    ]
    assert {note["target_article_id"] for note in notes} == {sample.article(KETTLES)["article_id"]}
    ids = [note["link_id"] for note in notes]
    assert [note["paired_link_id"] for note in notes] == [*ids[2:], *ids[:2]]


def test_broken_links_are_kept_and_lead_nowhere(sample):
    broken = sample.rows("links", SLOW_TRAIN, kind="broken")
    assert [(link["region"], link["text"]) for link in broken] == [
        ("comment", "plainly"),
        ("comment", "here"),
    ]
    assert {(link["canonical_url"], link["target_article_id"]) for link in broken} == {(None, None)}


@pytest.mark.parametrize("post", [NIGHT_LIBRARY, MAP, FERRY])
def test_the_archivers_anchors_are_no_links(post, sample):
    assert [link for link in sample.rows("links", post) if "undefined" in link["href"]] == []


def test_an_author_list_may_be_truncated(sample):
    article = sample.article(NIGHT_LIBRARY)
    assert article["author_line"] == "Ottilie Marsh, Shen Yuhe & more"
    assert article["authors"] == ["Ottilie Marsh", "Shen Yuhe"]
    assert article["authors_truncated"]
    whole = sample.article(FERRY)
    assert (whole["authors"], whole["authors_truncated"]) == (["Fen Zhaoyu", "Henrik Adeyemi"], False)


def test_the_feeds_own_name_is_no_author(sample):
    article = sample.article(SALT_ROADS)
    assert (article["author_line"], article["authors"]) == ("中参馆", [])
    assert sample.rows("contributions", SALT_ROADS) == []


def test_one_page_archived_three_times_is_one_article(sample):
    posts = (OLDER_BRIDGES, OLD_BRIDGES, BRIDGES)
    assert len({sample.article_ids[post] for post in posts}) == 1
    assert [sample.told("revisions", post)["is_current"] for post in posts] == [False, False, True]
    assert [sample.told("revisions", post)["title"] for post in posts] == [
        "Counting the Footbridges of Wuli County",
        "Counting the Footbridges of Wuli",
        "Every Footbridge in Wuli, Counted Again",
    ]
    article = sample.article(BRIDGES)
    assert article["revision_count"] == 3
    assert article["title"] == "Every Footbridge in Wuli, Counted Again"


@pytest.mark.parametrize("post", [BICYCLES, CHAIR])
def test_a_date_that_is_not_stated_is_null(post, sample):
    article = sample.article(post)
    assert (article["published_at"], article["published_precision"]) == (None, "unknown")


def test_an_unreadable_date_is_noted(sample):
    assert sample.told("revisions", BICYCLES)["notes"] == ["unreadable_date"]


def test_dates_are_told_as_exactly_as_they_are_known(sample):
    def date(post):
        article = sample.article(post)
        return article["published_at"], article["published_precision"]

    assert date(BOOKSTALL) == (datetime(2020, 5, 16, tzinfo=UTC), "day")
    assert date(NIGHT_LIBRARY) == (datetime(2021, 11, 26, 9, 40, tzinfo=UTC), "day")
    # 09:20 at +08:00.
    assert date(TEA_STALL) == (datetime(2019, 4, 6, 1, 20, tzinfo=UTC), "second")


def test_front_matter_that_no_parser_takes_is_recovered(sample):
    assert sample.article(FERRYMAN)["title"] == "城南茶話第三回：擺渡人與他的茶壺 船\\岸\\橋（字幕版）"
    assert sample.told("revisions", FERRYMAN)["notes"] == ["mended_front_matter"]


def test_the_title_line_is_better_than_the_front_matter(sample):
    assert sample.article(THREE_BRIDGES)["title"] == "Three Bridges,\u00a0One Bicycle..."


@pytest.mark.parametrize("post", [SLOW_WATER, FOG])
def test_a_post_without_a_body_is_a_stub(post, sample):
    article = sample.article(post)
    assert (article["is_stub"], article["body_text"], article["body_html"]) == (True, None, None)
    assert (article["char_count"], article["word_count"]) == (0, 0)


def test_prettified_chinese_has_no_spaces_inside_words(sample):
    body = sample.article(TEA_STALL)["body_text"]
    assert "我们在河边喝茶，看水位牌上的数字一天一天变化。摊主姓温，人人都叫她温阿姨。" in body
    assert "Slow boats first" in body
    assert re.findall(r"[一-鿿] +[一-鿿]", body) == []


def test_a_lazy_image_is_there_once_and_at_its_real_address(sample):
    assert [image["url"] for image in sample.rows("media", TIMETABLE)] == [
        "https://cdn.paperboats.example/img/slow-train.jpg",
        "https://cdn.paperboats.example/img/timetable-Artboard_1.jpg",
        "https://cdn.paperboats.example/img/fourth-sluice-900.jpg",
    ]
    assert len(sample.rows("media", TEA_STALL)) == 1


def test_bytes_that_are_no_utf8_are_replaced_and_noted(sample):
    body = sample.article(CAFE)["body_text"]
    assert body.startswith("The caf\ufffd at the lock")
    assert "p\ufffdch tart — 桃子派" in body
    assert sample.told("revisions", CAFE)["notes"] == ["replaced_undecodable_bytes"]


def test_what_stands_behind_a_nul_is_kept(sample):
    assert sample.article(BUOY)["body_text"].endswith("It said: here, here, here. It was right each time.")
    assert sample.told("revisions", BUOY)["notes"] == ["removed_nul_characters"]


def test_one_name_with_an_ampersand_is_one_author(sample):
    assert sample.article(TOWPATH)["authors"] == ["Towpath & Tea"]


def test_javascript_is_never_a_link(sample):
    schemes = set(sample.tables["links"]["href"].str.extract(r"^([a-z0-9.+-]+):"))
    assert schemes == {"http", "https", "mailto", "tel"}
    assert [link["text"] for link in sample.rows("links", SPOUT)] == ["the recipe"]
    for table in ("articles", "comments"):
        html = sample.tables[table]["body_html"].drop_nulls()
        assert not html.str.contains(r"(?i)javascript:|\son[a-z]+=|<script|<style|<iframe").any()


def test_the_parameter_timestamp_is_no_times_sign(sample):
    links = {link["text"]: link["href"] for link in sample.rows("links", BOTTLE)}
    assert links["the time"] == "https://www.harbormaps.example/now?stop=4&timestamp=1618000000&copy=2"
    assert not sample.tables["links"]["href"].str.contains("[×©]").any()


def test_tracking_parameters_are_left_out_of_the_canonical_address_only(sample):
    link = sample.rows("links", BOTTLE, text="the tide table")[0]
    assert "utm_source=kettle" in link["href"]
    assert link["canonical_url"] == "https://www.harbormaps.example/tides?stop=4"


@pytest.mark.parametrize(
    ("post", "text", "target"),
    [
        pytest.param(BOTTLE, "the night bus", NIGHT_LIBRARY, id="tracking parameter and fragment"),
        pytest.param(BOTTLE, "the tea stall", TEA_STALL, id="percent-encoding in capitals"),
        pytest.param(NIGHT_LIBRARY, "an earlier piece", RIVER, id="from a comment"),
        pytest.param(RIVER, "Slow Water", SLOW_WATER, id="from a card"),
    ],
)
def test_a_link_knows_the_article_that_it_leads_to(post, text, target, sample):
    (link,) = sample.rows("links", post, text=text)
    assert link["target_article_id"] == sample.article(target)["article_id"]


def test_fields_beside_the_body_have_a_region_of_their_own(sample):
    assert {link["region"] for link in sample.rows("links", SALT_ROADS)} == {"field"}
    (video,) = sample.rows("media", SALT_ROADS)
    assert (video["kind"], video["region"]) == ("embed", "field")
    # The page writes //player.filmreel.example/...
    assert video["url"].startswith("https://player.filmreel.example/video/")


def test_the_text_is_what_a_browser_shows(sample):
    body = sample.article(BISCUITS)["body_text"]
    assert "Makes twenty-four.\nOr twelve,\nif you are on the early boat." in body
    assert "What\tHow much\nFlour\t300\u00a0g" in body
    assert "oven   200 °C\n  tray 1   12 minutes" in body
    assert body.endswith("Serve with tea, H2O at 82\u00a0°C & patience <3.")
    # hidden, display:none, <template>, <script>, a comment
    assert body.count("This sentence") == 1
    assert "Nor is this one" not in body
