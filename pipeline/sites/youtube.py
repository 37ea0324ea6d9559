"""youtube.com: a video, its channel, and what the channel says of it.

A post has no markup at all: its body is the video's description, from which the archiver deleted the line
breaks. So the words of the next line stand right behind an address:

    My pictures: https://www.patreon.com/tidesJoin me https://youtu.be/AbCdEfGhIjKTwitter: https://...

An address ends before the first character that no address has (Chinese ones would be encoded), before
another address, and before a row of dashes. Within that,

- an id of a known length ends there: `youtu.be/` and 11 characters, `bit.ly/` and 7;
- a name ends where the site's names end, or at their greatest length;
- a host ends behind its top-level domain (`tides.example.comTwitter`), a file behind its ending;
- a word that begins lines (`Facebook`, `Join`), or one with a capital before a colon, is no part of it;
- `...` behind 37 characters is YouTube's own shortening: what is there is only the address's beginning.

Where none of this tells, as in `patreon.com/tidesuse code`, the address is the longest that is possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import tldextract

from pipeline.markup.content import read_content
from pipeline.markup.embeds import embed_of
from pipeline.markup.links import Link, kind_of
from pipeline.markup.media import MediaItem
from pipeline.markup.soup import make_soup
from pipeline.markup.urls import absolute_web_url
from pipeline.posts.post import Post
from pipeline.sites.page import Page, page_of

HOSTS = ("www.youtube.com", "youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be")

WATCH = "https://www.youtube.com/watch?v="

_VIDEO = re.compile(r"[\w-]{11}", re.ASCII)
# Hashtags, one behind another; and a number, which is none.
_TAGS = re.compile(r"(?<![A-Za-z0-9&#])((?:#+\w{1,60})+)(\s|\Z)?")
_NUMBER = re.compile(r"[\d_]*")


def read_page(post: Post, url: str) -> Page:
    """Read one post of a video; `url` is the video's page."""
    content = read_content(make_soup(post.body), url, "body", prettified=post.is_prettified)
    text = content.text or ""
    found = list(addresses(text))
    return page_of(
        post,
        content,
        # Markup that has links has the addresses of its text in them.
        links=content.links or tuple(_link(address, url) for address in found),
        media=(*_video(url), *content.media),
        tags=_tags(post.title or "", text, found),
    )


def _video(url: str) -> Iterator[MediaItem]:
    """The page's video, as a page that embeds it would have it."""
    embed = embed_of(url)
    if embed is not None and embed.provider == "youtube" and _VIDEO.fullmatch(embed.id or ""):
        yield MediaItem(
            region="body",
            kind="embed",
            role="embed",
            url=f"{WATCH}{embed.id}",
            provider=embed.provider,
            provider_id=embed.id,
        )


def _link(address: Address, url: str) -> Link:
    kind = "broken" if address.is_shortened else kind_of(address.href, url)
    return Link(region="body", href=address.href, kind=kind, text=address.written, rel=None)


def _tags(title: str, text: str, found: list[Address]) -> tuple[str, ...]:
    """The hashtags of the title and of the text between its addresses; in the text only where it is plain
    where they end, the line breaks being gone: before another, or before white space."""
    tags = [tag for run, _ in _TAGS.findall(title) for tag in run.split("#")]
    at = 0
    for piece in (*found, None):
        between = text[at : piece.start] + "h" if piece is not None else text[at:]
        at = piece.end if piece is not None else at
        for run in _TAGS.finditer(between):
            names = run.group(1).split("#")
            tags += names if run.group(2) is not None else names[:-1]
    return tuple(dict.fromkeys(tag for tag in tags if not _NUMBER.fullmatch(tag)))


# Addresses in plain text.


class Address(NamedTuple):
    """An address in a text, from `start` to `end`; `href` as a link would have it. `is_shortened` says that
    only its beginning is there."""

    start: int
    end: int
    written: str
    href: str
    is_shortened: bool = False


# Where an address begins: with its scheme, with `www.`, with a site that is often written without, or with
# what stands before the @ of an e-mail address.
_START = re.compile(
    r"https?://(?=[a-z0-9])|(?<![\w.@/-])(?:www\.(?=[a-z0-9-]+\.[a-z])"
    r"|(?:youtu\.be|t\.me|bit\.ly|(?:m\.)?youtube\.com|facebook\.com|fb\.com|instagram\.com|twitter\.com"
    r"|patreon\.com|discord\.gg|paypal\.me|reurl\.cc|open\.spotify\.com)/(?=[\w@+]))"
    r"|(?<![\w.%+-])(?=[a-z0-9])[\w.%+-]{1,64}@(?=[a-z0-9-]{1,63}\.[a-z])",
    re.IGNORECASE | re.ASCII,
)
# What an address is made of: https://www.rfc-editor.org/rfc/rfc3986#section-2
_RUN = re.compile(r"[\w.~:/?#\[\]@!$&'()*+,;=%-]{1,4000}", re.ASCII)
_ANOTHER = re.compile(r"https?://|(?<=[a-z0-9])www\.(?=[a-z0-9-]+\.(?:com|net|org)\b)", re.IGNORECASE)
# An archive's address has another's in it.
_ARCHIVED = re.compile(r"/web/[\w*]{0,20}/\Z", re.ASCII)
_DASHES = re.compile(r"([-=*_~#+.])\1{3,}")
_HOST = re.compile(r"(?:https?://)?([a-z0-9.-]+)(:\d{1,5}(?=[/?#]|\Z))?", re.IGNORECASE)
_LABELS = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*", re.IGNORECASE)
_IP_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_SHORTENED = 37
_FEW = 64


def addresses(text: str) -> Iterator[Address]:
    """The web and e-mail addresses in a text, in its order. A text of one line is taken for one whose line
    breaks were deleted."""
    is_glued = "\n" not in text
    at = 0
    while (start := _START.search(text, at)) is not None:
        begin, at = start.span()
        if start.group().endswith("@"):
            if length := _host_length(text[at : at + 253]):
                at += length
                yield Address(begin, at, text[begin:at], f"mailto:{text[begin:at]}")
            continue
        run = _RUN.match(text, begin)
        assert run is not None
        length, is_shortened = _length(run.group(), text[run.end() : run.end() + _FEW], is_glued)
        written = run.group()[:length]
        href = absolute_web_url(written if "://" in written[:8] else f"https://{written}", WATCH)
        at = max(at, begin + length)
        if length and href is not None:
            yield Address(begin, at, written, href, is_shortened)


def _length(run: str, behind: str, is_glued: bool) -> tuple[int, bool]:
    """How much of a run of characters is one address, and whether that is only its beginning. `behind` is
    what comes after the run."""
    for another in _ANOTHER.finditer(run, 8):
        before = another.start()
        if run[before - 1] != "=" and not _ARCHIVED.search(run, max(0, before - 30), before):
            run, behind = run[:before], run[before : before + _FEW]
            break
    if (dashes := _DASHES.search(run)) is not None:
        run, behind = run[: dashes.start()], dashes.group()[:_FEW]
    if run.startswith("...", _SHORTENED) or (len(run) == _SHORTENED and behind.startswith("…")):
        return _SHORTENED, True
    host = _HOST.match(run)
    length = _host_length(host.group(1)) if host is not None else 0
    if host is None or not length:
        return 0, False
    if length < len(host.group(1)):
        return host.start(1) + length, False
    rest = run[host.end() :]
    if rest[:1] not in ("/", "?", "#"):
        return host.end(), False
    name = host.group(1).lower().removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    return host.end() + _rest_length(name, rest, behind, is_glued), False


# Hosts.


def _host_length(text: str) -> int:
    """How much of a text is a host: up to the last label that is a top-level domain or begins with one;
    all labels where none is known. 0 where it has but one label."""
    labels = _LABELS.match(text)
    if labels is None:
        return 0
    if _IP_ADDRESS.fullmatch(labels.group()):
        return labels.end()
    length = at = 0
    parts = labels.group().split(".")
    for number, label in enumerate(parts):
        if length and not label[:1].islower():  # tides.com.Then
            break
        known = _domain_length(label, is_last=number == len(parts) - 1) if number else 0
        if known:
            length = at + known
            if known < len(label):  # tides.comTwitter
                break
        at += len(label) + 1
    return length or (labels.end() if len(parts) > 1 else 0)


_BEFORE_WORD = re.compile(r"[a-z]+(?=[A-Z])")
# Domains behind which digits and small letters are told from a longer domain.
_COMMON_DOMAIN = re.compile(r"com|net|org|info|cn|tw|hk|tv|me|io|co|cc|club")


def _domain_length(label: str, *, is_last: bool) -> int:
    """How much of a label is a top-level domain: all of it, what stands before a capital, or a common one
    that the last label begins with."""
    known = _top_level_domains()
    if label.lower() in known or label.startswith("xn--"):
        return len(label)
    word = _BEFORE_WORD.match(label)
    if word is not None:
        return word.end() if word.group() in known else 0
    common = _COMMON_DOMAIN.match(label) if is_last else None
    return common.end() if common is not None else 0


# https://www.rfc-editor.org/rfc/rfc6761
_RESERVED = frozenset(("example", "invalid", "localhost", "test", "local", "onion"))


@cache
def _top_level_domains() -> frozenset[str]:
    """Those of the Public Suffix List that ships with tldextract; it is never fetched."""
    suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None).tlds
    return frozenset(suffix.rpartition(".")[2] for suffix in suffixes) | _RESERVED


# Path, query and fragment, by site. Hosts without `www.`, `m.` and `mobile.`.

_LIST = r"(?:PL[\w-]{32}|PL[0-9A-F]{16}|(?:UU|FL|LL)[\w-]{22}|OLAK5uy_[\w-]{33}|RD[\w-]{11})"
_PARAMETER = (
    rf"[?&](?:v=[\w-]{{11}}|list={_LIST}|t=(?:\d+[hms]?){{1,3}}|(?:index|start)=\d+|si=[\w-]{{16}}"
    r"|feature=(?:share|youtu\.be)|app=desktop|sub_confirmation=1)"
)
_CHANNEL_PAGE = r"(?:/(?:join|videos|about|featured|playlists|community|streams|shorts|live)(?![a-z]))?"
_SHORT_CODE = r"/(?=[a-z0-9]{1,6}[A-Z])[1-4][A-Za-z0-9]{6}"

# Addresses that end where a form ends, unless parameters follow.
_FORMS = {
    "youtu.be": (rf"/[\w-]{{11}}/?(?:{_PARAMETER})*",),
    "youtube.com": (
        rf"/watch/?(?=\?(?:[^#]*&)?v=)(?:{_PARAMETER})+",
        rf"/(?:embed|shorts|live|v)/[\w-]{{11}}(?:{_PARAMETER})*",
        rf"/playlist(?=\?list=)(?:{_PARAMETER})+",
        rf"/channel/UC[\w-]{{22}}{_CHANNEL_PAGE}",
    ),
    "twitter.com": (r"/\w{1,15}/status/\d+(?:\?s=\d\d)?",),
    "x.com": (r"/\w{1,15}/status/\d+(?:\?s=\d\d)?",),
    "instagram.com": (r"/(?:p|reel|tv)/[\w-]{11}/?",),
    "facebook.com": (
        r"/groups/\d+/?(?:\?ref=share(?:_group_link)?)?", r"/profile\.php\?id=\d+",
        r"/[\w.%-]+/(?:posts|videos)/(?:\d+|pfbid\w+)/?", r"/watch/?\?v=\d+",
    ),
    "vimeo.com": (r"/\d+",),
    "bilibili.com": (r"/video/(?:BV\w{10}|av\d+)/?",),
    "space.bilibili.com": (r"/\d+",),
    "zhihu.com": (r"/question/\d+(?:/answer/\d+)?",),
    "zhuanlan.zhihu.com": (r"/p/\d+",),
    "weibo.com": (r"/(?:u/)?\d{6,}",),
    "mp.weixin.qq.com": (r"/s/[\w-]{22}", r"/s\?__biz=[\w%]+=*&mid=\d+&idx=\d&sn=[0-9a-f]{32}"),
    "chat.whatsapp.com": (r"/(?:invite/)?[A-Za-z0-9]{22}",),
    "wa.me": (r"/\d{8,15}",),
    "signal.group": (r"/#[\w-]{72}",),
    "open.spotify.com": (
        r"/(?:show|episode|track|album|playlist|artist)/\w{22}(?:\?si=(?:[\w-]{22}|[0-9a-f]{16}))?",
    ),
    "podcasts.apple.com": (r"/(?:[\w%.-]+/)*?id\d+(?:\?i=\d+)?",),
    "play.google.com": (r"/store/apps/details\?id=[a-z]\w*(?:\.[a-z]\w*)+&hl=[a-z]{2}(?:_[A-Z]{2})?",),
    "images.app.goo.gl": (r"/[A-Za-z0-9]{17}",),
    "photos.app.goo.gl": (r"/[A-Za-z0-9]{17}",),
    "maps.app.goo.gl": (r"/[A-Za-z0-9]{17}",),
    "forms.gle": (r"/[A-Za-z0-9]{17}",),
    "goo.gl": (r"/(?!maps|photos|forms)[A-Za-z0-9]{6}",),
    "t.co": (r"/[A-Za-z0-9]{10}",),
    "bit.ly": (_SHORT_CODE,),
    "amzn.to": (_SHORT_CODE,),
    "apple.co": (_SHORT_CODE,),
    "nyti.ms": (_SHORT_CODE,),
    "bbc.in": (_SHORT_CODE,),
    "spoti.fi": (_SHORT_CODE,),
}  # fmt: skip
# Codes that have one of several lengths, the likeliest first; where a code can be chosen, it has any.
_CODES: dict[str, tuple[str, tuple[int, ...]]] = {
    "t.me": (r"/(?:joinchat/|\+)([\w-]{16,})", (22, 16)),
    "discord.gg": (r"/([A-Za-z0-9]+)", (7, 8, 10)),
    "discord.com": (r"/invite/([A-Za-z0-9]+)", (7, 8, 10)),
    "reurl.cc": (r"/([A-Za-z0-9]+)", (6, 5)),
    "pse.is": (r"/([A-Za-z0-9]+)", (6, 5)),
    "ppt.cc": (r"/([A-Za-z0-9]+)", (6, 5)),
    "lihi1.com": (r"/([A-Za-z0-9]+)", (5,)),
    "lin.ee": (r"/([A-Za-z0-9]+)", (7,)),
    "b23.tv": (r"/([A-Za-z0-9]+)", (7,)),
    "tinyurl.com": (r"/([A-Za-z0-9-]+)", (8, 7)),
}
_CHOSEN = frozenset(("discord.gg", "discord.com", "tinyurl.com", "lin.ee"))
# Names that people have on a site, and how long they are at the most. What follows behind a slash is a page
# of theirs, unless it has a capital.
_NAMES = {
    "youtube.com": (rf"/(?:c/|user/)?(@[\w.-]{{3,}}|[\w-]+){_CHANNEL_PAGE}/?", 100),
    "twitter.com": (r"/(\w+)/?", 15),
    "x.com": (r"/(\w+)/?", 15),
    "t.me": (r"/(\w+)/?", 32),
    "instagram.com": (r"/([\w.]+)/?", 30),
    "threads.net": (r"/@([\w.]+)/?", 30),
    "facebook.com": (r"/([A-Za-z0-9.]+)/?", 50),
    "tiktok.com": (r"/@([\w.]+)/?", 24),
    "patreon.com": (r"/(?:c/)?(\w+)/?", 64),
    "paypal.me": (r"/([A-Za-z0-9]+)/?", 20),
    "matters.news": (r"/@(\w+)/?", 15),
    "matters.town": (r"/@(\w+)/?", 15),
}
# What stands in the place of a name and is none.
_NO_NAMES = frozenset(
    "hashtag search home explore i intent share sharer s c p reel reels tv stories groups pages places "
    "events watch posts join joinchat addstickers feed results redirect playlist channel l l.php".split()
)
# What goes on behind an id or a name.
_GOES_ON = ("?", "&", "/")


@cache
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(form, re.ASCII)


def _rest_length(host: str, rest: str, behind: str, is_glued: bool) -> int:
    """How much of what follows a host belongs to the address."""
    for form in _FORMS.get(host, ()):
        found = _compiled(form).match(rest)
        if found is not None and rest[found.end() : found.end() + 1] not in _GOES_ON:
            return found.end()
    if not is_glued:
        return _trimmed(rest)
    if host in _CODES:
        form, lengths = _CODES[host]
        if (found := _compiled(form).match(rest)) is not None:
            return found.start(1) + _code_length(found.group(1), lengths, host in _CHOSEN)
    longest = len(rest)
    named = _NAMES.get(host)
    if named is not None and (found := _compiled(named[0]).match(rest)) is not None:
        after = rest[found.end() :]
        is_page = found.group(1).lower() in _NO_NAMES or after.startswith(_GOES_ON)
        if not is_page and not (found.group().endswith("/") and after and not after[0].isupper()):
            rest, behind = found.group(), after[:_FEW] + behind
            if found.end(1) - found.start(1) > named[1]:
                longest = found.start(1) + named[1]
    return min(longest, _trimmed(rest[: _without_words(rest, behind)]))


_BRACKETS = {")": "(", "]": "["}


def _trimmed(rest: str) -> int:
    """The length without what ends a sentence, and without brackets that were opened before."""
    end = len(rest)
    closed = {bracket: rest.count(bracket) - rest.count(opener) for bracket, opener in _BRACKETS.items()}
    while end:
        last = rest[end - 1]
        if last in closed:
            if closed[last] <= 0:
                break
            closed[last] -= 1
        elif last not in ".,;:!?'*~#&([":
            break
        end -= 1
    return end


def _code_length(code: str, lengths: tuple[int, ...], is_chosen: bool) -> int:
    """How much of a run of letters is a code: what stands before a word, else all where that is one of
    the lengths or where people choose their codes, else the likeliest length."""
    for length in lengths:
        if _WORD.match(code, length) or (len(code) not in lengths and _CAPITAL_WORD.match(code, length)):
            return length
    if is_chosen or len(code) in lengths:
        return len(code)
    return next((length for length in lengths if length < len(code)), len(code))


# Words that begin the line behind an address.
_WORDS = "|".join(
    "Facebook FB Twitter Telegram Instagram IG Youtube YouTube Discord WhatsApp Whatsapp Wechat WeChat "
    "Weibo Patreon PayPal Paypal TikTok Tiktok Threads LINE Spotify Bitcoin Android Email Gmail Website "
    "Podcast Blog The And You Your We My Our This That If For From With Join Follow Support Subscribe Watch "
    "Check Get Use Music Song Track Links Link Donate Contact Visit Click Download Listen Thanks Creative "
    "Artist Composer"
    .split()
)  # fmt: skip
_WORD = re.compile(rf"(?:{_WORDS})(?![a-z])")
_CAPITAL_WORD = re.compile(r"[A-Z][a-z]{3,}")
_FILE = re.compile(r"\.(?>shtml|html?|php|aspx?|jsp|pdf|jpe?g|png|gif|mp[34])(?=[A-Za-z]{2})")
_TIME = re.compile(r":(?=[0-5]\d(?!\d)|\Z)")
_EMPTY_PART = re.compile(r"//(?=[A-Z])")
_MORE_WORDS = re.compile(r" [A-Za-z]")
_PAGE_NUMBER = re.compile(r"[?&](?:page|p|start|index)=\d+(?=[A-Z])")
# `/my-boatConquering the`: the only word with a capital, and other words behind.
_ONLY_CAPITAL = re.compile(
    r"(?:[^A-Z%?]++|%[0-9A-F]{2})*+(?<=[a-z0-9])(?=(?:[A-Z][a-z]+(?:'[a-z]{1,2})?|[A-Z]{2,})\Z)"
)
# The end of an address that is none, and what comes after it.
_NO_ENDS = tuple(
    (re.compile(end), re.compile(behind))
    for end, behind in (
        # A word that often begins a line, or one with a capital before a colon.
        (rf"(?<=[A-Za-z0-9])(?:{_WORDS})\Z", ""),
        (rf"(?<=/)(?:{_WORDS})\Z", " [A-Za-z]"),
        (r"(?:[A-Z][a-z]{2,}|[A-Z]{2,})\Z", r" ?(?:[:：→]|-+>)"),
        # What credits music.
        (r"(?:provided|promoted)\Z", r" by\b"),
        # It is a list, `tides1.`, a date, `tides2.9`, or a chapter of the video, `tides0:00`.
        (r"(?<=[A-Za-z_])\d{1,2}\.\d{0,2}\Z", r"[^\x00-\x7f]"),
        (r"(?<=[A-Za-z_])\d{1,2}\Z", r"\.(?:\d{1,2}\.?)?[^\x00-\x7f]"),
        (r"(?:[0-5]\d|\d)\Z", r":[0-5]\d(?!\d)"),
        # Hashtags follow.
        (r"#\w+\Z", r"\s*#"),
    )
)


def _without_words(rest: str, behind: str) -> int:
    """How much is left of path, query and fragment without the beginning of the next line."""
    path = rest.partition("?")[0]
    for known in (_FILE.search(path), _PAGE_NUMBER.search(rest)):
        if known is not None:
            return known.end()
    end = found.start() + 1 if (found := _EMPTY_PART.search(path)) is not None else 0
    if (time := _TIME.search(rest, 1)) is not None and not 0 < end < time.start():
        end = time.start()
    if end:
        rest, behind = rest[:end], rest[end : end + _FEW] + behind
    last = rest[-_FEW:]
    for no_end, follows in _NO_ENDS:
        if follows.match(behind) and (found := no_end.search(last)) is not None:
            return len(rest) - len(last) + found.start()
    if _MORE_WORDS.match(behind) and (only := _ONLY_CAPITAL.match(rest)) is not None:
        return only.end()
    return len(rest)
