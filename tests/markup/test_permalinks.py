from __future__ import annotations

import pytest

from pipeline.markup.canonical import canonical_url
from pipeline.markup.permalinks import SAME_HOSTS, main_form, permalink
from pipeline.markup.urls import parse_address

VIDEO = "https://www.youtube.com/watch?v=Wn5cYt8LqJ2"
VIDEOS = "https://www.youtube.com/playlist?list=PL1"
POST = "https://mp.weixin.qq.com/s?__biz=MzA1==&mid=7&idx=1&sn=0a1b"


@pytest.mark.parametrize(
    ("url", "page"),
    [
        # YouTube
        ("https://music.youtube.com/watch?v=Wn5cYt8LqJ2&list=PL1", VIDEO),
        ("https://www.youtube.com/watch/Wn5cYt8LqJ2", VIDEO),
        ("https://www.youtube.com/e/Wn5cYt8LqJ2?autoplay=1", VIDEO),
        ("https://www.youtube.com/watch?v=Wn5cYt8LqJ2)", VIDEO),
        ("https://youtube.googleapis.com/v/Wn5cYt8LqJ2&hl=en", VIDEO),
        (
            "https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3DWn5cYt8LqJ2%26feature%3Dshare",
            VIDEO,
        ),
        ("https://m.youtube.com/playlist?list=PL1&feature=share", VIDEOS),
        ("https://www.youtube.com/embed/videoseries?list=PL1", VIDEOS),
        ("https://m.youtube.com/channel/UC0?sub_confirmation=1", "https://www.youtube.com/channel/UC0"),
        # Medium
        ("https://medium.com/p/0a1b2c3d4e5f/edit", "https://medium.com/p/0a1b2c3d4e5f"),
        ("https://medium.com/amp/p/0a1b2c3d4e5f", "https://medium.com/p/0a1b2c3d4e5f"),
        ("https://medium.com/@ada/about?source=feed", "https://medium.com/@ada/about"),
        ("https://medium.com/tag/tide-0a1b2c3d", "https://medium.com/tag/tide-0a1b2c3d"),
        # Twitter, Reddit, Facebook, Telegram
        ("https://mobile.twitter.com/ada/status/20?s=20", "https://twitter.com/i/status/20"),
        ("https://x.com/bea/statuses/20/photo/1", "https://twitter.com/i/status/20"),
        ("https://twitter.com/i/web/status/20", "https://twitter.com/i/status/20"),
        ("https://www.twitter.com/ada", "https://twitter.com/ada"),
        ("https://old.reddit.com/r/tides/comments/ab1/low_tide/", "https://www.reddit.com/comments/ab1"),
        ("https://www.reddit.com/user/ada/comments/ab1/low_tide/", "https://www.reddit.com/comments/ab1"),
        (
            "https://www.reddit.com/r/tides/comments/ab1/low_tide/c7/",
            "https://www.reddit.com/r/tides/comments/ab1/low_tide/c7",
        ),
        ("https://m.facebook.com/delta?__tn__=x&ref=page_internal", "https://www.facebook.com/delta"),
        ("https://telegram.me/delta/7", "https://t.me/delta/7"),
        # Weibo, Weixin, Tencent, NetEase, Sohu, Caixin, Douban and others
        (
            "https://www.weibo.com/1234567890/AbCdEfGhI?from=page_1&type=comment",
            "https://weibo.com/1234567890/AbCdEfGhI",
        ),
        ("https://m.weibo.cn/detail/4567", "https://m.weibo.cn/status/4567"),
        ("http://mp.weixin.qq.com/s?__biz=MzA1%3D%3D&mid=7&idx=1&sn=0a1b&chksm=2&scene=21#rd", POST),
        ("https://mp.weixin.qq.com/s?scene=1&sn=0a1b&idx=1&__biz=MzA1==&mid=7", POST),
        ("https://mp.weixin.qq.com/s/aB-3?scene=1", "https://mp.weixin.qq.com/s/aB-3"),
        (
            "https://mp.weixin.qq.com/s?src=11&timestamp=7&ver=1&signature=x",
            "https://mp.weixin.qq.com/s?src=11&timestamp=7&ver=1&signature=x",
        ),
        (
            "https://new.qq.com/omn/20210819/20210819A01F4P00.html",
            "https://new.qq.com/rain/a/20210819A01F4P00",
        ),
        ("https://xw.qq.com/cmsid/20210819A01F4P00?f=x", "https://new.qq.com/rain/a/20210819A01F4P00"),
        (
            "http://news.163.com/14/1226/10/AECRSKD700014SEX.html#a",
            "https://www.163.com/news/article/AECRSKD700014SEX.html",
        ),
        (
            "https://c.m.163.com/news/a/AECRSKD700014SEX.html?spss=newsapp",
            "https://www.163.com/news/article/AECRSKD700014SEX.html",
        ),
        ("https://m.sohu.com/a/12_34?spm=x", "https://www.sohu.com/a/12_34"),
        ("https://m.china.caixin.com/m/2020-03-26/10.html", "https://china.caixin.com/2020-03-26/10.html"),
        ("https://m.douban.com/book/subject/12/", "https://book.douban.com/subject/12"),
        ("https://m.bilibili.com/video/BV1a?share_source=x", "https://www.bilibili.com/video/BV1a"),
        ("https://m.thepaper.cn/newsDetail_forward_12", "https://www.thepaper.cn/newsDetail_forward_12"),
        (
            "https://m.allnow.com/post/5eed6890d47fa20001aaaaaa",
            "https://www.allnow.com/post/5eed6890d47fa20001aaaaaa",
        ),
        # Wikipedia and newspapers
        ("https://en.m.wikipedia.org/wiki/Low%20tide", "https://en.wikipedia.org/wiki/Low_tide"),
        ("https://zh.wikipedia.org/zh-hant/%E6%B2%B3", "https://zh.wikipedia.org/wiki/%E6%B2%B3"),
        ("https://en.wikipedia.org/wiki/Tide?oldid=7", "https://en.wikipedia.org/wiki/Tide?oldid=7"),
        (
            "https://www.bbc.co.uk/news/amp/world-asia-12345678",
            "https://www.bbc.com/news/world-asia-12345678",
        ),
        ("https://www.bbc.com/news/world-asia-12345678.amp", "https://www.bbc.com/news/world-asia-12345678"),
        (
            "https://www.bbc.com/zhongwen/simp/amp/world-12345678",
            "https://www.bbc.com/zhongwen/simp/world-12345678",
        ),
        ("https://www.bbc.co.uk/iplayer", "https://www.bbc.co.uk/iplayer"),
        (
            "https://amp.cnn.com/cnn/2020/03/26/tide/index.html",
            "https://www.cnn.com/2020/03/26/tide/index.html",
        ),
        ("https://amp.theguardian.com/world/2020/tide?CMP=x", "https://www.theguardian.com/world/2020/tide"),
        (
            "https://mobile.nytimes.com/2018/07/09/tide.html?smid=x",
            "https://www.nytimes.com/2018/07/09/tide.html",
        ),
        ("https://www.vice.com/amp/en/article/pk1/tide", "https://www.vice.com/en/article/pk1/tide"),
        (
            "https://www.sfchronicle.com/bay/amp/Tide-15.php",
            "https://www.sfchronicle.com/bay/article/Tide-15.php",
        ),
        ("https://open.substack.com/pub/delta/p/tide?r=1", "https://delta.substack.com/p/tide"),
        ("https://iyouport.org/%E6%B2%B3/", "https://www.iyouport.org/%E6%B2%B3"),
    ],
)
def test_the_page_that_a_known_site_serves(url, page):
    assert canonical_url(url) == page


@pytest.mark.parametrize("host", SAME_HOSTS)
def test_a_host_that_serves_the_pages_of_another_is_that_one_on_its_own_port_only(host):
    address = parse_address(f"https://{host}/a")
    assert main_form(address).host == SAME_HOSTS[host]
    assert main_form(address._replace(port=":8080")).host == host
    assert SAME_HOSTS[host] not in SAME_HOSTS


def test_a_site_on_another_port_is_not_known():
    assert permalink(parse_address("https://medium.com:8080/@ada/low-tide-0a1b2c3d4e5f")) is None


def test_a_page_that_no_site_names_by_an_id_has_no_permalink():
    assert permalink(parse_address("https://delta.example/@ada/low-tide-0a1b2c3d4e5f")) is None
