"""As test_traps.py, for what any site may hold: the two formats of files, and pages without a profile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.sources.raw import RawPost
from tests.sites.pages import only, post, raw, tables


def paopao(author: str, username: str, replies: int) -> RawPost:
    """A post of format (b) as pao-pao.net has it."""
    return RawPost(
        "archive",
        "_posts/2014-04-18-茶壶的七张嘴 (上).md",
        f"""---
layout: post
title: "茶壶的七张嘴 (上)"
date: 2014-04-18T09:31:24+02:00
author: {author}
from: https://teabubbles.example/article/75
tags: [ 茶泡 ]
categories: [ 茶泡 ]
---

<section class="clearfix" id="content" role="main">
 <div class="region region-content">
  <div class="content">
   <div about="/article/75" class="node node-full view-mode-full clearfix" id="node-75">
    <span class="rdf-meta element-hidden" content="{replies}" property="sioc:num_replies">
    </span>
    <div class="field-items">
     <div class="field-item even" property="dc:title">
      <h1 class="page-title">
       茶壶的七张嘴 (上)
      </h1>
     </div>
    </div>
    <div class="field-name-author">
     <div class="label-inline">
      文/
     </div>
     <span class="username" property="foaf:name">
      {username}
     </span>
    </div>
    <div class="field field-name-body field-type-text-with-summary field-label-hidden">
     <p>
      铜壶的嘴有
      <strong>
       三尺
      </strong>
      长。
     </p>
    </div>
   </div>
   <div class="comment-wrapper" id="comments">
    <h2 class="title">
     评论
    </h2>
   </div>
  </div>
 </div>
</section>
""".encode(),
    )


@pytest.mark.parametrize(
    ("author", "username", "replies"),
    [
        pytest.param("Perpetua", "Perpetua", 396, id="20: the author is the front matter's"),
        pytest.param(
            "Anonymous", "Anonymous (未验证)", 4, id="21: whatever stands behind the name in the markup"
        ),
    ],
)
def test_20_21_a_page_of_a_site_without_a_profile(author, username, replies):
    found = tables(paopao(author, username, replies))
    article = only(found["articles"])
    assert (article["profile"], article["author_line"], article["authors"]) == ("generic", author, [author])
    assert article["published_at"] == datetime(2014, 4, 18, 7, 31, 24, tzinfo=UTC)
    assert article["title"] not in article["body_text"]
    assert "铜壶的嘴有三尺长。" in article["body_text"]
    assert found["rejects"].is_empty()


def test_23_no_title_and_no_text():
    found = tables(
        RawPost(
            "archive",
            "_posts/2019-10-20-.md",
            b"""---
layout: post
title: ""
date: 2019-10-20T10:14:05+01:00
author: Paper Boats
from: https://paperboats.example/rail/thirty-one-stations/the-map
tags: [ Paper Boats ]
categories: [ Paper Boats ]
---

<article class="no-header post-2090 page type-page status-publish hentry" id="post-2090">
 <div class="entry-content aesop-entry-content">
  <html>
   <head>
    <title>
    </title>
    <link href="https://cdn.paperboats.example/editor.css" rel="stylesheet" type="text/css"/>
   </head>
   <body class="toaster-iframe">
    <div class="toaster-chart" id="target">
    </div>
   </body>
  </html>
 </div>
 <footer class="entry-footer">
 </footer>
</article>
""",
        )
    )
    article = only(found["articles"])
    assert (article["title"], article["body_text"], article["language"]) == (None, None, None)
    assert article["is_stub"]
    assert article["published_at"] == datetime(2019, 10, 20, 9, 14, 5, tzinfo=UTC)
    assert found["links"].is_empty()


def test_24_a_date_that_is_the_moment_of_fetching_is_no_date():
    found = tables(
        raw(
            post(
                '<p>外婆家有一把<strong>竹椅</strong>。</p><figure class="image-box"><img data-id="3d7eb3" '
                'src="https://img.teahouse.example/now/f724+L.png" alt="老季" ; referrerpolicy="no-referrer">'
                '<figcaption class="dls-image-capture">老季和椅子</figcaption></figure>',
                url="https://www.teahouse.example/post/c16fa165",
                title="一把竹椅能坐多少年丨器物札记",
                author="程小满",
                date="2021-05-14T02:31:40.118Z",
                epoch="NaN",
            )
        )
    )
    article = only(found["articles"])
    assert (article["published_at"], article["published_precision"]) == (None, "unknown")
    assert only(found["revisions"])["published_at"] is None
    photo = only(found["media"])
    assert (photo["alt"], photo["caption"]) == ("老季", "老季和椅子")


def test_25_a_title_that_no_yaml_parser_takes():
    title = r"城南茶話第三回 船\岸\橋"
    url = "https://video.tidepool.example/watch?v=Wn5cYt8LqJ2"
    data = post(
        "本期老溫說說茶壺。", url=url, title=title, author="城南茶話", date="2022-04-25T15:41:15.000Z"
    )
    cut_in_front_matter = data.replace(title.encode(), title.removesuffix("橋").encode(), 1)
    folder = "teahouse/archived/2022-04-25"
    found = tables(raw(cut_in_front_matter, f"{folder}/2022-04-25-{title}.md"))
    article = only(found["articles"])
    assert (article["title"], article["url"]) == (title, url)
    assert article["authors"] == ["城南茶話"]
    assert article["published_at"] == datetime(2022, 4, 25, 15, 41, 15, tzinfo=UTC)
    revision = only(found["revisions"])
    assert revision["notes"] == ["mended_front_matter"]
    assert revision["raw_path"] == rf"{folder}/2022-04-25-城南茶話第三回 船\x5c岸\x5c橋.md"
    assert found["rejects"].is_empty()
