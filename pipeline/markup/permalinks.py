"""How known sites address their pages: hosts that serve the same pages, phone and AMP forms, ids.

Nothing is known here of a site but what holds for all of its pages. Two pages are never made one: where a
site's second form cannot be told for certain, both stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from pipeline.markup.urls import Address

# Hosts that serve the very pages of another, path by path.
SAME_HOSTS: Mapping[str, str] = {
    "allnow.com": "www.allnow.com",
    "amp.abc.net.au": "www.abc.net.au",
    "amp.cnn.com": "www.cnn.com",
    "amp.dw.com": "www.dw.com",
    "amp.france24.com": "www.france24.com",
    "amp.rfi.fr": "www.rfi.fr",
    "amp.scmp.com": "www.scmp.com",
    "amp.theguardian.com": "www.theguardian.com",
    "amp.usatoday.com": "www.usatoday.com",
    "chinafile.com": "www.chinafile.com",
    "dx.doi.org": "doi.org",
    "iyouport.org": "www.iyouport.org",
    "m.cn.nytimes.com": "cn.nytimes.com",
    "m.nytimes.com": "www.nytimes.com",
    "m.voachinese.com": "www.voachinese.com",
    "m.voanews.com": "www.voanews.com",
    "m.zhihu.com": "www.zhihu.com",
    "mobile.nytimes.com": "www.nytimes.com",
    "telegram.me": "t.me",
    "www.nei.st": "nei.st",
    "www.pao-pao.net": "pao-pao.net",
    "www.weibo.com": "weibo.com",
    "zhihu.com": "www.zhihu.com",
} | {
    f"{prefix}{domain}": host
    for host, domain, prefixes in (
        ("matters.town", "matters.news", ("", "www.")),  # renamed on 2023-04-21
        ("twitter.com", "twitter.com", ("www.", "mobile.", "m.")),
        ("twitter.com", "x.com", ("", "www.", "mobile.")),
        ("www.facebook.com", "facebook.com", ("", "m.", "mbasic.", "touch.", "web.", "zh-cn.", "zh-tw.")),
        ("www.reddit.com", "reddit.com", ("", "amp.", "i.", "m.", "new.", "np.", "old.")),
        ("www.youtube.com", "youtube.com", ("", "m.")),
    )
    for prefix in prefixes
}

# The second address of a page: its host, a pattern of its whole path, and the host and path of the page.
# Every pattern reads a path once, and none fits what another one wrote.
_SECOND_FORMS = (
    ("hbr.org", r"/amp(/\d{4}/.+)", r"hbr.org\1"),
    ("m.21jingji.com", r"/article/.+", r"www.21jingji.com\g<0>"),
    ("m.allnow.com", r"/post/[0-9a-f]{24}", r"www.allnow.com\g<0>"),
    ("m.bilibili.com", r"/video/.+", r"www.bilibili.com\g<0>"),
    ("m.douban.com", r"/(book|movie|music)(/subject/\d+)", r"\1.douban.com\2"),
    ("m.douban.com", r"/(?:note|group/topic)/\d+", r"www.douban.com\g<0>"),
    ("m.huxiu.com", r"/article/\d+\.html", r"www.huxiu.com\g<0>"),
    ("m.sohu.com", r"/a/\d+_\d+", r"www.sohu.com\g<0>"),
    ("m.thepaper.cn", r"/newsDetail_forward_\d+", r"www.thepaper.cn\g<0>"),
    ("m.weibo.cn", r"/detail(/\d+)", r"m.weibo.cn/status\1"),
    ("open.substack.com", r"/pub/([a-z0-9-]+)(/p/[^/]+)", r"\1.substack.com\2"),
    ("udn.com", r"/news/amp(/story/.+)", r"udn.com/news\1"),
    ("www.bbc.co.uk", r"/(news|sport)/(?:amp/)?((?!amp/)[^/.]*\d{6,})(?:\.amp)?", r"www.bbc.com/\1/\2"),
    ("www.bbc.com", r"/(news|sport)/(?:amp/)?((?!amp/)[^/.]*\d{6,})(?:\.amp)?", r"www.bbc.com/\1/\2"),
    (
        "www.bbc.com",
        r"/zhongwen/(simp|trad)/(?:amp/)?([^/.]*\d{6,})(?:\.amp)?",
        r"www.bbc.com/zhongwen/\1/\2",
    ),
    ("www.chinatimes.com", r"/amp(/(?:realtimenews|newspapers)/.+)", r"www.chinatimes.com\1"),
    ("www.cna.com.tw", r"/amp(/news/.+)", r"www.cna.com.tw\1"),
    ("www.cnbc.com", r"/amp(/\d{4}/.+)", r"www.cnbc.com\1"),
    ("www.cnn.com", r"/cnn(/\d{4}/.+)", r"www.cnn.com\1"),
    ("www.mprnews.org", r"/amp(/story/.+)", r"www.mprnews.org\1"),
    ("www.sfchronicle.com", r"/([^/]+)/amp(/[^/]+-\d+\.php)", r"www.sfchronicle.com/\1/article\2"),
    ("www.storm.mg", r"/amp(/article/.+)", r"www.storm.mg\1"),
    ("www.vice.com", r"/amp(/[a-z]{2}/article/.+)", r"www.vice.com\1"),
    ("www.wsj.com", r"/amp(/articles/.+)", r"www.wsj.com\1"),
)
_FORMS: dict[str, list[tuple[re.Pattern[str], str]]] = {}
for _host, _pattern, _page in _SECOND_FORMS:
    _FORMS.setdefault(_host, []).append((re.compile(_pattern), _page))

_YOUTUBE_HOSTS = frozenset(
    "www.youtube.com music.youtube.com gaming.youtube.com www.youtubekids.com youtu.be www.youtu.be "
    "youtube-nocookie.com www.youtube-nocookie.com youtube.googleapis.com".split()
)
_YOUTUBE_ID = re.compile(r"(?!videoseries)([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])")
_YOUTUBE_PATH = re.compile(r"/(?:embed|shorts|live|v|e|watch)/([^/]+).*", re.DOTALL)
_MEDIUM_PAGE = re.compile(
    r"(?:/amp)?/p/([0-9a-f]{8,12})(?:/.*)?|(?!/(?:tags?|topic|search)/)/.*-([0-9a-f]{8,12})", re.DOTALL
)
_MATTERS_PAGE = re.compile(r"(/@[^/]+)/(?:[^/]*-)?((?:bafy|zdpu)[0-9A-Za-z]{40,})")
_TWEET = re.compile(r"/(?:[^/]+|i/web)/status(?:es)?/(\d+)(?:/.*)?", re.DOTALL)
_REDDIT_POST = re.compile(r"(?:/(?:r|u|user)/[^/]+)?/comments/([0-9a-z]+)(?:/[^/]*)?")
_WEIBO_POST = re.compile(r"/\d+/[0-9A-Za-z]{9}")
_NETEASE_PAGE = re.compile(r"/(?:.*/)?([0-9A-Z]{16})\.html", re.DOTALL)
_TENCENT_PAGE = re.compile(r"/(?:omn/\d{8}/|rain/a/|cmsid/|a/)([0-9]{8}[A-Z][0-9A-Z]{7})(?:\.html)?")
_CAIXIN_PHONE_HOST = re.compile(r"m\.([a-z]+\.caixin\.com)")
_WIKI_VARIANT = re.compile(r"/zh(?:-(?:hans|hant|cn|tw|hk|mo|my|sg))?/(.+)", re.DOTALL)


def main_form(address: Address) -> Address:
    """The address of the page that a known site serves at a second one; any other as it is.

    The path is spelled as `canonical_url` spells it.
    """
    if address.port:
        return address
    host = SAME_HOSTS.get(address.host, address.host)
    for pattern, page in _FORMS.get(host, ()):
        if (match := pattern.fullmatch(address.path)) is not None:
            host, _, path = match.expand(page).partition("/")
            return address._replace(host=host, path=f"/{path}")
    return address if host == address.host else address._replace(host=host)


def permalink(address: Address) -> str | None:
    """The address by its id of a page that a known site names by an id; None for any other.

    The address is a main form, without tracking parameters.
    """
    rule = None if address.port else _RULES.get(address.domain)
    return rule(address) if rule is not None else None


def _youtube(address: Address) -> str | None:
    """youtube.com/watch?v=ID, /embed/ID, /shorts/ID, /live/ID, /v/ID, youtu.be/ID; a list of videos."""
    host, path = address.host, address.path
    if host not in _YOUTUBE_HOSTS:
        return None
    written: str | None = None
    if path == "/attribution_link":  # `?a=...&u=%2Fwatch%3Fv%3DID%26feature%3Dshare`
        _, _, written = unquote(address.parameter("u") or "").partition("/watch?v=")
    elif (match := _YOUTUBE_PATH.fullmatch(path)) is not None:
        written = match.group(1)
    elif path == "/watch":
        written = address.parameter("v")
    elif host.endswith("youtu.be"):
        written = path[1:]
    if written and (video := _YOUTUBE_ID.match(written)) is not None:
        return f"https://www.youtube.com/watch?v={video.group(1)}"
    videos = address.parameter("list") if path in ("/playlist", "/watch", "/embed/videoseries") else None
    return f"https://www.youtube.com/playlist?list={videos}" if videos else None


def _medium(address: Address) -> str | None:
    """medium.com/@user/any-title-ID, user.medium.com/any-title-ID, medium.com/p/ID.

    A publication with a domain of its own cannot be told from any other site.
    """
    match = _MEDIUM_PAGE.fullmatch(address.path)
    if match is None or (address.path.count("/") == 1 and address.host == "medium.com"):
        return None
    return f"https://medium.com/p/{match.group(1) or match.group(2)}"


def _matters(address: Address) -> str | None:
    """matters.town/@user/any-title-HASH, earlier matters.news: HASH is of one edition of an article.

    The site itself finds a page by its hash alone: thematters/matters-web, src/views/ArticleDetail.
    """
    match = _MATTERS_PAGE.fullmatch(address.path) if address.host == "matters.town" else None
    return f"https://matters.town{match.group(1)}/{match.group(2)}" if match else None


def _twitter(address: Address) -> str | None:
    """twitter.com/any_name/status/ID, and what is shown of it behind."""
    match = _TWEET.fullmatch(address.path) if address.host == "twitter.com" else None
    return f"https://twitter.com/i/status/{match.group(1)}" if match else None


def _reddit(address: Address) -> str | None:
    """www.reddit.com/r/any_name/comments/ID/any_title; the page of one comment is another."""
    match = _REDDIT_POST.fullmatch(address.path) if address.host == "www.reddit.com" else None
    return f"https://www.reddit.com/comments/{match.group(1)}" if match else None


def _weibo(address: Address) -> str | None:
    """weibo.com/USER/ID, whatever is asked for of it."""
    if address.host == "weibo.com" and _WEIBO_POST.fullmatch(address.path):
        return f"https://weibo.com{address.path}"
    return None


def _tencent(address: Address) -> str | None:
    """mp.weixin.qq.com/s/ID, or /s?__biz=ACCOUNT&mid=ID&idx=PLACE&sn=KEY, where all else is the reader's.

    new.qq.com/rain/a/ID, earlier /omn/DAY/ID.html; xw.qq.com/cmsid/ID, view.inews.qq.com/a/ID.
    """
    host, path = address.host, address.path
    if host == "mp.weixin.qq.com" and path == "/s":
        account, *page = (address.parameter(name) for name in ("__biz", "mid", "idx", "sn"))
        if not account or not all(page):
            return None
        account = account.replace("%3D", "=")
        return f"https://{host}/s?__biz={account}&mid={page[0]}&idx={page[1]}&sn={page[2]}"
    if host == "mp.weixin.qq.com" and path.startswith("/s/"):
        return f"https://{host}{path}"
    if host in ("new.qq.com", "xw.qq.com", "view.inews.qq.com"):
        match = _TENCENT_PAGE.fullmatch(path)
        return f"https://new.qq.com/rain/a/{match.group(1)}" if match else None
    return None


def _netease(address: Address) -> str | None:
    """www.163.com/dy/article/ID.html, news.163.com/DAY/ID.html, c.m.163.com/news/a/ID.html."""
    match = _NETEASE_PAGE.fullmatch(address.path)
    return f"https://www.163.com/news/article/{match.group(1)}.html" if match else None


def _caixin(address: Address) -> str | None:
    """m.china.caixin.com/m/2020-03-26/ID.html for china.caixin.com/2020-03-26/ID.html."""
    match = _CAIXIN_PHONE_HOST.fullmatch(address.host)
    if match is None or not address.path.startswith("/m/20"):
        return None
    return f"https://{match.group(1)}{address.path.removeprefix('/m')}"


def _wiki(address: Address) -> str | None:
    """en.wikipedia.org/wiki/TITLE for en.m.wikipedia.org, and for both scripts of the Chinese one."""
    path, query = address.path, address.query
    language, _, rest = address.host.partition(".m.")
    host = f"{language}.{rest}" if rest else address.host
    if host.startswith("zh.") and (match := _WIKI_VARIANT.fullmatch(path)) is not None:
        path = f"/wiki/{match.group(1)}"
    if path.startswith("/wiki/"):
        path = path.replace("%20", "_")
    return f"https://{host}{path}{'?' if query else ''}{query}"


_RULES: Mapping[str, Callable[[Address], str | None]] = {
    "163.com": _netease,
    "caixin.com": _caixin,
    "googleapis.com": _youtube,
    "matters.town": _matters,
    "medium.com": _medium,
    "qq.com": _tencent,
    "reddit.com": _reddit,
    "twitter.com": _twitter,
    "weibo.com": _weibo,
    "youtu.be": _youtube,
    "youtube-nocookie.com": _youtube,
    "youtube.com": _youtube,
    "youtubekids.com": _youtube,
} | {
    f"{project}.org": _wiki
    for project in (
        "wikipedia", "wiktionary", "wikiquote", "wikinews", "wikisource", "wikibooks", "wikivoyage",
        "wikiversity", "wikimedia",
    )
}  # fmt: skip
