from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.links import Link
from pipeline.posts.post import read_post
from pipeline.sites import paopao
from pipeline.sites.page import Credit
from pipeline.sites.paopao import SPAM_RULES, Told, spam_signals
from pipeline.tables.extract import Reading
from tests.sites.pages import SOURCE, media, only, raw
from tests.sites.pages import post as simple_post
from tests.sites.prettified import prettified, prettified_post
from tests.tables.records import tables

SITE = "https://teabubbles.example"
URL = f"{SITE}/article/75"


def field(name, html):
    return (
        f'<div class="field field-name-{name} field-type-x field-label-hidden"><div class="field-items">'
        f'<div class="field-item even">{html}</div></div></div>'
    )


def source(text, href="https://photos.example/7"):
    return field("field-image-source", f'<a href="{href}">{text}</a>')


def featured(name, below=""):
    return field(
        "field-image",
        '<div class="file file-image" id="file-50"><h2 class="element-invisible">'
        f'<a href="/file/50">{name}.jpg</a></h2><div class="content"><img alt="" height="164" '
        f'src="{SITE}/sites/files/styles/article_detail/public/{name}.jpg?itok=x1" width="290"/>{below}'
        "</div></div>",
    )


def picture(name, below=""):
    return (
        '<div class="half-right"><div class="media media-element-container media-full">'
        f'<div class="ds-1col file"><img alt="" class="media-element" height="320" src="/sites/{name}.jpg"'
        f' width="480"/>{below}</div></div></div>'
    )


def author(name, number=10):
    return (
        '<div class="field-name-author"><div class="label-inline">文/</div>'
        f'<a about="/author/{number}" class="username" href="/author/{number}">{name}</a></div>'
    )


def share():
    return field(
        "service-links-displays-group",
        '<div class="service-links"><a class="service-links-twitter" href="https://share.example/?u=x">'
        '<img alt="logo" src="/themes/twitter.png"/></a></div>',
    )


def related(*numbers):
    cards = "".join(
        f'<div class="views-row"><div class="node view-mode-home_promoted_block_">'
        f'{field("field-image", f"""<a href="/article/{n}"><img height="90" src="/small/{n}.jpg"/></a>""")}'
        f'{field("field-promotitle", f"""<h2><a href="/article/{n}">别的文章{n}</a></h2>""")}</div></div>'
        for n in numbers
    )
    return (
        '<div class="block block-views related" id="block-views-articles-related-block-1">'
        f'<h2>您可能感兴趣的文章</h2><div class="content">{cards}</div></div>'
    )


def comment(
    number,
    text,
    *,
    name="墨渡 (未验证)",
    title="茶",
    answers=None,
    classes="comment-by-anonymous",
    month="2014-05",
):
    reply_of = '<span class="rdf-meta" rel="sioc:reply_of" resource="/article/75"></span>' + (
        f'<span class="rdf-meta" rel="sioc:reply_of" resource="/comment/{answers}#comment-{answers}"></span>'
        if answers
        else ""
    )
    return (
        f'<a id="comment-{number}"></a><div about="/comment/{number}#comment-{number}" '
        f'class="comment {classes} clearfix"><div class="attribution"><div class="comment-submitted">'
        f'<p class="commenter-name"><span rel="sioc:has_creator"><span class="username">{name}</span></span>'
        f'</p><p class="comment-time"><span content="{month}-0{number % 9 + 1}T08:17:44+02:00" '
        f'datatype="xsd:dateTime">星期四</span></p><p class="comment-permalink"><a class="permalink" '
        f'href="/comment/{number}#comment-{number}">永久连接</a></p></div></div><div class="comment-text">'
        f'<h3><a class="permalink" href="/comment/{number}#comment-{number}">{title}</a></h3>'
        f'<div class="content">{reply_of}{field("comment-body", text)}</div><ul class="links inline">'
        f'<li class="comment-reply"><a href="/comment/reply/75/{number}">回复</a></li></ul></div></div>'
    )


def indented(html):
    return f'<div class="indented">{html}</div>'


def page(body, *, top="", byline=None, cards="", comments=""):
    byline = author("茶泡客") if byline is None else byline
    wrapper = (
        f'<div class="comment-wrapper" id="comments"><h2 class="title">评论</h2>{comments}'
        '<h2 class="title comment-form">冒个泡吧！</h2></div>'
    )
    return (
        '<section id="content"><div class="region"><div class="content"><div class="node" id="node-75">'
        '<span class="rdf-meta" content="396" property="sioc:num_replies"></span>'
        f'<div class="submitted"><span><a class="username" href="/author/10">茶泡客</a>在 星期二</span></div>'
        f'<div class="content">{top}{field("title", """<h1 class="page-title">茶壶的七张嘴</h1>""")}{byline}'
        f"{field('body', body)}{share()}</div>{cards}"
        f'<ul class="links inline"><li><a href="/article/75#comment-form">冒个泡吧！</a></li></ul>{wrapper}'
        "</div></div></div></section>"
    )


def read(html, *, line="茶泡客", **front):
    found = prettified(html, url=URL, author=line, **front)
    return paopao.read_page(found, found.url)


def links(found):
    return [(link.region, link.kind, link.href.removeprefix(SITE), link.text) for link in found.links]


def people(found):
    return [(credit.role, credit.name, credit.slug) for credit in found.credits]


def test_a_page():
    found = read(page("<p>铜壶的嘴有<strong>三尺</strong>长。</p>", cards=related(3, 4, 5, 6)))
    assert found.title == "茶壶的七张嘴"
    assert found.body_text == "铜壶的嘴有三尺长。"
    assert found.body_html is not None
    assert "related" not in found.body_html
    assert found.published_at == datetime(2019, 4, 18, 9, 31, 24, tzinfo=UTC)
    assert found.credits == (Credit("茶泡客", "author", slug="10", profile_url=f"{SITE}/author/10"),)
    assert links(found) == [
        ("field", "profile", "/author/10", "茶泡客"),
        *[
            ("card", "internal", f"/article/{n}", text)
            for n in (3, 4, 5, 6)
            for text in (None, f"别的文章{n}")
        ],
    ]
    assert media(found) == [("card", "inline", f"{n}.jpg") for n in (3, 4, 5, 6)]
    assert found.comments == ()


def test_buttons_to_share_are_no_links():
    found = read(page('<p><a href="https://spouts.example/1">壶嘴</a></p>'))
    assert [link.href for link in found.links if link.region == "body"] == ["https://spouts.example/1"]
    assert not [link for link in found.links if "share.example" in link.href]


@pytest.mark.parametrize(
    ("said", "caption", "credit"),
    [
        pytest.param("图片来源：Ada Marsh", None, "Ada Marsh", id="whose it is"),
        pytest.param("图/河边社", None, "河边社", id="whose it is, short"),
        pytest.param("壶嘴很长 图/河边社", "壶嘴很长", "河边社", id="what it shows, and whose it is"),
        pytest.param("壶嘴很长（图片：河边社）", "壶嘴很长", "河边社", id="in brackets"),
        pytest.param("壶嘴 图：河边社", "壶嘴", "河边社", id="behind what it shows"),
        pytest.param("图：壶嘴很长", "图：壶嘴很长", None, id="a colon alone does not tell"),
        pytest.param("图一：壶嘴很长", "图一：壶嘴很长", None, id="the first of several"),
        pytest.param("地图/壶嘴", "地图/壶嘴", None, id="part of another word"),
    ],
)
def test_what_stands_below_a_picture_is_its_caption_or_its_credit(said, caption, credit):
    found = read(page(f"<p>一。</p>{picture('spout', source(said))}<p>二。</p>"))
    assert found.body_text == "一。\n\n二。"
    assert [(item.region, item.role, item.caption, item.credit, item.width) for item in found.media] == [
        ("caption", "inline", caption, credit, 480)
    ]
    assert links(found)[0] == ("caption", "external", "https://photos.example/7", said)


def test_the_featured_picture_comes_first_and_its_file_name_is_no_link():
    found = read(page("<p>一。</p>" + picture("two"), top=featured("one", source("图片来源：河边社"))))
    assert [(item.role, item.url.rpartition("/")[2], item.credit) for item in found.media] == [
        ("featured", "one.jpg?itok=x1", "河边社"),
        ("inline", "two.jpg", None),
    ]
    assert not [link for link in found.links if "/file/" in link.href]


def test_a_card_s_picture_is_not_the_page_s():
    found = read(page("<p>一。</p>", cards=related(3)))
    assert [item.role for item in found.media] == ["inline"]


@pytest.mark.parametrize(
    ("line", "body", "expected"),
    [
        pytest.param("茶泡客", "<p>一。</p>", [("author", "茶泡客", "10")], id="who posted it"),
        pytest.param("Anonymous", "<p>一。</p>", [], id="nobody"),
        pytest.param("匿名", "<p>一。</p>", [], id="nobody, in Chinese"),
        pytest.param(
            "Anonymous", "<p>文/墨渡</p><p>一。</p>", [("author", "墨渡", None)], id="the first line"
        ),
        pytest.param(
            "Anonymous",
            "<p><em>文/ Ada Marsh  翻译/茶泡</em></p><p>一。</p>",
            [("author", "Ada Marsh", None), ("translator", "茶泡", None)],
            id="and who translated",
        ),
        pytest.param(
            "茶泡客",
            "<p>（茶壶史）</p><p>一。</p><p>（作者：墨渡，渡船史学者）</p>",
            [("author", "墨渡", None)],
            id="the last line, before the account",
        ),
        pytest.param(
            "茶泡客",
            "<p>（泡泡特约－作者：墨渡）一。</p>",
            [("author", "墨渡", None)],
            id="before the sentence",
        ),
        pytest.param(
            "茶泡客", "<p>（泡泡特约）（作者墨渡）一。</p>", [("author", "墨渡", None)], id="without a colon"
        ),
        pytest.param("茶泡客", "<p>（泡泡特约）一。</p>", [("author", "茶泡客", "10")], id="names nobody"),
        pytest.param(
            "茶泡客",
            "<p>一。</p><p>编辑/墨渡</p>",
            [("author", "茶泡客", "10"), ("editor", "墨渡", None)],
            id="only who edited",
        ),
        pytest.param(
            "茶泡客", "<p>一。</p><p>本文经作者授权转载</p>", [("author", "茶泡客", "10")], id="no credit"
        ),
    ],
)
def test_who_wrote(line, body, expected):
    found = read(page(body), line=line)
    assert people(found) == expected
    assert list(found.authors) == [name for role, name, _ in expected if role == "author"]
    assert found.author_line == line


def test_comments_have_ids_parents_times_titles_and_names():
    found = read(
        page(
            "<p>一。</p>",
            comments=comment(172, "<p>好茶。<br/>再来。</p>", title="好茶")
            + indented(comment(392, "<p>同意。</p>", name="Ada Marsh (未验证)", answers=172))
            + comment(500, '<p>见<a href="https://spouts.example/1">此</a>。</p>', answers=499),
        )
    )
    assert [
        (c.site_comment_id, c.key, c.parent_key, c.title, c.author_line, c.body_text) for c in found.comments
    ] == [
        ("172", "172/1", None, "好茶", "墨渡", "好茶。\n再来。"),
        ("392", "392/1", "172/1", "茶", "Ada Marsh", "同意。"),
        ("500", "500/1", None, "茶", "墨渡", "见此。"),
    ]
    assert found.comments[0].published_at == datetime(2014, 5, 2, 6, 17, 44, tzinfo=UTC)
    assert [c.credits for c in found.comments[:2]] == [
        (Credit("墨渡", "commenter"),),
        (Credit("Ada Marsh", "commenter"),),
    ]
    assert [c.by_node_author for c in found.comments] == [False, False, False]
    assert links(found.comments[2]) == [("comment", "external", "https://spouts.example/1", "此")]
    assert [c.spam_signals for c in found.comments] == [(), (), ()]
    assert found.body_text == "一。"


def test_a_commenter_who_is_anonymous_is_nobody():
    (found,) = read(
        page("<p>一。</p>", comments=comment(1, "<p>好。</p>", name="Anonymous (未验证)"))
    ).comments
    assert (found.author_line, found.credits) == ("Anonymous", ())


def test_a_commenter_with_an_account_has_a_page_and_may_have_posted_the_article():
    (found,) = read(
        page(
            "<p>一。</p>",
            comments=comment(7, "<p>好。</p>", classes="comment-by-node-author").replace(
                '<span class="username">墨渡 (未验证)</span>', '<a class="username" href="/users/mo">墨渡</a>'
            ),
        )
    ).comments
    assert found.by_node_author
    assert found.credits == (Credit("墨渡", "commenter", slug="mo", profile_url=f"{SITE}/users/mo"),)


def test_a_commenter_s_own_page_elsewhere_is_no_profile():
    (found,) = read(
        page(
            "<p>一。</p>",
            comments=comment(7, "<p>好。</p>").replace(
                '<span class="username">墨渡 (未验证)</span>',
                '<a class="username" href="https://pills.example/author/1">墨渡</a>',
            ),
        )
    ).comments
    assert found.credits == (Credit("墨渡", "commenter"),)


def test_comments_with_one_id_are_told_apart_and_none_answers_itself():
    found = read(
        page(
            "<p>一。</p>",
            comments=comment(3, "<p>甲。</p>", answers=3) + comment(3, "<p>乙。</p>", answers=3),
        )
    )
    assert [(c.key, c.parent_key) for c in found.comments] == [("3/1", None), ("3/2", "3/1")]


def test_markup_in_a_comment_is_no_part_of_the_page():
    found = read(
        page(
            "<p>一。</p>",
            comments=comment(
                1, '<div class="comment-time"><span content="1999-01-01T00:00:00Z">x</span></div><p>好。</p>'
            ),
        )
    )
    assert found.comments[0].published_at == datetime(2014, 5, 2, 6, 17, 44, tzinfo=UTC)


# Spam.


def told(text, *, title="茶", name="墨渡", to=()):
    return Told(
        title, name, text, tuple(Link("comment", href, "external", label, None) for href, label in to)
    )


PILLS = ("https://pills.example/buy", "https://pills.example/buy")
MANY = [(f"https://shop{n}.example/", f"https://shop{n}.example/") for n in range(10)]


@pytest.mark.parametrize(
    ("comment_told", "codes"),
    [
        pytest.param(told('<a href="https://pills.example">pot</a>'), ["link_markup"], id="HTML, as typed"),
        pytest.param(told("[url=https://pills.example]pot[/url]"), ["link_markup"], id="BBCode, as typed"),
        pytest.param(told("Nice blog.", title="茶壶 | 泡泡"), ["page_title"], id="a page's title"),
        pytest.param(told("好多链接", to=MANY), ["many_links"], id="ten links"),
        pytest.param(
            told("https://pills.example/buy - pot", title="c01azis0", to=[PILLS]),
            ["random_title"],
            id="by lot",
        ),
        pytest.param(
            told("Tea Pots https://pills.example/buy - Click here!..", title="Tea Pots", to=[PILLS]),
            ["title_around_link"],
            id="title, link and invitation",
        ),
        pytest.param(
            told("茶壶|茶杯 https://pills.example/buy - 茶壶|茶杯!", title="茶壶|茶杯", to=[PILLS]),
            ["title_around_link"],
            id="title around a link, in Chinese",
        ),
        pytest.param(
            told(
                "I found this very useful indeed, thank you so much.",
                title="cheap tea pots",
                name="cheap tea pots",
                to=[PILLS],
            ),
            ["signed_with_title"],
            id="called like the title",
        ),
        pytest.param(
            told(
                "I found this very useful indeed, thank you so much.",
                title="cheap tea pots from afar",
                name="cheap tea po...",
                to=[PILLS],
            ),
            ["signed_with_title"],
            id="called like the title, cut",
        ),
        pytest.param(told("viagra for viagra, viagra", to=[PILLS]), ["goods"], id="goods"),
    ],
)
def test_each_rule_for_spam(comment_told, codes):
    assert list(spam_signals(comment_told, URL)) == codes


@pytest.mark.parametrize(
    "comment_told",
    [
        pytest.param(told("写得真好，谢谢。"), id="praise"),
        pytest.param(
            told("https://news.example/1", to=[("https://news.example/1",) * 2]), id="a source alone"
        ),
        pytest.param(
            told("see https://news.example/1", to=[("https://news.example/1",) * 2]),
            id="a source, in English",
        ),
        pytest.param(
            told("对比 https://a.example/ 和 https://b.example/ 以及其他三篇", to=MANY[:5]), id="five sources"
        ),
        pytest.param(
            told("我试了 <a href='x'>链接</a>，不能用。", to=[PILLS]), id="markup in a Chinese sentence"
        ),
        pytest.param(
            told("Great piece on porn filters", title="porn", to=[PILLS]), id="about what is sold, once"
        ),
        pytest.param(told("关于 porn、porn 和 porn 的封锁", to=[PILLS]), id="about what is sold, in Chinese"),
        pytest.param(
            told("推荐阅读\nhttps://pills.example/buy", title="推荐阅读", to=[PILLS]),
            id="the site made the title",
        ),
        pytest.param(told("iPhone tip", title="iphone6s"), id="eight letters and digits without a link"),
        pytest.param(told("Same here", title="windows7", to=[PILLS]), id="a word and a number, with a link"),
        pytest.param(told("Nice", title="Ada", name="Ada", to=[PILLS]), id="a name of one word as title"),
        pytest.param(
            told("站内", to=[(f"{SITE}/article/{n}", "见") for n in range(20)]), id="many pages of this site"
        ),
        pytest.param(told(""), id="nothing"),
    ],
)
def test_a_reader_s_comment_is_not_marked(comment_told):
    assert spam_signals(comment_told, URL) == ()


def test_a_comment_s_signals_come_from_its_shown_text_and_its_links():
    (found,) = read(
        page(
            "<p>一。</p>",
            comments=comment(
                5,
                '<p>&lt;a href="<a href=\'https://pills.example/"&gt;pot\'>https://pills.example/"&gt;pot</a>'
                "&lt;/a&gt;</p>",
                name="DenHag (未验证)",
                title="wmqxmoex",
            ),
        )
    ).comments
    assert found.spam_signals == ("link_markup",)
    assert [link.kind for link in found.links] == ["external"]


@settings(derandomize=True, database=None)
@given(st.text(), st.text(), st.text(), st.lists(st.tuples(st.text(), st.text() | st.none()), max_size=12))
def test_the_rules_take_any_text(title, name, text, to):
    found = Told(title, name, text, tuple(Link("comment", href, "external", at, None) for href, at in to))
    assert set(spam_signals(found, URL)) <= set(SPAM_RULES)


# Traps of shared/gold/traps.json.


def test_20_fifty_of_396_comments_are_in_the_post():
    def spam(number, **told):
        link = f'<a href="https://pills.example/{number}">https://pills.example/{number}</a>'
        return comment(number, f"<p>&lt;a href={link}&gt;pot&lt;/a&gt;</p>", month="2019-04", **told)

    html = page(
        "<p>一。</p>",
        comments=spam(275) + indented(spam(392, answers=275)) + "".join(map(spam, range(400, 448))),
    )
    assert 'content="396" property="sioc:num_replies"' in html
    rows = tables(
        raw(prettified_post(html, url=URL, author="茶泡客")),
        readings={SOURCE: Reading({"teabubbles.example": "paopao"})},
    )
    article, said = only(rows["articles"]), rows["comments"]
    assert (article["profile"], article["authors"]) == ("paopao", ["茶泡客"])
    assert (article["comment_count"], article["body_text"]) == (50, "一。")
    assert said["parent_comment_id"].null_count() == 49
    (answered,) = said.filter(site_comment_id="275")["comment_id"]
    assert only(said.filter(site_comment_id="392"))["parent_comment_id"] == answered
    assert said["is_suspected_spam"].all()
    assert set(said["published_at"].dt.strftime("%Y-%m")) == {"2019-04"}
    assert rows["links"].filter(kind="external")["region"].to_list() == ["comment"] * 50


def test_21_the_author_is_in_the_text_and_cards_are_not():
    spam = "<p>&lt;a href=https://pills.example&gt;pot&lt;/a&gt;</p>"
    found = read(
        page(
            "<p>文/墨渡</p><p>铜壶。</p>",
            byline=author("Anonymous", 0),
            cards=related(3, 4, 5, 6),
            comments="".join(comment(n, spam, name=f"Nick{n} (未验证)") for n in (1, 2, 3, 4)),
        ),
        line="Anonymous",
    )
    assert (found.author_line, found.authors) == ("Anonymous", ("墨渡",))
    assert found.body_text == "文/墨渡\n\n铜壶。"
    assert [link.region for link in found.links if link.text != "Anonymous"] == ["card"] * 8
    assert media(found) == [("card", "inline", f"{n}.jpg") for n in (3, 4, 5, 6)]
    assert [(c.author_line, c.credits) for c in found.comments] == [
        (name, (Credit(name, "commenter"),)) for name in ("Nick1", "Nick2", "Nick3", "Nick4")
    ]
    assert all(c.spam_signals for c in found.comments)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>一。</p>",
        '<div class="field-name-body"></div>',
        '<div class="comment-wrapper">',
        '<div class="related field-name-body comment-wrapper comment">x',
        '<div class="comment">' * 2_000,
        '<div class="media-element-container">' * 2_000,
        comment(1, "<p>好。</p>") * 3,
    ],
)
def test_any_markup_is_read(html):
    found = read_post(simple_post(html, url=URL))
    paopao.read_page(found, URL)


def test_a_page_without_the_site_s_fields_is_text_all_the_same():
    found = read_post(simple_post("<p>一。</p><p>二。</p>", url=URL))
    assert paopao.read_page(found, URL).body_text == "一。\n\n二。"
