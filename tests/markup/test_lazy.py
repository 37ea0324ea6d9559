from __future__ import annotations

import time

import pytest

from pipeline.markup.lazy import image_url, largest_source
from pipeline.markup.soup import elements, make_soup

PAGE = "https://delta.example/2021/low-tide"
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def image(attributes):
    (found,) = elements(make_soup(f"<img {attributes}>"), ("img",))
    return found


@pytest.mark.parametrize(
    ("attributes", "url"),
    [
        pytest.param('src="https://delta.example/a.jpg"', "https://delta.example/a.jpg", id="not lazy"),
        pytest.param('src="//cdn.example/a.jpg"', "https://cdn.example/a.jpg", id="protocol-relative"),
        pytest.param('src="a.jpg"', "https://delta.example/2021/a.jpg", id="relative"),
        pytest.param(
            f'src="{DOT}" data-src="/a.jpg"', "https://delta.example/a.jpg", id="a placeholder of data"
        ),
        pytest.param(
            'src="/blank.gif" data-src="/a.jpg"', "https://delta.example/a.jpg", id="a placeholder in a file"
        ),
        pytest.param('data-src="/a.jpg"', "https://delta.example/a.jpg", id="no src"),
        pytest.param('data-lazy-src="/a.jpg"', "https://delta.example/a.jpg", id="data-lazy-src"),
        pytest.param('data-original="/a.jpg"', "https://delta.example/a.jpg", id="data-original"),
        pytest.param('data-actualsrc="/a.jpg"', "https://delta.example/a.jpg", id="data-actualsrc"),
        pytest.param(
            'data-echo="//cdn.example/a.jpg"', "https://cdn.example/a.jpg", id="data-echo, protocol-relative"
        ),
        pytest.param(
            f'src="/a.jpg" data-src="{DOT}"',
            "https://delta.example/a.jpg",
            id="the placeholder is the lazy one",
        ),
        pytest.param('src="/a.jpg" data-src=""', "https://delta.example/a.jpg", id="an empty data-src"),
        pytest.param(
            f'src="{DOT}" srcset="/a.jpg 1x, /b.jpg 2x"', "https://delta.example/b.jpg", id="srcset alone"
        ),
        pytest.param(
            'src="/a.jpg" srcset="/b.jpg 2x"', "https://delta.example/a.jpg", id="src before srcset"
        ),
        pytest.param(f'src="{DOT}"', None, id="nothing but a placeholder"),
        pytest.param('src=""', None, id="empty"),
        pytest.param('alt="A river"', None, id="no address"),
        pytest.param('src="javascript:x" data-src="java&#10;script:x"', None, id="javascript"),
        pytest.param('src="file:///a.jpg"', None, id="no web address"),
    ],
)
def test_the_picture_that_is_shown_once_it_has_loaded(attributes, url):
    assert image_url(image(attributes), PAGE) == url


@pytest.mark.parametrize(
    ("srcset", "url"),
    [
        pytest.param("/a.jpg 320w, /b.jpg 1200w, /c.jpg 640w", "https://delta.example/b.jpg", id="widths"),
        pytest.param("/a.jpg, /b.jpg 1.5x", "https://delta.example/b.jpg", id="densities: none is 1"),
        pytest.param("/a.jpg 2x, /b.jpg 1x", "https://delta.example/a.jpg", id="the largest is first"),
        pytest.param("/a.jpg 2x, /b.jpg 2x", "https://delta.example/a.jpg", id="the first of the largest"),
        pytest.param("/a.jpg 1x,/b.jpg 2x", "https://delta.example/b.jpg", id="no space behind the comma"),
        pytest.param("/a.jpg, /b.jpg", "https://delta.example/a.jpg", id="commas at the end of an address"),
        pytest.param("\n  /a.jpg\t1x ,\n  /b.jpg\t2x\n", "https://delta.example/b.jpg", id="lines"),
        pytest.param(",, /a.jpg 1x,,", "https://delta.example/a.jpg", id="commas to spare"),
        pytest.param(
            "/w_200,h_100/a.jpg 1x, /w_400,h_200/b.jpg 2x",
            "https://delta.example/w_400,h_200/b.jpg",
            id="commas inside",
        ),
        pytest.param(
            "/low\u200atide.jpg 1x", "https://delta.example/low%E2%80%8Atide.jpg", id="a hair space inside"
        ),
        pytest.param("//cdn.example/a.jpg 2x", "https://cdn.example/a.jpg", id="protocol-relative"),
        pytest.param(f"{DOT} 3x, /a.jpg 1x", "https://delta.example/a.jpg", id="a placeholder is none"),
        pytest.param(
            "/a.jpg 1.2.3x, /b.jpg ..w, /c.jpg 4x", "https://delta.example/c.jpg", id="sizes that are none"
        ),
        pytest.param("/a.jpg 1x 100h, /b.jpg 100h 2x", "https://delta.example/b.jpg", id="heights"),
        pytest.param("", None, id="empty"),
        pytest.param(" , ", None, id="nothing but a comma"),
    ],
)
@pytest.mark.parametrize("attribute", ["srcset", "data-srcset", "data-lazy-srcset"])
def test_the_largest_of_a_srcset(attribute, srcset, url):
    assert largest_source(image(f'{attribute}="{srcset}"'), PAGE) == url


def test_the_largest_of_several_srcsets():
    both = image('srcset="/small.jpg 320w" data-srcset="/a.jpg 640w, /b.jpg 960w"')
    assert largest_source(both, PAGE) == "https://delta.example/b.jpg"


def test_a_long_srcset_is_read_quickly():
    start = time.perf_counter()
    for srcset in (
        "A" * 200_000 + " y z",
        "a " + "1" * 200_000,
        ", " * 100_000,
        "a," * 100_000,
        " " * 200_000 + "a",
    ):
        largest_source(image(f'srcset="{srcset}"'), PAGE)
    assert time.perf_counter() - start < 3
