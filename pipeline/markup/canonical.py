"""The one spelling of an address, by which two mentions of a page are known to be the same.

Two pages are never made one: what is dropped or replaced names no page, by the standards, by the vendors'
own documentation, or by how a known site addresses its pages (permalinks.py). What holds for nearly every
site, but not for all, is `looser_key`'s: it serves to look a page up, and is no identity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from pipeline.markup.permalinks import SAME_HOSTS, main_form, permalink
from pipeline.markup.urls import Address, parse_address, site_of

# Parameters that say how a reader came, not what the page is. Exact names, or prefixes that end in `*`.
# From the vendors' documentation of their click and campaign identifiers, and from the lists of what
# browsers drop: brave-core's components/query_filter, Firefox's query stripping, ClearURLs' global rules.
TRACKING_PARAMETERS = (
    # Google
    "utm_*", "_ga", "_gl", "ga_source", "ga_medium", "ga_campaign", "ga_content", "ga_term", "gclid",
    "gclsrc", "dclid", "gbraid", "wbraid", "srsltid",
    # Meta
    "fbclid", "fb_action_ids", "fb_action_types", "fb_source", "fb_ref", "fb_comment_id",
    "action_object_map", "action_type_map", "action_ref_map", "__tn__", "__cft__*", "__xts__*", "igsh",
    "igshid", "mibextid",
    # other networks
    "msclkid", "ref_src", "ref_url", "twclid", "__twitter_impression", "ttclid", "li_fat_id", "rdt_cid",
    "epik", "yclid", "ysclid", "ymclid", "_openstat", "irclickid", "rb_clickid", "unicorn_click_id",
    "_branch_match_id", "_branch_referrer",
    # newsletters
    "_hs*", "__hs*", "hsa_*", "hsCtaTracking", "mc_cid", "mc_eid", "mkt_tok", "vero_conv", "vero_id",
    "wickedid", "oly_anon_id", "oly_enc_id", "ml_subscriber", "ml_subscriber_hash", "bsft_clkid",
    "bsft_uid", "__s", "_kx", "_bhlid", "et_rid", "ss_email_id", "vgo_ee", "elqTrack", "elqTrackId",
    "oft_c", "oft_ck", "oft_d", "oft_id", "oft_ids", "oft_k", "oft_lk", "oft_sk",
    # measuring of audiences
    "mtm_*", "pk_campaign", "pk_cid", "pk_content", "pk_keyword", "pk_kwd", "pk_medium", "pk_source",
    "s_cid", "at_campaign*", "at_custom*", "at_medium", "at_recipient_*", "wt_mc", "wt_zmc", "WT.mc_id",
    "itm_campaign", "itm_content", "itm_medium", "itm_source", "itm_term", "guccounter", "guce_referrer*",
    # Alibaba, bilibili, Tencent, Sina
    "scm", "spm", "spm_id_from", "vd_source", "isappinstalled", "nsukey", "sudaref",
    # viewers of AMP pages; Cloudflare's page for waiting
    "amp_ct", "amp_gsa", "amp_js_v", "amp_r", "amp_tf", "__cf_chl_*",
)  # fmt: skip
# Others that track on one site, by the last two labels of its host.
SITE_TRACKING: Mapping[str, tuple[str, ...]] = {
    "bbc.com": ("intlink_from_url", "link_location", "ns_*", "ocid", "xtor"),
    "bilibili.com": ("from_spmid", "seid", "share_*", "unique_k"),
    "bloomberg.com": ("cmpid", "leadSource", "sref", "srnd"),
    "businessinsider.com": ("IR", "r"),
    "economist.com": ("fsrc",),
    "facebook.com": (
        "__eep__", "__rdc", "__rdr", "_rdc", "_rdr", "eav", "fref", "hc_location", "hc_ref", "notif_id",
        "notif_t", "paipv", "rdid", "ref", "refid", "refsrc", "sfnsn",
    ),
    "forbes.com": ("sh", "ss"),
    "linkedin.com": ("lipi", "originalSubdomain", "trackingId", "trk", "trkInfo"),
    "medium.com": ("gi", "responsesOpen", "sk", "source"),
    "nytimes.com": (
        "_r", "auth", "campaign_id", "clickSource", "emc", "gwh", "gwt", "instance_id", "module", "mtrref",
        "nl", "nlid", "partner", "pgtype", "referringSource", "regi_id", "rref", "searchResultPosition",
        "segment_id", "smid", "smtyp", "smvar", "te",
    ),
    "reddit.com": ("rdt", "ref", "ref_source", "share_id"),
    "scmp.com": ("module", "pgtype"),
    "sohu.com": ("_f", "_trans_", "pvid"),
    "spotify.com": ("si",),
    "substack.com": ("isFreemail", "r", "s", "showWelcome", "showWelcomeOnShare", "triedRedirect"),
    "theguardian.com": ("CMP",),
    "washingtonpost.com": ("arc404", "itid", "noredirect", "tid", "wpisrc", "wpmm"),
    "wsj.com": ("mg", "mod", "ns", "reflink"),
    "youtu.be": ("feature", "si"),
    "youtube.com": ("ab_channel", "app", "feature", "pp", "si", "sub_confirmation"),
    "zhihu.com": ("share_code",),
}  # fmt: skip
# With these values only: WeChat's `from` of what was shared, Medium's `source` (`rss-0a1b------2`), and what
# asks for the AMP form of a page.
_TRACKING_PAIR = re.compile(
    r"from=(?:timeline|groupmessage|singlemessage)|source=.*------.*|amp(?:=(?:1|true)?)?|outputType=amp",
    re.DOTALL,
)

# Addresses that carry the address of a page, to which they lead: host, path, and the parameters that may
# hold it; `?` is the whole query.
CARRIERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "c.pc.qq.com": {"/middlem.html": ("pfurl",), "/middle.html": ("pfurl",)},
    "exit.sc": {"/": ("url",)},
    "gate.sc": {"/": ("url",)},
    "getpocket.com": {"/redirect": ("url",)},
    "go.redirectingat.com": {"/": ("url",)},
    "go.skimresources.com": {"/": ("url",)},
    "href.li": {"/": ("?",)},
    "l.facebook.com": {"/l.php": ("u",)},
    "l.instagram.com": {"/": ("u",)},
    "link.csdn.net": {"/": ("target",)},
    "link.jianshu.com": {"/": ("t",)},
    "link.juejin.cn": {"/": ("target",)},
    "link.zhihu.com": {"/": ("target",)},
    "links.jianshu.com": {"/go": ("to",)},
    "lm.facebook.com": {"/l.php": ("u",)},
    "medium.com": {
        "/r": ("url",),
        "/m/global-identity": ("redirectUrl",),
        "/m/global-identity-2": ("redirectUrl",),
    },
    "slack-redir.net": {"/link": ("url",)},
    "steamcommunity.com": {"/linkfilter": ("url", "u")},
    "t.me": {"/iv": ("url",)},
    "t.umblr.com": {"/redirect": ("z",)},
    "vk.com": {"/away.php": ("to",)},
    "www.douban.com": {"/link2": ("url",)},
    "www.facebook.com": {"/l.php": ("u",), "/flx/warn": ("u",)},
    "www.linkedin.com": {"/redir/redirect": ("url",), "/safety/go": ("url",)},
    "www.youtube.com": {"/redirect": ("q",)},
}
_GOOGLE = re.compile(r"(?:www\.)?google(?:\.com?)?(?:\.[a-z]{2})?")
# Paths of AMP caches and of Google's viewer, `/s` for https, and what these add to a query:
# https://developers.google.com/amp/cache/overview#amp-cache-url-format
_AMP_CACHE = re.compile(r"/[cv](/s)?/([^/.]+\..+)", re.DOTALL)
_AMP_VIEWER = re.compile(r"/amp(/s)?/([^/.]+\..+)", re.DOTALL)
_AMP_VIEWER_PARAMETERS = frozenset(("usqp", "aoh", "csi", "ampshare", "referrer"))
# Nobody writes more addresses within each other; where there are more, none is opened.
_MAX_CARRIERS = 5

_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# A letter, a digit, `-`, `.`, `_` or `~`, which need no encoding anywhere.
_ENCODED_UNRESERVED = re.compile(r"%(2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# A byte beyond ASCII that was percent-encoded twice: `%25E5` for `%E5`.
_ENCODED_TWICE = re.compile(r"%25(?=[89A-Fa-f][0-9A-Fa-f])")
# White space, as the last part of a path: `/low-tide/%20`.
_BLANK = re.compile(r"(?:%20|%C2%A0|%E2%80%8B|%E3%80%80|%EF%BB%BF)+")
# The ampersand before a parameter that was escaped once too often.
_ESCAPED = re.compile(r"(^|&)(?:amp;)+")
# A parameter whose name was read as a character reference: `&timestamp=` became `×tamp=`. Nothing else
# goes on like these.
_READ_AS_CHARACTER = re.compile(
    r"%C3%97(?=tamp=)|%C2%A7(?=ions?=)|%C2%AE(?=ions?=)|%C2%A9(?=right=)|%C2%A4(?=t[A-Za-z]*=|cy=)"
    r"|%C2%B6(?=ms?=)"
)
_CHARACTERS = {
    "%C3%97": "times",
    "%C2%A7": "sect",
    "%C2%AE": "reg",
    "%C2%A9": "copy",
    "%C2%A4": "curren",
    "%C2%B6": "para",
}

# AMP forms of pages, where these can be nothing else: behind a file, behind a day's post.
_AMP_BEHIND_FILE = (".html/amp", ".htm/amp", ".shtml/amp", ".php/amp", ".aspx/amp", ".html/ampRFA")
_AMP_OF_DAY = re.compile(r"((?:/[^/]+){0,2}/\d{4}/\d\d?(?:/\d\d?)?/(?!amp/)[^/]+)/amp")

# The copy that a web archive keeps: web.archive.org/web/20190224234653id_/URL and others with the same
# software, archive.today under its names, Google's cache.
_WAYBACK = re.compile(r"/(?:[^/]+/){0,3}\d{8,14}(?:[a-z]{2}_)?/(https?:/.+)", re.DOTALL)
_ARCHIVE_TODAY = re.compile(r"/(?:newest|oldest|\d{4,14}|\d{4}\.\d\d\.\d\d-\d{6})/(https?:/.+)", re.DOTALL)
_ARCHIVE_TODAY_HOSTS = frozenset(f"archive.{top}" for top in ("today", "is", "ph", "fo", "md", "li", "vn"))
_CACHED = re.compile(r"cache:(?:[\w-]{12}:)?([^+\s]+)")
_ONE_SLASH = re.compile(r"(https?):/(?!/)")


def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    patterns = (re.escape(name).replace(r"\*", ".*") for name in names)
    return re.compile("|".join(patterns), re.IGNORECASE | re.DOTALL)


_TRACKING = _named(TRACKING_PARAMETERS)
_SITE_TRACKING = {domain: _named(names) for domain, names in SITE_TRACKING.items()}


@lru_cache(maxsize=65_536)
def canonical_url(url: str) -> str | None:
    """The address that stands for every spelling of `url`; None for what is no web page.

    https for http; no user, default port, fragment (but `#!`), tracking parameter or final
    slash; percent-encoding undone where it is not needed, also where it was done twice. An address that
    carries another, to which it leads, is that one. The phone and AMP pages of known sites are the pages
    that they show. Where a site names its pages by an id, the id alone tells: YouTube, Medium, Matters,
    Twitter, Weixin and others.
    """
    address = _read(url)
    if address is None:
        return None
    if (once := _pasted_twice(address)) is not None:
        return once
    host, port, path, _, fragment = address = main_form(_carried(address))
    address = Address(host, port, _without_amp(path), _without_tracking(address), fragment)
    return permalink(address) or _written(address)


def looser_key(url: str) -> str | None:
    """A key that all forms of a page share on nearly every site; None for what is no web page.

    As `canonical_url`, but without what `www.` and phone pages put before a host, and without `/amp` or
    `/index.html` behind a path; the copy that a web archive keeps has the key of the page that it shows.
    Two pages may share a key: it tells of a page only where a single one has it.
    """
    for _ in range(_MAX_CARRIERS):
        canonical = canonical_url(url)
        if canonical is None or (shown := _archived(canonical)) is None:
            break
        url = shown
    address = _read(canonical) if canonical else None
    if address is None:
        return None
    path = address.path
    for ending in ("/amp", "/index.html", "/index.htm", "/index.php"):
        path = path.removesuffix(ending)
    _, _, key = _written(address._replace(host=site_of(address.host), path=path or "/")).partition("://")
    return key


def _read(url: str) -> Address | None:
    """An address with its path and its query spelled the one way."""
    address = parse_address(url)
    if address is None:
        return None
    query = _spell_bytes(address.query)
    if "%C" in query:  # where the characters of _CHARACTERS begin
        query = _READ_AS_CHARACTER.sub(lambda found: f"&{_CHARACTERS[found.group()]}", query)
    if "amp;" in query:
        query = _ESCAPED.sub(r"\1", query)
    return Address(address.host, address.port, _spell_path(address.path), query, address.fragment)


def _written(address: Address) -> str:
    host, port, path, query, fragment = address
    fragment = f"#{fragment}" if fragment.startswith("!") else ""
    return f"https://{host}{port}{path}{'?' if query else ''}{query}{fragment}"


def _spell_path(path: str) -> str:
    if "%" in path:
        path = _spell_bytes(path)
        if "%25" in path:
            path = _spell_bytes(_ENCODED_TWICE.sub("%", path))
        path = path.rstrip("/")
        if path.endswith(("%20", "%A0", "%8B", "%80", "%BF")):
            parts = path.split("/")
            while len(parts) > 1 and (not parts[-1] or _BLANK.fullmatch(parts[-1])):
                parts.pop()
            path = "/".join(parts)
    return path.rstrip("/") or "/"


def _spell_bytes(text: str) -> str:
    """Percent-encoding where it is needed only, in capitals; a `%` that encodes nothing is `%25`."""
    if "%" not in text:
        return text
    text = _ENCODED.sub(lambda run: run.group().upper(), _BARE_PERCENT.sub("%25", text))
    return _ENCODED_UNRESERVED.sub(lambda byte: chr(int(byte.group(1), 16)), text)


def _without_tracking(address: Address) -> str:
    """The query without tracking parameters; the others stay as written and in their order."""
    if not address.query:
        return ""
    of_site = _SITE_TRACKING.get(address.domain)
    kept = []
    for pair in address.query.split("&"):
        name = pair.partition("=")[0]
        if not (
            not pair
            or _TRACKING.fullmatch(name)
            or (of_site is not None and of_site.fullmatch(name))
            or _TRACKING_PAIR.fullmatch(pair)
        ):
            kept.append(pair)
    return "&".join(kept)


def _without_amp(path: str) -> str:
    """A path without what tells the AMP form of a page, where it can be nothing else."""
    if "amp" not in path:
        return path
    if path.endswith(_AMP_BEHIND_FILE):
        path = path.rpartition("/")[0]
    elif path.endswith("/amp") and (match := _AMP_OF_DAY.fullmatch(path)) is not None:
        path = match.group(1)
    if path.endswith(".amp.html") and not path.endswith(".amp.amp.html"):
        path = path.removesuffix(".amp.html") + ".html"
    if path.startswith("/platform/amp/") and not path.startswith("/platform/amp/platform/"):  # Vox Media
        path = path.removeprefix("/platform/amp")
    return path


def _pasted_twice(address: Address) -> str | None:
    """The page of an address that stands there twice, in a row or as Markdown writes it: `X](X)`."""
    if "://" not in address.path and "://" not in address.query:
        return None
    whole = _written(address)
    if whole.count("://") != 2:
        return None
    at = max(whole.find("https://", 8), whole.find("http://", 8))
    if at < 0:
        return None
    once, again = whole[:at], whole[at:]
    if once.endswith("](") and again.endswith(")"):
        once, again = once[:-2], again[:-1]
    page = canonical_url(once)
    return page if page is not None and page == canonical_url(again) else None


def _carried(address: Address) -> Address:
    """The address that an address carries and leads to; itself where it carries none, or too many."""
    inner = address
    for _ in range(_MAX_CARRIERS):
        written = _unwrap(inner)
        found = _read(written) if written else None
        if found is None:
            return inner
        inner = found
    return address


def _unwrap(address: Address) -> str | None:
    host, path = SAME_HOSTS.get(address.host, address.host), address.path
    names: tuple[str, ...] = ()
    if (paths := CARRIERS.get(host)) is not None:
        names = paths.get(path, ())
    elif "google" in host and _GOOGLE.fullmatch(host):
        if path.startswith("/amp/"):
            return _shown_by_amp(_AMP_VIEWER.fullmatch(path), address.query)
        names = ("q", "url") if path == "/url" else ()
    elif host.endswith((".cdn.ampproject.org", ".bing-amp.com")):
        return _shown_by_amp(_AMP_CACHE.fullmatch(path), address.query)
    elif host == "out.reddit.com" or host.endswith(".safelinks.protection.outlook.com"):
        names = ("url",)
    for name in names:
        written = address.query if name == "?" else address.parameter(name)
        try:
            found = unquote(written or "", errors="strict")
        except UnicodeDecodeError:
            continue
        if found.startswith(("https://", "http://")):
            return found
    return None


def _shown_by_amp(match: re.Match[str] | None, query: str) -> str | None:
    if match is None:
        return None
    own = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] not in _AMP_VIEWER_PARAMETERS)
    return f"http{'s' if match.group(1) else ''}://{match.group(2)}{'?' if own else ''}{own}"


def _archived(canonical: str) -> str | None:
    """The address of the page that a web archive's copy shows; None for any other page."""
    if "/http" not in canonical and "cache:" not in canonical:
        return None
    address = parse_address(canonical)
    if address is None:
        return None
    if address.host == "webcache.googleusercontent.com":
        match = _CACHED.match(unquote(address.parameter("q") or ""))
        if match is None:
            return None
        written = match.group(1)
        return written if written.startswith(("https://", "http://")) else f"https://{written}"
    pattern = _ARCHIVE_TODAY if address.host in _ARCHIVE_TODAY_HOSTS else _WAYBACK
    match = pattern.fullmatch(address.path)
    if match is None:
        return None
    written = _ONE_SLASH.sub(r"\1://", match.group(1), count=1)
    return f"{written}{'?' if address.query else ''}{address.query}"
