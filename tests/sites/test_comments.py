# ruff: noqa: E501 - markup stands on the lines on which the engines write it

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.posts import dates
from pipeline.posts.post import Post
from pipeline.sites import generic
from pipeline.sites.page import Credit
from tests.sites import engine_pages
from tests.sites.engine_pages import BODY, TEXT

URL = "https://towpath.example/2021/teapots"


def read(html, url=URL):
    return generic.read_page(Post(url, "Nine Teapots", None, dates.UNKNOWN, None, (), html, False, ()), url)


def comments(html):
    return read(html).comments


def at(day, hour, minute=0):
    return datetime(2021, 5, day, hour, minute, tzinfo=UTC)


def said(found):
    """The comments in short: id, id of the one answered, author, time, text."""
    ids = {comment.key: comment.site_comment_id for comment in found}
    return [
        (c.site_comment_id, ids.get(c.parent_key), c.author_line, c.published_at, c.body_text) for c in found
    ]


THREE = [
    ("41", None, "Ben Ford", at(4, 9), "Mine drips."),
    ("42", "41", "Ada Marsh", at(4, 9), "Turn it."),
    ("43", None, "Dot", at(5, 7, 30), "Ten."),
]
FLAT = [(number, None, *rest) for number, _, *rest in THREE]
POSTS = [(str(n), None, *rest) for n, (_, _, *rest) in enumerate(THREE, start=2)]


@pytest.mark.parametrize(
    ("engine", "conversation"),
    [
        pytest.param(engine_pages.wordpress, THREE, id="WordPress"),
        pytest.param(engine_pages.kubrick, FLAT, id="WordPress before 2.7, which had no threads"),
        pytest.param(engine_pages.drupal7, THREE, id="Drupal 7"),
        pytest.param(engine_pages.drupal8, THREE, id="Drupal 8"),
        pytest.param(engine_pages.blogger, THREE, id="Blogger"),
        pytest.param(engine_pages.old_blogger, FLAT, id="Blogger before 2012, which has no threads"),
        pytest.param(engine_pages.jekyll, THREE, id="Disqus, as a browser renders it"),
        pytest.param(engine_pages.hugo, THREE, id="Isso"),
        pytest.param(engine_pages.discourse, POSTS, id="Discourse, which has no threads"),
        pytest.param(engine_pages.old_discourse, POSTS, id="Discourse 2"),
        pytest.param(engine_pages.mastodon, FLAT, id="microformats, which have no threads"),
        pytest.param(engine_pages.news, THREE, id="JSON-LD"),
    ],
)
def test_the_comments_of_a_common_engine(engine, conversation):
    found = read(engine())
    assert said(found.comments) == conversation
    assert all(text not in found.body_text for *_, text in conversation)
    drips = [(link.region, link.href) for link in found.comments[0].links if link.text == "drips"]
    assert drips == [("comment", "https://drip.example/")]


def test_comments_whose_time_is_known_to_the_day():
    found = comments(engine_pages.substack())
    assert [(c.site_comment_id, c.author_line, c.published_at, c.body_text) for c in found] == [
        ("41", "Ben Ford", at(4, 9), "Mine drips."),
        ("42", "Ada Marsh", at(4, 9), "Turn it."),
        ("43", "Dot", at(4, 9), "Ten."),
    ]
    assert [c.parent_key for c in found] == [None, found[0].key, None]


# Who wrote them


@pytest.mark.parametrize(
    ("engine", "credit"),
    [
        pytest.param(
            engine_pages.wordpress,
            Credit(
                "Ben Ford",
                "commenter",
                profile_url="https://ben.example/",
                photo_url="https://secure.gravatar.com/avatar/41?s=120",
            ),
            id="WordPress: the site that the commenter names",
        ),
        pytest.param(
            engine_pages.blogger,
            Credit("Ben Ford", "commenter", profile_url="https://www.blogger.com/profile/41"),
            id="Blogger: no picture, for it is a placeholder",
        ),
        pytest.param(engine_pages.drupal7, Credit("Ben Ford", "commenter"), id="Drupal 7"),
        pytest.param(engine_pages.drupal8, Credit("Ben Ford", "commenter", kind="person"), id="Drupal 8"),
        pytest.param(
            engine_pages.discourse,
            Credit(
                "Ben Ford",
                "commenter",
                slug="ben",
                profile_url="https://forum.example/u/ben",
                kind="person",
            ),
            id="Discourse: a profile of the site, so with a slug",
        ),
        pytest.param(
            engine_pages.jekyll,
            Credit(
                "Ben Ford",
                "commenter",
                profile_url="https://disqus.example/by/u41/",
                photo_url="https://avatars.example/u41.jpg",
            ),
            id="Disqus",
        ),
        pytest.param(
            engine_pages.mastodon,
            Credit(
                "Ben Ford",
                "commenter",
                slug="@ben",
                profile_url="https://social.example/@ben",
                photo_url="https://social.example/avatars/ben.png",
            ),
            id="Mastodon",
        ),
    ],
)
def test_who_wrote_a_comment(engine, credit):
    url = {"discourse": "https://forum.example/t/9", "mastodon": "https://social.example/@ada/9"}
    assert read(engine(), url.get(engine.__name__, URL)).comments[0].credits == (credit,)


def test_an_author_s_link_and_picture_are_of_the_profile_and_buttons_of_a_field():
    (first, *_) = comments(engine_pages.jekyll())
    assert [(link.region, link.text) for link in first.links] == [
        ("comment", "drips"),
        ("profile", None),
        ("profile", "Ben Ford"),
        ("field", "a year ago"),
        ("field", "Reply"),
    ]
    assert [(item.region, item.role) for item in first.media] == [("profile", "profile")]


@pytest.mark.parametrize(
    ("engine", "by"),
    [
        (engine_pages.wordpress, [False, True, False]),
        (engine_pages.drupal7, [False, True, False]),
        (engine_pages.drupal8, [False, True, False]),
        (engine_pages.blogger, [None, None, None]),
        (engine_pages.discourse, [None, None, None]),
    ],
)
def test_whether_the_page_s_author_posted_a_comment(engine, by):
    assert [comment.by_node_author for comment in comments(engine())] == by


@pytest.mark.parametrize("engine", [engine_pages.drupal7, engine_pages.drupal8])
def test_a_comment_has_a_title_where_the_site_has_one(engine):
    assert [comment.title for comment in comments(engine())] == ["Drips", "Turn", "Ten"]


# Other markup

LIST = f"<div>{BODY}</div>"


@pytest.mark.parametrize(
    ("html", "conversation"),
    [
        pytest.param(
            '<ol class="commentlist"><li class="comment even depth-1" id="comment-41">'
            '<div id="div-comment-41" class="comment-body"><div class="comment-author vcard">'
            '<img class="avatar" src="/a.png"><cite class="fn"><a href="https://ben.example/" rel="external nofollow" '
            'class="url">Ben Ford</a></cite> <span class="says">says:</span></div>'
            '<div class="comment-meta commentmetadata"><a href="#comment-41">May 4, 2021 at 9:00 am</a></div>'
            '<p>Mine drips.</p><div class="reply"><a class="comment-reply-link" href="#">Reply</a></div></div>'
            '<ul class="children"><li class="comment odd depth-2" id="comment-42"><div class="comment-body">'
            '<div class="comment-author vcard"><cite class="fn">Ada Marsh</cite> <span class="says">says:</span></div>'
            '<div class="comment-meta commentmetadata"><a href="#comment-42">May 4, 2021 at 9:00 am</a></div>'
            "<p>Turn it.</p></div></li></ul></li></ol>",
            THREE[:2],
            id="WordPress before HTML5",
        ),
        pytest.param(
            '<ol class="commentlist"><li class="alt" id="comment-41"><cite><a href="https://ben.example/">Ben Ford'
            '</a></cite> Says:<br><small class="commentmetadata"><a href="#comment-41">May 4th, 2021 at 9:00 am</a>'
            "</small><p>Mine drips.</p></li></ol>",
            THREE[:1],
            id="WordPress's Kubrick",
        ),
        pytest.param(
            '<div class="comments"><div class="comment depth-1" id="comment-41"><b class="fn">Ben Ford</b>'
            '<div class="comment-content">Mine drips.</div></div><div class="comment depth-2" id="comment-42">'
            '<b class="fn">Ada Marsh</b><div class="comment-content">Turn it.</div></div>'
            '<div class="comment depth-1" id="comment-43"><b class="fn">Dot</b>'
            '<div class="comment-content">Ten.</div></div></div>',
            [(number, parent, name, None, text) for number, parent, name, _, text in THREE],
            id="threads told by depth",
        ),
        pytest.param(
            '<div id="comments"><div class="comment" data-comment-id="41"><span class="author">Ben Ford</span>'
            '<p class="comment-text">Mine drips.</p></div><div class="comment" data-comment-id="42" '
            'data-parent-id="41"><span class="author">Ada Marsh</span><p class="comment-text">Turn it.</p></div></div>',
            [(number, parent, name, None, text) for number, parent, name, _, text in THREE[:2]],
            id="threads told by an attribute",
        ),
        pytest.param(
            '<ul id="dsq-comments"><li class="comment" id="dsq-comment-41"><div id="dsq-comment-header-41" '
            'class="dsq-comment-header"><cite id="dsq-cite-41"><a id="dsq-author-user-41" href="https://ben.example/">'
            'Ben Ford</a></cite></div><div id="dsq-comment-body-41" class="dsq-comment-body">'
            '<div id="dsq-comment-message-41" class="dsq-comment-message"><p>Mine drips.</p></div></div>'
            '<ul class="children"><li class="comment" id="dsq-comment-42"><div class="dsq-comment-header">'
            '<cite id="dsq-cite-42"><span id="dsq-author-user-42">Ada Marsh</span></cite></div>'
            '<div class="dsq-comment-body"><div class="dsq-comment-message"><p>Turn it.</p></div></div></li></ul>'
            "</li></ul>",
            [(number, parent, name, None, text) for number, parent, name, _, text in THREE[:2]],
            id="Disqus, as its plugin renders it",
        ),
        pytest.param(
            '<disqus xmlns:dsq="http://disqus.example/internals"><thread dsq:id="9"><id>9</id></thread>'
            '<post dsq:id="41"><id /><message><![CDATA[<p>Mine drips.</p>]]></message>'
            "<createdAt>2021-05-04T09:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>"
            "<author><name>Ben Ford</name><isAnonymous>true</isAnonymous></author>"
            '<thread dsq:id="9" /></post><post dsq:id="42"><id /><message><![CDATA[<p>Turn it.</p>]]></message>'
            "<createdAt>2021-05-04T09:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>"
            '<author><name>Ada Marsh</name></author><thread dsq:id="9" /><parent dsq:id="41" /></post></disqus>',
            THREE[:2],
            id="an export of Disqus",
        ),
        pytest.param(
            '<div id="commento"><div id="commento-comments-area"><div id="commento-comment-card-5f3e9a00" '
            'class="commento-card"><div class="commento-header"><a class="commento-name" href="https://ben.example/">'
            'Ben Ford</a><div class="commento-subtitle"><div class="commento-timeago" title="2021-05-04T09:00:00Z">'
            'two years ago</div></div></div><div><div class="commento-body"><div><p>Mine drips.</p></div></div>'
            '<div class="commento-options"><button>reply</button></div></div>'
            '<div class="commento-card-children"><div id="commento-comment-card-5f3e9a01" class="commento-card">'
            '<div class="commento-header"><div class="commento-name">Ada Marsh</div></div>'
            '<div class="commento-body"><p>Turn it.</p></div></div></div></div></div></div>',
            [
                ("5f3e9a00", None, "Ben Ford", at(4, 9), "Mine drips."),
                ("5f3e9a01", "5f3e9a00", "Ada Marsh", None, "Turn it."),
            ],
            id="Commento",
        ),
        pytest.param(
            '<div class="gsc-timeline"><div class="gsc-comment"><div><div class="gsc-comment-header">'
            '<div class="gsc-comment-author"><a class="gsc-comment-author-avatar" href="https://hub.example/ben">'
            '<img src="https://hub.example/ben.png"><span class="link-primary">Ben Ford</span></a>'
            '<a href="https://hub.example/9#c41"><time datetime="2021-05-04T09:00:00Z">May 4, 2021</time></a></div></div>'
            '<div class="markdown gsc-comment-content"><p>Mine drips.</p></div></div><div class="gsc-replies">'
            '<div class="gsc-reply"><a class="gsc-comment-author-avatar gsc-comment-author" href="https://hub.example/ada">'
            '<span>Ada Marsh</span></a><div class="gsc-reply-content"><p>Turn it.</p></div></div></div></div></div>',
            [
                (None, None, "Ben Ford", at(4, 9), "Mine drips."),
                (None, None, "Ada Marsh", None, "Turn it."),
            ],
            id="giscus",
        ),
        pytest.param(
            '<main class="timeline"><article class="timeline-comment"><a class="avatar" href="https://hub.example/ben"><img src="/ben.png"></a>'
            '<div class="comment"><header class="comment-header"><span class="comment-meta"><a class="text-link" href="https://hub.example/ben">'
            '<strong>Ben Ford</strong></a> commented <a class="text-link" href="/9#c41"><time datetime="2021-05-04T09:00:00Z">on May 4</time></a>'
            '</span></header><div class="markdown-body"><p>Mine drips.</p></div></div></article></main>',
            [(None, None, "Ben Ford", at(4, 9), "Mine drips.")],
            id="utterances",
        ),
        pytest.param(
            '<ol class="search-results__list"><li class="annotation-card"><header class="annotation-card__header">'
            '<div class="annotation-card__username-timestamp"><a class="annotation-card__username" href="/users/ben">'
            'Ben Ford</a><a class="annotation-card__timestamp" href="/a/x1" title="2021-05-04T09:00:00Z">4 May</a></div>'
            '</header><section class="annotation-card__content"><blockquote class="annotation-card__quote">The ninth'
            '</blockquote><div class="annotation-card__text"><p>Mine drips.</p></div></section></li></ol>',
            [(None, None, "Ben Ford", at(4, 9), "Mine drips.")],
            id="annotations",
        ),
        pytest.param(
            '<div itemprop="comment" itemscope itemtype="https://schema.org/Comment" id="comment-41">'
            '<span itemprop="author" itemscope itemtype="https://schema.org/Person"><span itemprop="name">Ben Ford'
            '</span></span> <meta itemprop="dateCreated" content="2021-05-04T09:00:00Z">'
            '<div itemprop="text">Mine drips.</div><div itemprop="comment" itemscope '
            'itemtype="https://schema.org/Comment" id="comment-42"><b itemprop="author">Ada Marsh</b>'
            '<time itemprop="dateCreated" datetime="2021-05-04T09:00:00Z">then</time>'
            '<div itemprop="text">Turn it.</div></div></div>',
            THREE[:2],
            id="schema.org in microdata",
        ),
        pytest.param(
            '<section id="comments"><h2>2 comments</h2><div><div class="comment">'
            '<p class="meta"><a class="author" href="/users/ben">Ben Ford</a>, '
            '<time datetime="2021-05-04T09:00:00Z">4 May</time></p><p>Mine drips.</p></div></div></section>',
            [(None, None, "Ben Ford", at(4, 9), "Mine drips.")],
            id="any other list",
        ),
        pytest.param(
            '<section id="comments"><h2>2 comments</h2><div><div class="comment">'
            '<p class="comment-meta"><a class="author" href="/users/ben">Ben Ford</a>, '
            '<time datetime="2021-05-04T09:00:00Z">4 May</time></p><p>Mine drips.</p><p>Still.</p></div></div></section>',
            [(None, None, "Ben Ford", at(4, 9), "Mine drips.\n\nStill.")],
            id="any other list: nothing names the text, so it is what is left",
        ),
        pytest.param(
            '<ol class="comment-list"><li class="pingback" id="comment-41"><div class="comment-body">Pingback: '
            '<a href="https://cups.example/" class="url">Ten Cups</a></div></li></ol>',
            [("41", None, None, None, "Pingback: Ten Cups")],
            id="a pingback, which nobody signs",
        ),
    ],
)
def test_comments_in_other_markup(html, conversation):
    found = read(LIST + html)
    assert said(found.comments) == conversation
    assert found.body_text == TEXT


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<pre><span class="comment"># a comment</span></pre>', id="in program text"),
        pytest.param(
            '<div class="comment"><p>The editors add a word.</p></div>', id="a box outside any list"
        ),
        pytest.param(
            '<section id="comments"><h2>On comments</h2><p>They are a part of HTTP.</p></section>' * 9,
            id="a chapter",
        ),
        pytest.param('<p id="comment-4">A paragraph.</p>', id="a paragraph with such an id"),
        pytest.param('<ul class="comment-list"></ul>', id="an empty list"),
        pytest.param('<article id="post-9" class="post"><p>Nine.</p></article>', id="a post with its id"),
    ],
)
def test_what_is_no_comment(html):
    assert comments(LIST + html) == ()


def test_text_that_is_called_a_comment_but_is_in_no_list_stays_text():
    assert "a word" in read(LIST + '<div class="comment"><p>The editors add a word.</p></div>').body_text


def test_a_comment_has_a_key_that_later_comments_do_not_change():
    def one(text):
        return f'<div class="comment"><b class="fn">Dot</b><p class="comment-text">{text}</p></div>'

    first = comments(f'<div id="comments">{one("Ten.")}{one("Ten.")}</div>')
    later = comments(f'<div id="comments">{one("Before.")}{one("Ten.")}{one("Ten.")}</div>')
    assert len({comment.key for comment in first}) == 2
    assert [comment.key for comment in later[1:]] == [comment.key for comment in first]


def test_a_comment_that_an_export_marks_as_spam_or_deleted():
    export = "".join(
        f'<post dsq:id="{n}"><message><![CDATA[<p>Ten.</p>]]></message><isDeleted>{deleted}</isDeleted>'
        f"<isSpam>{spam}</isSpam></post>"
        for n, deleted, spam in ((1, "false", "true"), (2, "true", "false"))
    )
    found = comments(f'<disqus xmlns:dsq="x">{export}</disqus>')
    assert [(c.spam_signals, c.body_text) for c in found] == [(("marked_by_site",), "Ten."), ((), None)]


def test_json_ld_is_asked_only_where_the_markup_has_no_comment():
    data = json.dumps({"@type": "Article", "comment": [{"@type": "Comment", "text": "Eleven."}]})
    script = f'<script type="application/ld+json">{data}</script>'
    listed = '<ol class="comment-list"><li class="comment" id="comment-1"><p>Ten.</p></li></ol>'
    assert [c.body_text for c in comments(LIST + script)] == ["Eleven."]
    assert [c.body_text for c in comments(LIST + script + listed)] == ["Ten."]


def test_the_text_of_a_stated_comment_is_html_or_text_and_never_acts():
    data = json.dumps(
        {"@type": "Article", "comment": [{"@type": "Comment", "text": "<b>a</b><img src=x onerror=y> < c"}]}
    )
    (found,) = comments(f'{LIST}<script type="application/ld+json">{data}</script>')
    assert found.body_text == "a < c"
    assert "onerror" not in found.body_html


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "@type @id @graph comment author name text dateCreated datePublished url headline keywords image "
                "identifier license articleSection mainEntity publisher".split()
            ),
            inner | st.sampled_from(["Article", "Comment", "Person", "2021-05-03", "https://a.example/"]),
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(ANY)
@settings(max_examples=150, deadline=None)
def test_no_json_ld_breaks_a_page(data):
    text = json.dumps(data).replace("<", "\\u003c")
    found = read(f'{LIST}<script type="application/ld+json">{text}</script>')
    assert found.body_text == TEXT
    keys = [comment.key for comment in found.comments]
    assert len(keys) == len(set(keys))
    assert all(comment.parent_key in {None, *keys} for comment in found.comments)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 100_000, id="too deep"),
        pytest.param('{"@graph":' * 5_000 + "1" + "}" * 5_000, id="too deep, closed"),
        pytest.param('{"@type": "Article", "wordCount": ' + "9" * 5_000 + "}", id="a number without end"),
        pytest.param('{"@type": "Article", "name": NaN}', id="NaN"),
        pytest.param('{"@type": "Article", "author": Infinity}', id="Infinity"),
        pytest.param('{"@type": "Article", "name": "Ten",}', id="no JSON"),
        pytest.param("", id="empty"),
        pytest.param('{"@type": "Article", "name": "\\ud800"}', id="half a character"),
    ],
)
def test_json_ld_that_cannot_be_read_says_nothing(text):
    found = read(f'{LIST}<script type="application/ld+json">{text}</script>')
    assert (found.body_text, found.title, found.authors) == (TEXT, "Nine Teapots", ())
