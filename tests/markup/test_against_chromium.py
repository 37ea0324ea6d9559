"""A post's text is what a browser shows: the text of invented fragments, beside Chromium's `innerText`.

White space is folded on both sides, since `innerText` says nothing of where CSS puts an empty line.
These differences are intended, and none of the fragments depends on them:

- A line break between two Chinese characters is removed, as CSS Text 3 asks; Chromium shows a space.
- In prettified posts a line break before a comma is the archiver's, and no space.
- Closed <details> are text: whoever archived the post did not decide to hide them.
- The choices of a <select>, and text within <svg> and <math>, are no text of the post.
- `text-transform` is not applied: text is in the letters that its author wrote.
- Control characters are removed.
- More than one empty line in a row is one.
"""

from __future__ import annotations

import os
import re

import pytest

from pipeline.markup.render import render
from pipeline.markup.soup import make_soup

CHROMIUM = "/usr/bin/chromium"

FRAGMENTS = {
    "blocks": (
        "<h1>Low Tide</h1><p>One.</p>Two<div>Three<div>Four</div></div><section>Five</section>Six<hr>Seven"
        "<center>Eight</center>Nine"
    ),
    "line breaks": "<p>One<br>two<br><br>three</p><p><br>Four</p><p> <br> Five <br> </p>",
    "inline tags": (
        "<p>The <b>low</b> <i> tide </i>at<em> Reed</em>, <u>o</u>n<a href='#'> here </a>.<wbr> Now</p>"
    ),
    "prettified": (
        "<p>\n The\n <b>\n  low\n </b>\n tide at\n <i>\n  Reed\n </i>\n</p>\n"
        "<p>\n 渡口\n <b>\n  ferry\n </b>\n 摊\n</p>"
    ),
    "preformatted": "<p>One</p><pre>\ntwo\n  three\n\n<code>four  five</code><br>\nsix</pre>Seven",
    "lists": "<ul>\n<li>One</li>\n<li>Two<ol><li>Deep</li></ol></li></ul><dl><dt>Word<dd>Its meaning</dl>",
    "tables": (
        "<table><caption>Tides</caption><thead><tr><th></th><th>High</th></tr></thead>"
        "<tbody>\n<tr>\n<td> Reed </td>\n<td>12<br>13</td></tr>"
        "<tr><td><p>Mud</p></td><td></td><td>9</td></tr></table>"
    ),
    "a table in a table": (
        "<table><tr><td>a<table><tr><td>x</td><td>y</td></tr></table></td><td>b</td></tr></table>"
    ),
    "hidden": (
        "<p>a<b hidden>b</b><b style='display: none'>c</b><b style='color:red;VISIBILITY:hidden'>d</b>e</p>"
        "<script>f</script><style>g{}</style><template>h</template><noscript>i</noscript><!-- j -->k"
    ),
    "nearly hidden": (
        "<p style='-webkit-backface-visibility: hidden'>a</p><p style='overflow:hidden'>b</p>"
        "<map name='m'>c<area href='/d'></map><p class='hidden'>d</p>"
    ),
    "spaces of other kinds": "<p>a&nbsp; b &nbsp; c\u200bd&#8202;e\u3000f</p><p>\tg\t\th\n</p>",
    "entities": "<p>&lt;b&gt; &amp;amp; &#8212;&hellip; &copy; &notanentity; R&D</p>",
    "what plays or embeds": (
        "<p>a<video src='x'>b</video>c<audio>d</audio>e<iframe>f</iframe>g<canvas>h</canvas>i</p>"
    ),
    "unclosed tags": "<p>One<p>Two <b>three<p>Four</b><ul><li>Five<li>Six</ul>Seven",
    "forms": (
        "<form><label>Name</label> <input value='v'><button>Go</button><textarea>t</textarea></form>After"
    ),
    "ruby": "<p><ruby>渡<rp>(</rp><rt>dù</rt><rp>)</rp></ruby>口</p>",
    "Hangul": "<p>강가의\n찻집</p>",
}


@pytest.fixture(scope="module")
def inner_text():
    """What Chromium shows of a fragment."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()

        def show(fragment):
            page.set_content(f"<!doctype html><meta charset=utf-8><body>{fragment}")
            return page.evaluate("document.body.innerText")

        yield show
        browser.close()


def folded(text):
    return re.sub("[ \t\n]+", " ", text or "").strip()


@pytest.mark.parametrize("fragment", FRAGMENTS.values(), ids=FRAGMENTS.keys())
def test_the_text_is_what_a_browser_shows(inner_text, fragment):
    assert folded(render(make_soup(fragment), "https://delta.example/").text) == folded(inner_text(fragment))
