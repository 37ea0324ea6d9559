from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.markup.content import read_content
from pipeline.markup.soup import make_soup
from pipeline.metadata.stated_license import stated_license

DEED = "https://creativecommons.org/licenses"


def read(markup):
    body = read_content(make_soup(markup), "https://www.delta.example/tides", "body")
    return stated_license(body.text, body.links, body.media)


@pytest.mark.parametrize(
    ("markup", "license"),
    [
        pytest.param(f'<a rel="license" href="{DEED}/by-nc-nd/2.0/">here</a>', "CC-BY-NC-ND-2.0", id="rel"),
        pytest.param(
            f'<p>Reuse it under <a rel="nofollow License" href="{DEED}/by-sa/4.0/deed.en">these terms</a>.',
            "CC-BY-SA-4.0",
            id="rel among others",
        ),
        pytest.param(
            '<a rel="license" href="https://creativecommons.org/publicdomain/zero/1.0/">CC0</a>',
            "CC0-1.0",
            id="public domain",
        ),
        pytest.param('<a rel="license" href="/terms">Terms</a>', None, id="terms that are no known licence"),
        pytest.param(
            f'<a rel="license" href="{DEED}/by/4.0/">a</a> <a rel="license" href="{DEED}/by-sa/4.0/">b</a>',
            None,
            id="two licences",
        ),
        pytest.param(
            f'<a rel="license" href="{DEED}/by/4.0/">a</a><p>This post is CC BY-SA 4.0.',
            "CC-BY-4.0",
            id="rel says more than the text",
        ),
    ],
)
def test_a_link_that_says_license_states_it(markup, license):
    assert read(markup) == license


@pytest.mark.parametrize(
    ("markup", "license"),
    [
        pytest.param("<p>This article is licensed under CC BY-NC-ND 2.0.", "CC-BY-NC-ND-2.0", id="English"),
        pytest.param(
            "<p>你可以在知識共享 (CC-BY-SA 4.0) 許可協議範圍內發行本作品。", "CC-BY-SA-4.0", id="Han"
        ),
        pytest.param("<p>本文採用CC BY-NC 4.0授權", "CC-BY-NC-4.0", id="without spaces"),
        pytest.param("<p>These essays are CC0 1.0.", "CC0-1.0", id="public domain"),
        pytest.param(
            f'<p>本作品採用<a href="{DEED}/by-nc-sa/4.0/">這個條款</a>，創用',
            "CC-BY-NC-SA-4.0",
            id="the link has the licence, the sentence the work",
        ),
        pytest.param("<p>Tides.</p><p>CC BY-SA 4.0</p>", "CC-BY-SA-4.0", id="a paragraph of its own"),
        pytest.param("<p>Licensed under Creative Commons BY 3.0 Unported.", "CC-BY-3.0", id="a name in full"),
        pytest.param(
            f'<p>Tides.</p><p><a href="{DEED}/by-nc/4.0/">Some rights reserved</a></p>',
            "CC-BY-NC-4.0",
            id="a paragraph that is one link",
        ),
        pytest.param("<p>This article is licensed under CC BY-NC.", None, id="no version"),
        pytest.param("<p>This article is licensed under CC BY 3.5.", None, id="a version that is none"),
        pytest.param("<p>This article is under CC BY-SA-ND 4.0.", None, id="terms that are none"),
        pytest.param("<p>本文採用 CC BY-NC 3.0 TW 授權", None, id="a port is another licence"),
        pytest.param("<p>The chart is by Tomas Reed, CC BY 4.0.", None, id="of something else"),
        pytest.param("<p>The cover photo of this story is CC BY 4.0.", None, id="of a picture"),
        pytest.param(
            "<p>This post is CC BY 4.0.</p><p>This site is CC BY-SA 4.0.</p>", None, id="two licences"
        ),
        pytest.param("<p>Creative Commons was founded in 2001.</p>", None, id="a text about licences"),
        pytest.param(
            '<figure><img src="/a.png"><figcaption>CC BY-SA 4.0</figcaption></figure>', None, id="a caption"
        ),
        pytest.param(f'<p>See <a href="{DEED}/by/4.0/">what CC is</a>.', None, id="a link in passing"),
        pytest.param("<p>Tides come twice a day.</p>", None, id="nothing"),
        pytest.param("", None, id="no text"),
    ],
)
def test_a_paragraph_states_it_of_the_work_or_as_all_that_it_says(markup, license):
    assert read(markup) == license


@given(st.lists(st.sampled_from(["CC", " BY", "-NC", " 4.0", "本作品", "圖", "\n", "this post ", "Commons"])))
def test_any_text_states_one_licence_or_none(words):
    stated = stated_license("".join(words), ())
    assert stated is None or stated.startswith("CC-BY")


@pytest.mark.parametrize(
    "piece", ["CC BY-NC\n", "本作品 cc ", "CC-BY-SA 4.0 this work\n", "creative commons "]
)
def test_a_long_text_takes_no_longer_than_its_length(piece):
    start = time.process_time()
    stated_license(piece * (2_000_000 // len(piece)), ())
    assert time.process_time() - start < 2
