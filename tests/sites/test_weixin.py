"""Articles of public accounts: entries of an index, and pages; accounts and words are invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.posts.post import read_post
from pipeline.sites import weixin
from pipeline.sites.page import Credit
from pipeline.sites.registry import profile_for
from pipeline.sources import index
from pipeline.sources.kinds import Place
from pipeline.sources.raw import RawPost
from pipeline.sources.registry import Source
from tests.sites.pages import post
from tests.tables import records

SITE = "https://mp.weixin.qq.com"
ACCOUNT = "MzAxMDAwMDAwMQ=="
URL = f"{SITE}/s?__biz={ACCOUNT}&mid=2650000001&idx=2&sn=00112233445566778899aabbccddeeff"
ENTRY = {
    "url": URL.removeprefix("https://"),
    "title": "渡口的&quot;灯&quot; | 旧事",
    "nickname": "旧书摊",
    "created_at": "2021-04-02",
    "update_date": "2021-04-03 05:35:26",
    "archive": "gh_0123456789ab_2021-04-02_2650000001_Ab.y.tar.gz",
    "censored_msg": "The content has been deleted by the author.",
}


def raw(tmp_path: Path, *entries: dict[str, str]) -> list[RawPost]:
    """The raw posts that a source of kind `index` gives for entries, with the fields of the real one."""
    (tmp_path / "2021-04.json").write_text(json.dumps(entries))
    source = Source.model_construct(
        name="delta",
        kind="index",
        location=str(tmp_path),
        glob="*.json",
        fields={"url": "url", "title": "title", "author": "nickname", "published": "created_at"},
    )
    place = Place(source, str(tmp_path), tmp_path.with_suffix(".kept"))
    found = list(index.read(place, index.posts(place)))
    posts = [each for each in found if isinstance(each, RawPost)]
    assert len(posts) == len(found) == len(entries)
    return posts


def read(tmp_path, **said):
    (entry,) = raw(tmp_path, ENTRY | said)
    found = read_post(entry.data)
    return weixin.read_page(found, found.url)


def test_an_entry_of_an_index(tmp_path):
    found = read(tmp_path)
    assert found.title == '渡口的"灯" | 旧事'
    assert found.authors == ("旧书摊",)
    assert found.author_line == "旧书摊"
    # An account may be anybody's.
    assert found.credits == (Credit("旧书摊", "author", slug=ACCOUNT, kind=None),)
    assert (found.published_at, found.published_precision) == (datetime(2021, 4, 2, tzinfo=UTC), "day")
    assert (found.body_text, found.body_html, found.links, found.media) == (None, None, (), ())


def test_its_host():
    assert profile_for("mp.weixin.qq.com", {}).name == "weixin"


def test_an_entry_becomes_a_stub_with_all_that_is_known(tmp_path):
    tables = records.tables(*raw(tmp_path, ENTRY))
    (article,) = tables["articles"].to_dicts()
    assert article["is_stub"]
    assert (article["canonical_url"], article["site"], article["profile"]) == (
        URL,
        "mp.weixin.qq.com",
        "weixin",
    )
    assert (article["char_count"], article["body_text"]) == (0, None)
    (contributor,) = tables["contributors"].to_dicts()
    assert (contributor["name"], contributor["kind"]) == ("旧书摊", None)


def test_what_says_how_a_reader_came_is_no_part_of_the_page(tmp_path):
    same = raw(
        tmp_path,
        ENTRY,
        ENTRY
        | {"url": f"{ENTRY['url']}&chksm=abc&scene=4&mpshare=1&srcid=1&from=timeline&pass_ticket=x%2By#rd"},
        ENTRY | {"url": ENTRY["url"].replace("==", "%3D%3D") + "&"},
    )
    other = raw(tmp_path, ENTRY | {"url": ENTRY["url"].replace("idx=2", "idx=1")})
    short = raw(
        tmp_path,
        *({"title": "a", "url": f"mp.weixin.qq.com/s/AbCdEf{ending}"} for ending in ("", "?scene=1")),
    )
    tables = records.tables(*same, *other, *short)
    assert sorted(tables["articles"]["canonical_url"]) == sorted(
        [URL, URL.replace("idx=2", "idx=1"), f"{SITE}/s/AbCdEf"]
    )


def test_an_account_that_changed_its_name_is_one_contributor(tmp_path):
    other = {
        "url": ENTRY["url"].replace("2650000001", "2650000002"),
        "nickname": "新书摊",
        "created_at": "2021-05-01",
    }
    namesake = {"url": ENTRY["url"].replace("MzAx", "MzAy"), "nickname": "旧书摊"}
    tables = records.tables(*raw(tmp_path, ENTRY, ENTRY | other, ENTRY | namesake))
    assert sorted(tables["contributors"]["name_variants"].to_list()) == [["新书摊", "旧书摊"], ["旧书摊"]]


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        (URL, ACCOUNT),
        (URL.replace("==", "%3d%3D"), ACCOUNT),
        (f"{SITE}/s?mid=1&__biz={ACCOUNT}", ACCOUNT),
        (f"{SITE}/s/AbCdEfGhIjKlMnOpQrStUv", None),
        (f"{SITE}/s?__biz=&mid=1", None),
        (f"{SITE}/s?__biz=<b>&mid=1", None),
        (f"{SITE}/s?x__biz={ACCOUNT}", None),
    ],
)
def test_the_account_s_own_id_is_in_the_address(tmp_path, url, slug):
    assert [credit.slug for credit in read(tmp_path, url=url).credits] == [slug]


def test_an_entry_without_an_account_has_no_author(tmp_path):
    found = read(tmp_path, nickname="")
    assert (found.authors, found.credits, found.author_line) == ((), (), None)


def page(body, **front):
    found = read_post(post(body, url=URL, **front))
    return weixin.read_page(found, found.url)


PAGE = """
<div id="img-content">
  <h1 class="rich_media_title" id="activity-name"> 渡口的灯 </h1>
  <div id="meta_content" class="rich_media_meta_list">
    %s<a href="javascript:void(0);" id="js_name"> 旧书摊 </a>
  </div>
  <div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0;">
    <p>灯亮了。</p>
    <p><img data-src="https://mmbiz.qpic.cn/mmbiz_jpg/abc/640?wx_fmt=jpeg" data-w="1080"></p>
    <iframe class="video_iframe" data-src="https://v.qq.com/iframe/preview.html?vid=a0012abcdef"></iframe>
  </div>
  <div id="js_pc_qr_code">微信扫一扫</div>
</div>"""


def test_a_page():
    found = page(PAGE % "", title="", author="")
    assert found.title == "渡口的灯"
    assert found.body_text == "灯亮了。"
    assert found.credits == (Credit("旧书摊", "author", slug=ACCOUNT),)
    assert [(item.kind, item.url, item.provider_id) for item in found.media] == [
        ("image", "https://mmbiz.qpic.cn/mmbiz_jpg/abc/640?wx_fmt=jpeg", None),
        ("embed", "https://v.qq.com/iframe/preview.html?vid=a0012abcdef", "a0012abcdef"),
    ]


def test_who_wrote_it_comes_before_the_account():
    found = page(PAGE % '<span class="rich_media_meta rich_media_meta_text"> 墨渡 </span>', author="")
    assert found.authors == ("墨渡",)
    assert found.credits == (Credit("墨渡", "author", slug=None),)


@given(st.text(), st.text())
def test_any_entry_is_read(title, name):
    data = json.dumps({"url": URL, "title": title, "authors": [{"name": name}]})
    found = read_post(data.encode())
    assert weixin.read_page(found, found.url).body_text is None


def test_a_number_without_end_is_left_as_it_is(tmp_path):
    title = f"&#{'9' * 5_000};"
    assert read(tmp_path, title=title).title == title
