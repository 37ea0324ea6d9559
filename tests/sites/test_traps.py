"""Posts that are easy to get wrong, each with the shape of a real one and invented words.

The numbers are those of the list of real posts after which these were modelled. These are ChinaFile's;
those of other sites stand in test_traps_of_formats.py.
"""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from pipeline.sources.raw import RawPost
from tests.sites.pages import (
    SITE,
    body,
    body_in_items,
    card,
    comment,
    comments,
    content,
    featured,
    field,
    image_box,
    only,
    person,
    post,
    raw,
    tables,
)


def a(href: str, text: str = "here") -> str:
    return f'<a href="{href}" target="_blank" rel="nofollow">{text}</a>'


def people(found: dict[str, pl.DataFrame], role: str) -> list[tuple[str | None, str]]:
    """Who has a part of that role: (site's id of the comment, name), in the page's order."""
    return (
        found["contributions"]
        .filter(pl.col("role") == role)
        .join(
            found["comments"].select("comment_id", "site_comment_id", place="position"), "comment_id", "left"
        )
        .sort("place", "position")
        .select("site_comment_id", "name")
        .rows()
    )


def test_1_a_conversation_with_seven_comments():
    names = [
        "Ada Marsh",
        "Shen Yuhe",
        "Paavo Diaz",
        "Rosalba Quint",
        "Tendai Hall",
        "Kirsi Amadi",
        "Ludo Ferrant",
    ]
    cited = [[], [1], [], [2, 3, 4, 5], [], [6, 7], [8]]
    answers = [
        comment(
            4276 + 5 * i,
            person(name),
            text="".join(f"<p>As {a(f'https://press.example/{n}')} shows.</p>" for n in cited[i])
            + (f"<p>And {a(f'{SITE}/library/{name[0]}')}.</p>" if i in (3, 5) else "<p>That is all.</p>"),
            by_node_author=i < 5,
        )
        for i, name in enumerate(names)
    ]
    found = tables(
        raw(
            post(
                featured("quay", credit="Ines Varga—Harbour Pictures", caption="Readers, 2021.")
                + content(
                    body(f"<p>It has kept its {a(f'{SITE}/library/rooms')} open. —<em>The Editors</em></p>")
                )
                + comments(*answers),
                author="Ada Marsh, Shen Yuhe &#38; more",
            )
        )
    )
    article, links = only(found["articles"]), found["links"]
    assert article["authors"] == ["Ada Marsh", "Shen Yuhe"]
    assert article["authors_truncated"]
    assert article["comment_count"] == 7
    assert found["comments"]["by_node_author"].to_list() == [True] * 5 + [False] * 2
    assert [name for _, name in people(found, "commenter")] == names
    assert people(found, "moderator") == []
    assert found["contributors"]["name"].sort().to_list() == sorted(names)
    assert links.filter(region="body").select("kind", "href").rows() == [
        ("internal", f"{SITE}/library/rooms")
    ]
    assert links.filter(region="comment").height == 10
    assert links.filter(pl.col("region").is_in(["body", "comment"]), kind="external").height == 8
    assert links.filter(pl.col("href").str.ends_with("undefined")).is_empty()
    photo = only(found["media"].filter(role="featured"))
    assert (photo["width"], photo["height"]) == (1500, 999)


def test_4_comments_open_with_a_heading_and_the_moderator_does_not_comment():
    found = tables(
        raw(
            post(
                content(
                    body(
                        "<p>I asked them to open the drawer.</p>"
                        f'<p align="right">—<em>{a(f"{SITE}/contributors/wen-lishan", "Wen Lishan")}</em></p>'
                    )
                )
                + comments(
                    comment(4201, person("Rosalba Quint"), text="<h3>Two Kitchens</h3><p>It hung there.</p>"),
                    comment(4206, person("Henrik Adeyemi"), text="<h3>Piers</h3><p>It had eleven.</p>"),
                    *(
                        comment(n, person(f"Ada Marsh {n}"), text=f"<h3>Tide {n}</h3><p>It rose.</p>")
                        for n in (4211, 4216, 4221)
                    ),
                ),
                title="‘We Folded It the Other Way’",
                author="Wen Lishan, Rosalba Quint &#38; more",
            )
        )
    )
    assert only(found["articles"])["title"] == "‘We Folded It the Other Way’"
    assert found["comments"].select("author_line", "body_text").rows() == [
        ("Rosalba Quint", "Two Kitchens\n\nIt hung there."),
        ("Henrik Adeyemi", "Piers\n\nIt had eleven."),
        *((f"Ada Marsh {n}", f"Tide {n}\n\nIt rose.") for n in (4211, 4216, 4221)),
    ]
    assert found["comments"]["body_html"].str.starts_with("<h3>").all()
    assert people(found, "moderator") == [(None, "Wen Lishan")]
    wen = only(found["contributors"].filter(name="Wen Lishan"))
    assert (wen["slug"], wen["article_count"], wen["comment_count"]) == ("wen-lishan", 1, 0)


def test_5_an_image_box_in_a_comment_is_not_its_text():
    box = image_box("tomb", credit="Kofi Brandvold", caption="The last ferry, seen from the weir.")
    found = tables(
        raw(
            post(
                content(body("<p>We remember.</p>"))
                + comments(
                    comment(
                        4441, person("Ada Marsh"), text=f"<p>He wrote it down.</p>{box}<p>He laughed.</p>"
                    )
                )
            )
        )
    )
    said = only(found["comments"])
    assert said["body_text"] == "He wrote it down.\n\nHe laughed."
    photo = only(found["media"].filter(region="caption"))
    assert photo["comment_id"] == said["comment_id"]
    assert (photo["credit"], photo["caption"]) == ("Kofi Brandvold", "The last ferry, seen from the weir.")


def test_6_two_people_sign_a_comment_and_the_moderator_is_one_of_them():
    found = tables(
        raw(
            post(
                content(
                    body(f"<p>And why? —<em>{a(f'{SITE}/contributors/wilma-varga', 'Wilma Varga')}</em></p>")
                )
                + comments(
                    comment(4006, person("Paavo Diaz")),
                    comment(4011, person("Ines Hall"), person("Bram Reed")),
                    comment(4091, person("Wilma Varga"), person("Otto Quint")),
                ),
                author="Wilma Varga, Paavo Diaz &#38; more",
            )
        )
    )
    assert found["comments"].height == 3
    assert people(found, "commenter") == [
        ("4006", "Paavo Diaz"),
        ("4011", "Ines Hall"),
        ("4011", "Bram Reed"),
        ("4091", "Wilma Varga"),
        ("4091", "Otto Quint"),
    ]
    assert people(found, "moderator") == [(None, "Wilma Varga")]
    wilma = only(found["contributors"].filter(slug="wilma-varga"))
    assert (wilma["article_count"], wilma["comment_count"]) == (1, 1)
    assert found["contributors"].height == 5


def test_8_two_files_that_differ_only_in_case_are_one_article():
    html = content(body("<p>Perhaps.</p>")) + comments(*(comment(n, person("Dara Lo")) for n in (1, 2, 3, 4)))
    found = tables(
        raw(
            post(html, title="Should the Bell Be Cut off at Ten?"),
            "_posts/2021-11-08-Should the Bell Be Cut off at Ten?.md",
        ),
        raw(
            post(html, title="Should the Bell Be Cut Off at Ten?"),
            "_posts/2021-11-08-Should the Bell Be Cut Off at Ten?.md",
        ),
    )
    article = only(found["articles"])
    assert (article["revision_count"], article["comment_count"]) == (2, 4)
    assert found["revisions"].select("raw_path", "is_current").rows() == [
        ("_posts/2021-11-08-Should the Bell Be Cut Off at Ten?.md", False),
        ("_posts/2021-11-08-Should the Bell Be Cut off at Ten?.md", True),
    ]
    assert found["rejects"].is_empty()


def test_10_a_broken_link_in_a_sentence_is_told_from_the_archiver_s_anchors():
    broken = f'<a arget="_blank" rel="nofollow" href="{SITE}/conversation/undefined">boarding</a>'
    data = post(
        content(
            body("<p>Should it stop? —<em>Wen Lishan</em></p><p><em>Correction Note: It said 13.</em></p>")
        )
        + comments(
            comment(4861, person("Ada Marsh")),
            comment(4866, person("Shen Yuhe")),
            comment(4871, person("Paavo Diaz")),
            comment(4876, person("Tobias Holm"), text=f"<p>Those {broken} wait.</p>"),
        )
    )
    assert data.count(b'/conversation/undefined"') == 5
    found = tables(raw(data))
    link = only(found["links"].filter(pl.col("href").str.ends_with("undefined")))
    assert (link["kind"], link["region"], link["text"]) == ("broken", "comment", "boarding")
    assert (link["canonical_url"], link["target_article_id"]) == (None, None)
    assert found["comments"]["body_text"].to_list()[3] == "Those boarding wait."
    assert only(found["articles"])["body_text"].endswith("Correction Note: It said 13.")
    assert people(found, "moderator") == [(None, "Wen Lishan")]


def test_11_an_editors_note_that_became_an_address_is_no_page():
    note = (
        f"{SITE}/conversation/%20Waiting%20for%20Wen%20and%20the%20tide.%20Who%20has%20Ada%E2%80%99s%20map."
    )
    found = tables(
        raw(
            post(
                content(body("<p>How is it going?</p>"))
                + comments(
                    comment(4341, person("Ada Marsh")),
                    comment(4346, person("Shen Yuhe"), text=f"<p>It is as {a(note, 'wide')} as that.</p>"),
                )
            )
        )
    )
    link = only(found["links"].filter(kind="broken"))
    assert (link["href"], link["text"], link["canonical_url"]) == (note, "wide", None)


def test_13_a_card_s_body_authors_and_heading_are_not_the_article_s():
    box = card(
        "reporting-opinion/features/sluice",
        "The Fourth Sluice",
        "Ada Marsh & Tomas Reed",
        "Twice a year the lock...",
    )
    found = tables(
        raw(
            post(
                content(body(f"<p>I asked {a('https://press.example/1')}.</p>{box}<p>It was so.</p>")),
                author="Perpetua Lasko",
                title="‘The Weir Was Never Ours’",
            )
        )
    )
    article = only(found["articles"])
    assert article["authors"] == ["Perpetua Lasko"]
    assert article["body_text"] == "I asked here.\n\nIt was so."
    assert "<h2>" not in article["body_html"]
    assert found["links"]["region"].to_list() == ["body", "card", "card", "card"]
    assert found["contributors"]["name"].to_list() == ["Perpetua Lasko"]
    assert found["comments"].is_empty()


def test_16_a_photo_gallery_s_post_is_a_stub():
    found = tables(
        raw(post("Slow Water", title="Slow Water", url=f"{SITE}/multimedia/photo-gallery/slow-water"))
    )
    article = only(found["articles"])
    assert article["is_stub"]
    assert (article["body_text"], article["body_html"], article["word_count"]) == (None, None, 0)
    assert found["media"].is_empty()


def test_17_a_book_page_has_no_author_and_its_reviews_stand_outside_the_body():
    player = (
        '<div class="embedded-video video-above-fold">  <div class="player">    '
        '<iframe class id="reel-51--2" width="500" height="281" '
        'src="//player.reel.example/video/51?width=500&height=281&title=0" frameborder="0"></iframe>  '
        "</div></div>"
    )
    reviews = '<div class="field-label">Book Review: </div>' + "".join(
        f"<p>{a(f'https://review{n}.example/salt', f'Review {n}')}</p>" for n in range(9)
    )
    found = tables(
        raw(
            post(
                content(
                    field("video-embed", player),
                    body("<p><strong>Halfmoon Press:</strong> Ines Varga walks <em>seven</em> roads.</p>"),
                    field("book-review", reviews),
                ),
                author="中参馆",
            )
        )
    )
    article = only(found["articles"])
    assert (article["author_line"], article["authors"]) == ("中参馆", [])
    assert article["body_text"] == "Halfmoon Press: Ines Varga walks seven roads."
    assert found["contributions"].is_empty()
    assert found["links"]["region"].to_list() == ["field"] * 9
    video = only(found["media"])
    assert video["url"] == "https://player.reel.example/video/51?width=500&height=281&title=0"
    assert (video["region"], video["kind"]) == ("field", "embed")


def test_18_ten_revisions_of_one_page_with_changing_authors():
    def archived(month: int, authors: str) -> RawPost:
        frames = "".join(
            '<p><iframe style="overflow: hidden;" width="160%" '
            f'src="https://charts.example/{month}/{n}.html"></iframe></p>'
            for n in range(16)
        )
        date = f"2021-{month:02}-06T04:44:00.000Z"
        html = content(body_in_items(f"<p>Counted in month {month}.</p>{frames}"))
        return raw(
            post(html, date=date, author=authors, title="Counting the Footbridges"),
            f"_posts/{date[:10]}-Counting the Footbridges.md",
        )

    found = tables(
        *(archived(m, "Ada Marsh" if m == 10 else "Ada Marsh &#38; Shen Yuhe") for m in range(10, 0, -1))
    )
    article = only(found["articles"])
    assert (article["revision_count"], article["media_count"]) == (10, 16)
    assert article["published_at"] == datetime(2021, 10, 6, 4, 44, tzinfo=UTC)
    assert article["body_text"] == "Counted in month 10."
    assert article["authors"] == ["Ada Marsh"]
    assert found["contributors"]["name"].to_list() == ["Ada Marsh"]
    assert found["media"].filter(role="featured").is_empty()
    assert found["revisions"].filter("is_current")["raw_path"].to_list() == [
        "_posts/2021-10-06-Counting the Footbridges.md"
    ]


def test_19_the_epoch_is_believed_before_a_date_that_is_the_moment_of_fetching():
    found = tables(
        raw(
            post(
                content(body_in_items("<p>It was a quiet year.</p>")),
                author="中参馆",
                date="2021-02-03T08:15:22.907Z",
                epoch=1612345440000,
            )
        )
    )
    article = only(found["articles"])
    assert article["published_at"] == datetime(2021, 2, 3, 9, 44, tzinfo=UTC)
    assert (article["published_precision"], article["authors"]) == ("day", [])
