from __future__ import annotations

import time
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.markup.lazy import full_picture, image_url, largest_source, picture_of, sized_source
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
        pytest.param('data-cfsrc="/a.jpg"', "https://delta.example/a.jpg", id="data-cfsrc"),
        pytest.param('file="/a.jpg"', "https://delta.example/a.jpg", id="file, as forums have it"),
        pytest.param(
            'src="/a.jpg" data-lazy="true"',
            "https://delta.example/a.jpg",
            id="a lazy attribute without an address",
        ),
        pytest.param(
            'src="/a.jpg?w=9&ssl=1" data-lazy-src="/a.jpg?w=9&is-pending-load=1#038;ssl=1"',
            "https://delta.example/a.jpg?w=9&ssl=1",
            id="Jetpack's mark of what waits",
        ),
        pytest.param(
            'data-lazy-src="/a.jpg?is-pending-load=1"',
            "https://delta.example/a.jpg",
            id="Jetpack's mark alone",
        ),
        pytest.param('src="/img/spacer.gif"', None, id="a picture that shows nothing"),
        pytest.param(
            'src="/img/blank.gif" srcset="/a.jpg 2x"', "https://delta.example/a.jpg", id="srcset beside one"
        ),
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


def test_the_size_of_the_largest_comes_with_it():
    both = image('srcset="/a.jpg 640w, javascript:x 2000w, /b.jpg 960w"')
    assert sized_source(both, PAGE) == (960.0, "https://delta.example/b.jpg")
    assert sized_source(image('src="/a.jpg"'), PAGE) is None


@pytest.mark.parametrize(
    ("attributes", "url"),
    [
        ('src="/a.jpg" data-orig-file="/full.jpg"', "https://delta.example/full.jpg"),
        ('src="/a.jpg" data-full-url="//cdn.example/full.jpg"', "https://cdn.example/full.jpg"),
        ('src="/a.jpg" zoomfile="data/full.jpg"', "https://delta.example/2021/data/full.jpg"),
        ('src="/a.jpg" data-orig-file="" data-full-src="/b.jpg"', "https://delta.example/b.jpg"),
        ('src="/a.jpg"', None),
    ],
)
def test_the_picture_in_full_that_an_image_names_beside_its_own(attributes, url):
    assert full_picture(image(attributes), PAGE) == url


@pytest.mark.parametrize(
    ("key", "sizes"),
    [
        pytest.param(
            "delta.example/wp-content/uploads/2021/ferry.jpg",
            {
                "https://delta.example/wp-content/uploads/2021/ferry.jpg": inf,
                "https://delta.example/wp-content/uploads/2021/ferry-300x200.jpg": 300,
                "https://delta.example/wp-content/uploads/2021/ferry-scaled.jpg": 0,
                "https://i0.wp.com/delta.example/wp-content/uploads/2021/ferry.jpg?ssl=1": inf,
                "http://DELTA.example/wp-content/uploads/2021/ferry.jpg?w=640&ssl=1": 640,
                "https://i0.wp.com/delta.example/wp-content/uploads/2021/ferry.jpg?resize=768%2C512": 768,
                "https://i2.wp.com/delta.example/wp-content/uploads/2021/ferry-150x150.jpg": 150,
            },
            id="WordPress",
        ),
        pytest.param(
            "cdn-images-1.medium.com/1*abcDEF_-ghi.jpeg",
            {
                "https://cdn-images-1.medium.com/max/1024/1*abcDEF_-ghi.jpeg": 1024,
                "https://miro.medium.com/v2/resize:fit:700/1*abcDEF_-ghi.jpeg": 700,
                "https://miro.medium.com/fit/c/64/64/1*abcDEF_-ghi.jpeg": 64,
                "https://miro.medium.com/1*abcDEF_-ghi.jpeg": inf,
                "https://i0.wp.com/cdn-images-1.medium.com/max/800/1*abcDEF_-ghi.jpeg?ssl=1": 800,
            },
            id="Medium",
        ),
        pytest.param(
            "assets.matters.news/embed/0-a-b.jpeg",
            {
                "https://assets.matters.news/embed/0-a-b.jpeg": inf,
                "https://assets.matters.news/processed/1080w/embed/0-a-b.jpeg": 1080,
            },
            id="Matters",
        ),
        pytest.param(
            "imagedelivery.net/account/prod/embed/0-a-b.jpeg",
            {
                "https://imagedelivery.net/account/prod/embed/0-a-b.jpeg/w=1080": 1080,
                "https://imagedelivery.net/account/prod/embed/0-a-b.jpeg/public": 0,
            },
            id="Matters' later server",
        ),
        pytest.param(
            "b.example/images/a.png",
            {
                "https://b.example/images/a.png": inf,
                "https://substackcdn.com/image/fetch/w_84/https%3A%2F%2Fb.example%2Fimages%2Fa.png": 84,
                "https://images.weserv.nl/?url=b.example/images/a.png&w=300": 300,
                "https://delta.example/cdn-cgi/image/width=80,q=75/https://b.example/images/a.png": 80,
                "https://b-example.cdn.ampproject.org/i/w680/s/b.example/images/a.png": 680,
            },
            id="servers that fetch another's picture",
        ),
        pytest.param(
            "delta.example/sites/default/files/ferry.jpg",
            {
                "https://delta.example/sites/default/files/ferry.jpg": inf,
                "https://delta.example/sites/default/files/styles/large/public/ferry.jpg?itok=abc": 0,
            },
            id="Drupal",
        ),
        pytest.param(
            "sinaimg.cn/0001.jpg",
            {
                "https://wx1.sinaimg.cn/large/0001.jpg": inf,
                "https://tvax3.sinaimg.cn/mw690/0001.jpg": 690,
                "https://wx4.sinaimg.cn/bmiddle/0001.jpg": 0,
            },
            id="Weibo",
        ),
        pytest.param(
            "qpic.cn/mmbiz_jpg/abc",
            {
                "https://mmbiz.qpic.cn/mmbiz_jpg/abc/640?wx_fmt=jpeg": 640,
                "https://mmbiz.qpic.cn/mmbiz_jpg/abc/0?wx_fmt=jpeg": inf,
            },
            id="WeChat",
        ),
        pytest.param(
            "upload.wikimedia.org/wikipedia/commons/a/ab/Ferry.jpg",
            {
                "https://upload.wikimedia.org/wikipedia/commons/a/ab/Ferry.jpg": inf,
                "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/Ferry.jpg/320px-Ferry.jpg": 320,
            },
            id="Wikimedia",
        ),
        pytest.param(
            "bp.blogspot.com/-a/b/ferry.jpg",
            {
                "https://1.bp.blogspot.com/-a/b/s320/ferry.jpg": 320,
                "https://2.bp.blogspot.com/-a/b/s1600/ferry.jpg": 1600,
                "https://2.bp.blogspot.com/-a/b/w640-h480/ferry.jpg": 640,
            },
            id="Blogger",
        ),
        pytest.param(
            "img.example/2021/ferry.png",
            {
                "https://img.example/2021/ferry.png": inf,
                "https://img.example/2021/ferry.png?imageView2/2/w/800": 800,
                "https://img.example/2021/ferry.png?x-oss-process=image/resize,w_500": 500,
                "https://img.example/2021/ferry.png!w600": 0,
            },
            id="storage services",
        ),
    ],
)
def test_the_sizes_of_a_picture_have_one_key_and_their_widths(key, sizes):
    assert {url: picture_of(url) for url in sizes} == {url: (key, width) for url, width in sizes.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://delta.example/i?w=1", "https://delta.example/i?w=2"),
        ("https://delta.example/a.jpg?v=1", "https://delta.example/a.jpg?v=2"),
        ("https://delta.example/a-300x200.jpg", "https://delta.example/a.jpg"),
        ("https://delta.example/a.jpg", "https://delta.example/a.png"),
        ("https://wx1.sinaimg.cn/large/1.jpg", "https://wx1.sinaimg.cn/large/2.jpg"),
        ("https://cdn-images-1.medium.com/max/9/1*a.png", "https://cdn-images-1.medium.com/max/9/1*b.png"),
        ("https://i0.wp.com/a.example/1.jpg", "https://i0.wp.com/b.example/1.jpg"),
    ],
)
def test_other_pictures_have_other_keys(one, other):
    assert picture_of(one).key != picture_of(other).key


@given(st.sampled_from(("{}", "https://i0.wp.com/{}", "https://a.example/image/fetch/{}")), st.text())
def test_any_address_is_some_picture(form, text):
    assert picture_of(form.format(text)).width >= 0


@pytest.mark.parametrize(
    "host", ["upload.wikimedia.org/a/b", "miro.medium.com", "i0.wp.com", "lh3.googleusercontent.com"]
)
@pytest.mark.parametrize("part", ["/thumb", "1", "/s1", "=a1", "-300x200", "/image/fetch/", "?url=", "*"])
def test_a_long_address_is_read_quickly(host, part):
    start = time.perf_counter()
    picture_of(f"https://{host}/uploads/a" + part * 50_000)
    assert time.perf_counter() - start < 2
