from __future__ import annotations

import re
import time
import unicodedata

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.render import Rendered, inline_text, render
from pipeline.markup.soup import make_soup

PAGE = "https://delta.example/2021/low-tide"
REL = 'rel="nofollow noopener noreferrer"'


def rendered(markup, **options):
    return render(make_soup(markup), PAGE, **options)


def text(markup, **options):
    return rendered(markup, **options).text


def html(markup, **options):
    return rendered(markup, **options).html


def test_one_walk_gives_the_text_and_the_html():
    assert rendered(
        '<div onclick="x()"><h2>Low Tide</h2> <p>The river\nis <b class="b">low</b>.</p></div>'
    ) == Rendered(
        text="Low Tide\n\nThe river is low.",
        html="<div><h2>Low Tide</h2><p>The river is <b>low</b>.</p></div>",
    )


@pytest.mark.parametrize(
    "markup",
    [
        "",
        " \n\t",
        "<p></p>",
        "<p> &nbsp; <br></p>",
        "\u200b\ufeff",
        '<img src="/a.jpg" alt="A river">',
        "<script>x</script>",
        "<!-- Low tide -->",
        "<p hidden>Low tide</p>",
        "<div><video>Low tide</video></div>",
        "&#7;",
    ],
)
def test_what_shows_no_text_has_neither(markup):
    assert rendered(markup) == Rendered(None, None)


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        pytest.param(
            "Low<div>tide</div>at Reed", "Low\ntide\nat Reed", id="a block stands on lines of its own"
        ),
        pytest.param("<div>Low</div><div>tide</div>", "Low\ntide", id="between two blocks is one line break"),
        pytest.param("<div><div>Low</div></div>\n<div><div>tide</div></div>", "Low\ntide", id="however deep"),
        pytest.param("<p>Low</p><p>tide</p>", "Low\n\ntide", id="paragraphs are an empty line apart"),
        pytest.param("<p>Low</p>tide", "Low\n\ntide", id="also from what is no paragraph"),
        pytest.param("<h1>Low</h1><p>tide</p>", "Low\n\ntide", id="headings too"),
        pytest.param("Low<blockquote>tide</blockquote>", "Low\n\ntide", id="quotations too"),
        pytest.param(
            "<p>Low</p><p></p><p>&nbsp;</p><p>tide</p>", "Low\n\ntide", id="empty paragraphs add nothing"
        ),
        pytest.param("Low<hr>tide", "Low\ntide", id="a rule"),
        pytest.param("<center>Low</center>tide", "Low\ntide", id="old tags"),
        pytest.param(
            "Low <span>tide</span> at<b> Reed</b>", "Low tide at Reed", id="inline tags make no line"
        ),
        pytest.param(
            "<span>Low<div>tide</div>at Reed</span>", "Low\ntide\nat Reed", id="a block in an inline tag"
        ),
        pytest.param(
            "<ul><li>Low<ul><li>tide</li></ul></li><li>Reed</li></ul>", "Low\ntide\nReed", id="lists in lists"
        ),
        pytest.param("<dl><dt>Low</dt><dd>tide</dd></dl>", "Low\ntide", id="definitions"),
        pytest.param(
            "<figure><img src=1><figcaption>Low tide</figcaption></figure>Reed",
            "Low tide\n\nReed",
            id="captions",
        ),
        pytest.param("<details><summary>Low</summary>tide</details>", "Low\ntide", id="closed details"),
    ],
)
def test_blocks_are_lines(markup, shown):
    assert text(markup) == shown


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        pytest.param("Low<br>tide", "Low\ntide", id="one"),
        pytest.param("Low<br><br>tide", "Low\n\ntide", id="two"),
        pytest.param("Low<br><br><br>tide", "Low\n\ntide", id="no more than one empty line"),
        pytest.param("Low <br>\n tide", "Low\ntide", id="white space around it"),
        pytest.param("Low<br/><b><br></b>tide", "Low\n\ntide", id="in an inline tag"),
        pytest.param("<div>Low<br></div>tide", "Low\ntide", id="at a block's end"),
        pytest.param("<p>Low<br></p><p>tide</p>", "Low\n\ntide", id="at a paragraph's end"),
        pytest.param("<br>Low tide<br>", "Low tide", id="around everything"),
    ],
)
def test_br_is_a_line_break(markup, shown):
    assert text(markup) == shown


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        pytest.param("<pre>Low\n  tide\tat\n\nReed</pre>", "Low\n  tide\tat\n\nReed", id="as written"),
        pytest.param("<pre>\nLow tide</pre>", "Low tide", id="but for the first line end"),
        pytest.param("<pre>\n<code>Low\n  tide\n</code></pre>", "Low\n  tide", id="in an inline tag"),
        pytest.param("Reed:<pre>Low</pre>tide", "Reed:\n\nLow\n\ntide", id="a paragraph of its own"),
        pytest.param("<pre>Low<br>\ntide</pre>", "Low\n\ntide", id="a line end behind <br>"),
        pytest.param("<pre>Low</pre><p>tide  at\nReed</p>", "Low\n\ntide at Reed", id="it ends"),
        pytest.param("<xmp>Low  <b>tide</b></xmp>", "Low  <b>tide</b>", id="<xmp>"),
    ],
)
def test_preformatted_text_keeps_its_white_space(markup, shown):
    assert text(markup) == shown


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        pytest.param(
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
            "a\tb\nc\td",
            id="cells and rows",
        ),
        pytest.param(
            "<table>\n <tr>\n  <td> a </td>\n  <td> b </td>\n </tr>\n</table>",
            "a\tb",
            id="white space between them",
        ),
        pytest.param(
            "<table><tr><th></th><th>High</th></tr><tr><td>Reed</td><td>12</td></tr></table>",
            "High\nReed\t12",
            id="an empty first cell",
        ),
        pytest.param(
            "<table><tr><td>a</td><td></td><td>c</td></tr></table>", "a\tc", id="an empty cell inside"
        ),
        pytest.param(
            "<table><caption>Tides</caption><tr><td>a</td></tr></table>", "Tides\na", id="a caption"
        ),
        pytest.param(
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
            "a\nb",
            id="head and body",
        ),
        pytest.param(
            "<table><tr><td>a<br>b</td><td>c</td></tr></table>", "a\nb\tc", id="a line break in a cell"
        ),
        pytest.param(
            "<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a\tb", id="paragraphs in cells"
        ),
        pytest.param(
            "One<table><tr><td>a</td></tr></table>Two", "One\n\na\n\nTwo", id="an empty line around it"
        ),
        pytest.param("<table><tr><td>a<td>b<tr><td>c</table>", "a\tb\nc", id="tags that are not closed"),
    ],
)
def test_cells_are_a_tab_apart(markup, shown):
    assert text(markup) == shown


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>x</script>",
        "<style>x</style>",
        "<template><p>x</p></template>",
        "<noscript>x</noscript>",
        "<iframe src=1>x</iframe>",
        "<object data=1>x</object>",
        "<video src=1>x</video>",
        "<audio src=1>x</audio>",
        "<canvas>x</canvas>",
        "<svg><text>x</text></svg>",
        "<math><mi>x</mi></math>",
        "<select><option>x</option></select>",
        "<textarea>x</textarea>",
        "<!-- x -->",
        "<span hidden>x</span>",
        '<span hidden="until-found">x</span>',
        '<span style="display:none">x</span>',
        '<span style="color: red; DISPLAY : NONE !important">x</span>',
        '<span style="visibility: hidden">x</span>',
        '<span style="display:none"><b>x</b></span>',
        "<?php x ?>",
        '<input value="x">',
        '<img src="/a.jpg" alt="x">',
    ],
)
def test_what_a_browser_hides_is_no_text(hidden):
    assert text(f"<p>Low {hidden}tide</p>") == "Low tide"
    assert "x" not in re.sub("<img[^>]*>", "", html(f"<p>Low {hidden}tide</p>"))


@pytest.mark.parametrize(
    "attribute",
    [
        'style="-webkit-backface-visibility: hidden"',
        'style="backface-visibility:hidden"',
        'style="overflow: hidden"',
        'style="display: block"',
        'class="hidden"',
        'aria-hidden="true"',
        'style=""',
    ],
)
def test_what_only_looks_hidden_is_text(attribute):
    assert text(f"<p>Low <b {attribute}>tide</b></p>") == "Low tide"


def test_what_stands_in_a_map_is_text():
    assert text('<p>Low <map name="m">tide<area href="/1" alt="x"></map></p>') == "Low tide"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        pytest.param("<p>  Low \n\t tide  </p>", "Low tide", id="folded"),
        pytest.param("Low <b> tide </b> at", "Low tide at", id="across tags"),
        pytest.param("Low<b>er</b>most", "Lowermost", id="none within a word"),
        pytest.param("Low\ftide\rat&#13;Reed", "Low tide at Reed", id="of all kinds"),
        pytest.param("Low&nbsp;tide &nbsp; at", "Low\xa0tide \xa0 at", id="no-break spaces stay"),
        pytest.param("Low&#8202;tide", "Low\u200atide", id="hair spaces too"),
        pytest.param("&nbsp;Low tide&nbsp;", "Low tide", id="but not at the edges"),
        pytest.param("<p>Low <!-- x --> tide</p>", "Low tide", id="around a comment"),
        pytest.param("<p>Low <img src=1> tide</p>", "Low tide", id="around a picture"),
        pytest.param("a &lt;b&gt; &amp;amp; &#8212; &hellip;", "a <b> &amp; — …", id="entities"),
        pytest.param("?a=1&amp;timestamp=2", "?a=1&timestamp=2", id="an address"),
        pytest.param("Cafe&#769;", "Café", id="NFC"),
        pytest.param("Cafe&#7;<b>&#769;</b>", "Café", id="NFC across a control character and a tag"),
        pytest.param("<ruby>渡<rp>(</rp><rt>dù</rt><rp>)</rp></ruby>口", "渡dù口", id="ruby"),
        pytest.param("한국\n어", "한국 어", id="Hangul has spaces"),
    ],
)
def test_white_space_and_characters(markup, shown):
    assert text(markup) == shown


# What a line break, or a tag with line breaks around it, becomes.
@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        pytest.param("渡口的\n旧书摊", "渡口的旧书摊", id="Chinese"),
        pytest.param("渡口的\n<b>\n旧书\n</b>\n摊", "渡口的旧书摊", id="Chinese with a tag inside a word"),
        pytest.param("渡口，\n在河边", "渡口，在河边", id="behind a Chinese comma"),
        pytest.param("他说：\n“渡口”\n在这里……\n是", "他说：“渡口”在这里……是", id="quotation marks and dots"),
        pytest.param("カフェ\nの", "カフェの", id="kana"),
        pytest.param("The\n<b>\nlow\n</b>\ntide", "The low tide", id="Latin"),
        pytest.param("渡口\n<b>\nferry\n</b>\n摊", "渡口 ferry 摊", id="mixed"),
        pytest.param("渡口 旧书摊", "渡口 旧书摊", id="a space is no line break"),
        pytest.param("said\n“low”\nand", "said “low” and", id="Latin quotation marks"),
        pytest.param("low\n…\ntide", "low … tide", id="Latin dots"),
        pytest.param("2021\n年", "2021 年", id="a number before Chinese"),
    ],
)
@pytest.mark.parametrize("prettified", [False, True], ids=["as written", "prettified"])
def test_a_line_break_is_a_space_but_between_wide_characters(markup, shown, prettified):
    assert text(f"<p>{markup}</p>", prettified=prettified) == shown
    assert (
        html(f"<p>{markup}</p>", prettified=prettified).replace("<b>", "").replace("</b>", "")
        == f"<p>{shown}</p>"
    )


@pytest.mark.parametrize(
    ("markup", "prettified", "other"),
    [
        pytest.param(
            "\n <a href=1>\n  low tide\n </a>\n , and", "low tide, and", "low tide , and", id="comma"
        ),
        pytest.param("\n (\n <b>\n  low\n </b>\n ) tide", "(low) tide", "( low ) tide", id="brackets"),
        pytest.param(
            "\n <i>\n  Low\n </i>\n .\n <b>\n  Tide\n </b>\n !", "Low. Tide!", "Low . Tide !", id="full stop"
        ),
        pytest.param(
            "\n <b>\n  low\n </b>\n -tide", "low -tide", "low -tide", id="a hyphen may have had a space"
        ),
    ],
)
def test_in_a_prettified_post_the_line_break_before_a_mark_is_the_archivers(markup, prettified, other):
    assert text(f"<p>{markup}\n</p>", prettified=True) == prettified
    assert text(f"<p>{markup}\n</p>") == other


def test_inline_text_is_on_one_line():
    assert inline_text(make_soup("<p>Low</p><table><tr><td>tide<td>at<br>Reed</table>")) == "Low tide at Reed"
    assert inline_text(make_soup("<p> </p>")) is None
    assert inline_text(make_soup("<i>\n Low\n</i>\n."), prettified=True) == "Low."


@pytest.mark.parametrize(
    ("markup", "clean"),
    [
        pytest.param(
            '<p class="a" id="b" style="color:red" onclick="x()" data-a="1">Low</p>',
            "<p>Low</p>",
            id="attributes",
        ),
        pytest.param(
            '<p lang="zh" dir="ltr">Low</p>',
            '<p lang="zh" dir="ltr">Low</p>',
            id="language and direction stay",
        ),
        pytest.param(
            "<p>Low <font color=red>tide</font></p>", "<p>Low tide</p>", id="a tag that says nothing"
        ),
        pytest.param(
            "<center>Low</center><form>tide</form>",
            "<div>Low</div><div>tide</div>",
            id="one that makes a line",
        ),
        pytest.param("<xmp>Low  <b></xmp>", "<pre>Low  &lt;b&gt;</pre>", id="one that keeps white space"),
        pytest.param("Low &amp; &lt;b&gt; tide", "Low &amp; &lt;b&gt; tide", id="entities"),
        pytest.param("<html><head><title>x</title></head><body>Low</body></html>", "Low", id="a whole page"),
        pytest.param(
            "<a href='/1' title='One' target=_blank>Low</a>",
            f'<a href="https://delta.example/1" title="One" {REL}>Low</a>',
            id="a link is made absolute",
        ),
        pytest.param(
            '<a href="/?a=1&timestamp=2">Low</a>',
            f'<a href="https://delta.example/?a=1&amp;timestamp=2" {REL}>Low</a>',
            id="its address is whole",
        ),
        pytest.param(
            '<a href="javascript:x">Low</a>', f"<a {REL}>Low</a>", id="one that acts has no address"
        ),
        pytest.param('<a href=" Java&#10;Script:x">Low</a>', f"<a {REL}>Low</a>", id="in disguise neither"),
        pytest.param('<a href="data:text/html,x">Low</a>', f"<a {REL}>Low</a>", id="nor data"),
        pytest.param(
            '<a href="ftp://delta.example/">Low</a>',
            f"<a {REL}>Low</a>",
            id="nor what a page should not lead to",
        ),
        pytest.param(
            '<a href="mailto:ada@delta.example">Low</a>',
            f'<a href="mailto:ada@delta.example" {REL}>Low</a>',
            id="e-mail",
        ),
        pytest.param(
            'Low<img src="//cdn.example/a.jpg" width=620 onerror="x()" alt="A &quot;b&quot;">',
            'Low<img src="https://cdn.example/a.jpg" width="620" alt="A &quot;b&quot;">',
            id="a picture",
        ),
        pytest.param(
            'Low<img src="data:x" data-src="/a.jpg">',
            'Low<img src="https://delta.example/a.jpg">',
            id="a lazy picture",
        ),
        pytest.param('Low<img src="data:x" alt="x">', "Low", id="one that never loads"),
        pytest.param(
            '<blockquote cite="/1">Low</blockquote>',
            '<blockquote cite="https://delta.example/1">Low</blockquote>',
            id="a source",
        ),
        pytest.param(
            '<blockquote cite="javascript:x">Low</blockquote>',
            "<blockquote>Low</blockquote>",
            id="a source that acts",
        ),
        pytest.param("<p>Low <b>tide", "<p>Low <b>tide</b></p>", id="tags are closed"),
        pytest.param("<script>x</script>Low<svg><script>x</script></svg>", "Low", id="scripts"),
        pytest.param('Low<iframe src="/1"></iframe><object data=1></object>', "Low", id="frames"),
        pytest.param(
            "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></p></noscript>Low",
            "Low",
            id="what would end early in a browser",
        ),
        pytest.param("Cafe&#769; \x07tide", "Café tide", id="NFC and no control characters"),
    ],
)
def test_clean_html(markup, clean):
    assert html(markup) == clean


def test_a_stroke_behind_a_tag_does_not_undo_it():
    """U+0338 composes with `>` to one character: in NFC, `<a href="x">` and a stroke would have no end."""
    found = rendered('<a href="/1">\u0338 onclick=alert(1) <b>low</b></a> 1 \u003e\u0338 2')
    assert (
        found.html
        == f'<a href="https://delta.example/1" {REL}>&#824; onclick=alert(1) <b>low</b></a> 1 &gt;&#824; 2'
    )
    assert unicodedata.is_normalized("NFC", found.html)
    assert found.text == "\u0338 onclick=alert(1) low 1 ≯ 2"


def test_deep_markup_is_rendered_quickly():
    start = time.perf_counter()
    found = rendered("<div>" * 500 + "Low" + "</div>" * 500 + "tide")
    assert found.text == "Low\ntide"
    assert found.html == "<div>" * 500 + "Low" + "</div>" * 500 + "tide"
    assert time.perf_counter() - start < 3


def test_many_entities_are_rendered_quickly_and_alike():
    """nh3 alone would take minutes."""
    start = time.perf_counter()
    found = rendered("<p>" + "R&D &lt;b&gt; " * 100_000 + '<a href="/?a=1&amp;b=2">low &amp; tide</a></p>')
    assert time.perf_counter() - start < 20
    few = rendered("<p>" + "R&D &lt;b&gt; " * 3 + '<a href="/?a=1&amp;b=2">low &amp; tide</a></p>')
    assert found.html is not None
    assert few.html == found.html.replace("R&amp;D &lt;b&gt; " * 100_000, "R&amp;D &lt;b&gt; " * 3)


# --- What holds for every input.

TEXTS = st.sampled_from(
    [
        "low", "tide ", " ", "\n", "渡口", "，", "“", "&amp;", "&lt;b&gt;", "&nbsp;", "&", "<", ">", '"',
        "\t", "\xa0", "&#8212;",
    ]
)  # fmt: skip
ODD_TEXTS = st.sampled_from(
    [
        "\u0338", "&#824;", "e\u0301", "\u0301", "\x07", "&#0;", "&#13;", "&#xD800;", "\ufeff", "-->",
        "<!-- c -->", "<![CDATA[x]]>", "]]>", "<p", "</", "<b onclick=", "</p>", "</div>", "</td>",
        "</table>", "<!", "<?x",
    ]
)  # fmt: skip
ATTRIBUTES = st.lists(
    st.sampled_from(
        [
            'href="javascript:alert(1)"', 'href=" java\nscript:x"', 'href="/1?a=1&timestamp=2"',
            'href="#a"', 'href="data:x"', 'onclick="x()"', "onerror=x", 'style="display:none"', "hidden",
            'class="a b"', 'src="/a.jpg"', 'src="javascript:x"', 'data-src="//cdn.example/c.png"',
            'srcset="a 1x, b 2..x"', 'title="a&quot;b<c>"', "lang=zh", 'cite="vbscript:x"', "colspan=2",
            "title=\u0338", 'title="\x07"', "width=1", '"', "=",
        ]
    ),
    max_size=2,
).map(" ".join)  # fmt: skip
INLINE = st.sampled_from("b i em a span strong code sub time font u q".split())
BLOCK = st.sampled_from("div p blockquote h2 section article center ul ol dl".split())
ANY = st.sampled_from(
    "p div span b a ul li table tr td th tbody caption pre xmp br img hr blockquote h2 script style noscript "
    "template svg math iframe video object ruby rt rp figure figcaption select option form input button "
    "center details textarea title head body html map area font main q dl dd plaintext foreignobject base "
    "meta link".split()
)


def element(names, content):
    return st.builds(
        lambda name, attributes, inner: f"<{name} {attributes}>{inner}</{name}>", names, ATTRIBUTES, content
    )


def run(parts, size=4):
    return st.lists(parts, max_size=size).map("".join)


WILD = st.recursive(
    run(TEXTS | ODD_TEXTS), lambda inner: run(element(ANY, inner) | TEXTS | ODD_TEXTS), max_leaves=12
)
PHRASES = st.recursive(run(TEXTS), lambda inner: run(element(INLINE, inner) | TEXTS), max_leaves=4)
TABLES = st.lists(st.lists(PHRASES, min_size=1, max_size=3), min_size=1, max_size=3).map(
    lambda rows: (
        "<table>" + "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in rows) + "</table>"
    )
)
TIDY = st.recursive(
    run(PHRASES),
    lambda inner: run(element(st.just("div"), inner) | element(BLOCK, PHRASES) | TABLES),
    max_leaves=6,
)


@given(WILD, st.booleans())
@settings(deadline=None, max_examples=400)
def test_any_markup_is_rendered_to_text_that_is_clean(markup, prettified):
    found = rendered(markup, prettified=prettified)
    assert (found.text is None) == (found.html is None)
    for shown in (found.text, found.html, inline_text(make_soup(markup), prettified=prettified)):
        if shown is not None:
            assert shown == shown.strip(" \t\n\xa0\u200b\ufeff") != ""
            assert unicodedata.is_normalized("NFC", shown)
            assert not [
                char for char in shown if unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n"
            ]


@given(WILD, st.booleans())
@settings(deadline=None, max_examples=400)
def test_clean_html_holds_nothing_that_acts(markup, prettified):
    """As a browser would read it: html5lib builds the tree that the standard asks for."""
    clean = rendered(markup, prettified=prettified).html or ""
    for found in html5lib.parse(clean, namespaceHTMLElements=False).iter():
        assert found.tag not in (
            "script",
            "style",
            "iframe",
            "object",
            "svg",
            "math",
            "form",
            "base",
            "meta",
            "link",
        )
        for name, value in found.attrib.items():
            assert name in (
                "href",
                "src",
                "cite",
                "title",
                "alt",
                "width",
                "height",
                "lang",
                "dir",
                "rel",
                "colspan",
            )
            if name in ("href", "src", "cite"):
                assert re.match(r"(https?|mailto|tel):", value)


@given(
    run(TEXTS | ODD_TEXTS | st.sampled_from(["\u3000", "\u202f", "\x1c", "\x85", "\u2028", "\r", "\f"])),
    st.booleans(),
)
@settings(deadline=None, max_examples=300)
def test_a_tag_around_all_of_it_does_not_change_inline_text(markup, prettified):
    plain, tagged = make_soup(f"<a>{markup}</a>"), make_soup(f"<a><b>{markup}</b></a>")
    assert inline_text(plain, prettified=prettified) == inline_text(tagged, prettified=prettified)


def letters(shown):
    """Text without white space, in a form that does not depend on which characters stood side by side."""
    return re.sub(r"[\s\u200b\ufeff]+", "", unicodedata.normalize("NFD", shown or ""))


@given(TIDY, st.booleans())
@settings(deadline=None, max_examples=300)
def test_clean_html_shows_the_same_text_and_is_clean_already(markup, prettified):
    found = rendered(markup, prettified=prettified)
    again = rendered(found.html or "")
    assert letters(again.text) == letters(found.text)
    assert again.html == found.html
