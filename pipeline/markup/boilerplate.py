"""Which parts of a page are not its text: navigation, share bars, lists of other pages, notes on cookies.

Where unsure, a part is text. It is boilerplate

- by its element: <nav>; where a page has them around its text, <aside>, <header>, <footer>;
- by its `role`, as WAI-ARIA means it (https://www.w3.org/TR/wai-aria/#landmark_roles);
- by a class or id that means nothing else: those that plugins and vendors write;
- by a class or id that mostly means that, such as `related`, where what it holds bears it out: it is
  mostly links, or a few words;
- as a bar of nothing but links to share the page, whatever it is called.

What is called so but holds the page's heading or its text is the page; so is what holds most of the text
around it. Each part has a kind, which says why it was left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from bs4.element import NavigableString, PageElement, Tag

from pipeline.markup.survey import NOWHERE, Mark, Survey
from pipeline.sites.main_text import is_text

NAMES = frozenset(("nav", "aside", "header", "footer", "article", "main", "h1"))

_ELEMENTS = {"nav": "navigation", "aside": "sidebar", "header": "site header", "footer": "site footer"}

_ROLES = {
    "navigation": "navigation",
    "menu": "navigation",
    "menubar": "navigation",
    "search": "search",
    "banner": "site header",
    "contentinfo": "site footer",
    "complementary": "sidebar",
    "dialog": "dialog",
    "alertdialog": "dialog",
}
# Roles that tell only where a page has them around its text: within it they may be anything.
_AROUND_ONLY = frozenset(("site header", "site footer", "sidebar", "dialog"))

# Names that mean nothing else, by kind. `_` is `-` here.
_SURE = {
    "share": "sharedaddy sd-sharing sd-sharing-enabled addtoany-share-save-container addtoany-list a2a-kit "
    "addthis-toolbox addthis-inline-share-toolbox addthis-button addthis-sharing-toolbox "
    "sharethis-inline-share-buttons shareaholic-canvas heateor-sss-sharing-container heateorssssharing "
    "ssba ssba-wrap essb-links social-warfare swp-social-panel mashsb-container dpsp-networks-btns-wrapper "
    "dpsp-content-wrapper simplesharebuttons share-buttons share-bar share-icons share-links share-tools "
    "sharebar social-share social-share-buttons social-sharing social-sharing-buttons social-buttons "
    "social-share-list sharing-buttons sharing-links article-share post-share post-sharing "
    "post-share-buttons entry-share entry-sharing td-post-sharing td-post-sharing-top "
    "td-post-sharing-bottom jeg-share-button jetpack-likes-widget-wrapper post-likes-widget-placeholder "
    "sharing-screen-reader-text pullquote-share bdsharebuttonbox jiathis-style blog-share-buttons "
    "post-share-buttons-bottom byline-sharing st-sharethis",
    "related": "jp-relatedposts yarpp yarpp-related yarpp-related-shortcode crp-related wp-rp-wrap wp-rp "
    "zem-rp-wrap related-posts relatedposts related-articles related-stories related-entries "
    "related-topics suggested-topics recommended-posts recommended-articles article-related read-next "
    "read-next-feed more-stories you-may-also-like similar-posts outbrain ob-widget ob-strip-layout "
    "taboola trc-related-container zergnet gh-readmore popular-posts latest-posts recent-posts "
    "trending-posts most-read mostread most-popular crawler-linkback-list",
    "navigation": "site-navigation main-navigation primary-navigation secondary-navigation nav-menu navbar "
    "navbar-nav navbar-collapse navbar-default main-menu primary-menu secondary-menu mobile-menu top-menu "
    "breadcrumb breadcrumbs breadcrumb-trail rank-math-breadcrumb yoast-breadcrumb site-nav global-nav "
    "skip-link skip-links skip-to-content screen-reader-shortcut post-nav post-navigation posts-navigation "
    "nav-links nav-previous nav-next nav-single nav-below nav-above post-pagination wp-pagenavi pagenavi "
    "blog-pager single-navigation comment-navigation comments-navigation comments-pagination pagination "
    "pagination-single adjacent-posts",
    "site header": "site-header site-branding masthead site-masthead global-header",
    "site footer": "site-footer site-info colophon global-footer footer-widgets footer-copyright",
    "sidebar": "sidebar-primary sidebar-secondary widget-area widget-sidebar primary-sidebar "
    "secondary-sidebar sidebar-container sidebar-wrapper sidebar-widget sidebar-widgets",
    "cookie": "cookie-notice cookie-bar cookie-banner cookie-consent cookie-consent-banner "
    "cookie-law-info-bar cookie-popup cookies-banner cookies-notice cookieconsent cookiebanner cc-window "
    "cc-banner cmplz-cookiebanner cybotcookiebotdialog onetrust-consent-sdk onetrust-banner-sdk "
    "gdpr-banner gdpr-cookie-notice gdpr-consent moove-gdpr-cookie-info-bar eu-cookie-law "
    "wp-gdpr-cookie-notice osano-cm-window qc-cmp2-container didomi-host sp-message-container "
    "widget-eu-cookie-law-widget",
    "advertisement": "adsbygoogle ad-container ad-wrapper ad-slot ad-unit adunit ad-banner ad-placeholder "
    "google-auto-placed wpcnt dfp-ad gpt-ad ads-container sponsored-links",
    "subscribe": "newsletter-signup newsletter-form newsletter-box newsletter-subscribe newsletter-widget "
    "subscribe-form subscription-form subscription-widget subscription-widget-wrap subscribe-widget "
    "subscribe-box subscribe-footer signup-form email-signup mc4wp-form mc-embed-signup "
    "wp-block-jetpack-subscriptions jetpack-subscribe-modal tnp-subscription gh-subscribe "
    "gh-subscribe-form convertkit-form formkit-form sib-form kg-signup-card",
    "search": "search-form searchform search-box search-widget",
    "reply form": "comment-respond commentform comment-form comment-reply-form add-comment-form "
    "comment-form-wrapper no-comments nocomments comments-closed isso-postbox commento-textarea-container",
    "author box": "author-bio author-box about-author about-the-author post-author-box post-author-bio "
    "entry-author-wrapper author-profile author-description saboxplugin-wrap abh-box m-a-box "
    "pp-multiple-authors-boxes-wrapper",
}  # fmt: skip
# Names that mostly mean that, which the element must bear out.
_LIKELY = {
    "share": "share shares sharing social social-links social-media social-icons social-list addthis "
    "follow-us",
    "related": "related related-post related-content recommended recommendations also-read further-reading "
    "more-from more-articles more-posts next-post prev-post previous-post",
    "navigation": "nav navigation menu pager page-numbers toc-nav",
    "links": "links",
    "sidebar": "sidebar widget widgets",
    "site footer": "footer page-footer",
    "advertisement": "ads advertisement advert sponsored",
    "subscribe": "newsletter subscribe",
    "reply form": "respond",
    "post data": "entry-meta post-meta article-meta byline posted-on posted-in published-on cat-links "
    "tags-links tag-links post-tags post-categories entry-footer post-footer entry-tags entry-categories "
    "entry-utility comments-link reading-time read-time word-count post-views post-views-count "
    "postmetadata post-info post-date postmeta article-info article-tags tags tag-list post-labels "
    "post-timestamp submitted post-full-meta post-byline article-byline edit-link site-posted-on",
}  # fmt: skip

# They hold the page; a class on them says what the page is made of.
_BODIES = frozenset(("html", "body", "main", "article", "head"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# The kinds that are buttons: they may have no text at all.
_BUTTONS = frozenset(("share", "navigation", "post data"))
_KINDS_OF_FORMS = frozenset(("subscribe", "reply form"))
# A line of data about the post, in Unicode code points.
_MAX_DATA = 240

SHARE_LINK = "share-link"
_SURE_KINDS = {word: kind for kind, words in _SURE.items() for word in words.split()}
_LIKELY_KINDS = {word: kind for kind, words in _LIKELY.items() for word in words.split()}
WORDS = frozenset(_SURE_KINDS) | frozenset(_LIKELY_KINDS)

# Addresses at which a page is shared, without their scheme and `www.`.
_SHARE_ADDRESSES = (
    "facebook.com/sharer", "facebook.com/share.php", "facebook.com/dialog/share", "facebook.com/dialog/feed",
    "facebook.com/dialog/send", "m.facebook.com/sharer", "twitter.com/intent/tweet", "twitter.com/share",
    "twitter.com/intent/post", "twitter.com/home?status=", "x.com/intent/tweet", "x.com/intent/post",
    "x.com/share", "linkedin.com/sharearticle", "linkedin.com/sharing/", "linkedin.com/cws/share",
    "pinterest.com/pin/create/", "reddit.com/submit", "tumblr.com/share", "tumblr.com/widgets/share",
    "t.me/share", "telegram.me/share", "api.whatsapp.com/send", "web.whatsapp.com/send", "wa.me/?text=",
    "service.weibo.com/share", "v.t.sina.com.cn/share", "share.v.t.qq.com/",
    "sns.qzone.qq.com/cgi-bin/qzshare", "connect.qq.com/widget/shareqq", "widget.renren.com/dialog/share",
    "share.renren.com/share", "douban.com/share", "douban.com/recommend", "line.me/r/msg/text",
    "social-plugins.line.me/lineit/share", "lineit.line.me/share", "getpocket.com/save",
    "getpocket.com/edit", "news.ycombinator.com/submitlink", "vk.com/share.php", "vkontakte.ru/share.php",
    "connect.ok.ru/offer", "share.flipboard.com/", "buffer.com/add", "bufferapp.com/add", "digg.com/submit",
    "stumbleupon.com/submit", "b.hatena.ne.jp/add", "b.hatena.ne.jp/entry/panel", "mix.com/add",
    "plus.google.com/share", "addtoany.com/share", "addthis.com/bookmark", "instapaper.com/hello2",
    "bsky.app/intent/compose", "threads.net/intent/post", "mastodonshare.com/", "xing.com/spi/shares/new",
    "blogger.com/share-post.g", "del.icio.us/post", "delicious.com/save", "toot.kytta.dev/",
    "share.diasporafoundation.org/",
)  # fmt: skip
_SCHEME = re.compile(r"(?:https?:)?//(?:www\.)?", re.IGNORECASE)
_MAIL_TO_NOBODY = re.compile(r"mailto:\?", re.IGNORECASE)

# A bar has a label, and some ten buttons with an icon each; it stands in a box in a box.
_MAX_LABEL = 40
_MOST_NODES = 120
_HIGHEST = 4
_NO_BUTTONS = frozenset("video audio iframe object embed table blockquote h1 h2".split())


def share_link(href: str) -> str | None:
    """SHARE_LINK for an address at which a page is shared; else None."""
    start = _SCHEME.match(href)
    if start is None:
        if href[:4] in ("what", "WHAT") and href[:16].lower() == "whatsapp://send?":
            return SHARE_LINK
        return SHARE_LINK if _MAIL_TO_NOBODY.match(href) else None
    return SHARE_LINK if href[start.end() : start.end() + 60].lower().startswith(_SHARE_ADDRESSES) else None


def boilerplate(found: Survey, *, is_page: bool, skip: Collection[int] = frozenset()) -> dict[int, str]:
    """The outermost parts that are boilerplate: the place of each one's mark, with its kind.

    `is_page` says that the tree is a whole page, not the text of one alone. `skip` are places of marks that
    are known to be something else.
    """
    marks = found.marks
    parts: dict[int, str] = {}
    within: set[int] = set()
    texts = _texts_around(marks, skip)
    holders = _holders(marks, texts, skip)
    for place, mark in enumerate(marks):
        if mark.around in within:
            within.add(place)
        elif place not in skip and place not in holders:
            is_around = is_page and bool(texts) and place not in texts
            # Beside the page's text there may well be more of everything else.
            most = found.text if not texts else marks[texts[place]].text if place in texts else None
            kind = _kind(mark, is_around=is_around, most=most)
            if kind is not None:
                parts[place] = kind
                within.add(place)
    return parts


def _kind(mark: Mark, *, is_around: bool, most: int | None) -> str | None:
    """The kind of a part; `is_around` says that it stands beside the page's text, `most` is the length of the
    text around it that it could be most of."""
    name = mark.tag.name
    if name in _BODIES or name in _HEADINGS or (most is not None and 5 * mark.text > 4 * most > 0):
        return None
    if name in _ELEMENTS and (name == "nav" or is_around):
        return _ELEMENTS[name]
    role = _ROLES.get(str(mark.tag.attrs.get("role") or ""))
    if role is not None and (is_around or role not in _AROUND_ONLY):
        return role
    # In the order of the kinds, so that the words' own order decides nothing.
    kinds = {_SURE_KINDS[word] for word in mark.words if word in _SURE_KINDS}
    if kinds:
        return next(kind for kind in _SURE if kind in kinds)
    kinds = {_LIKELY_KINDS[word] for word in mark.words if word in _LIKELY_KINDS}
    if not kinds or (most is not None and 2 * mark.text > most > 0):
        return None
    return next(
        (kind for kind in _LIKELY if kind in kinds and _bears_out(mark, kind, is_around=is_around)), None
    )


def _bears_out(mark: Mark, kind: str, *, is_around: bool) -> bool:
    """True where a part that is called so is like one of that kind."""
    if kind in _KINDS_OF_FORMS:
        return mark.forms > 0
    if mark.text == 0:
        return kind in _BUTTONS and mark.links > 0
    if kind == "post data":
        return mark.text <= _MAX_DATA or 2 * mark.linked >= mark.text
    if kind in ("sidebar", "site footer") and is_around:
        return True
    return 2 * mark.linked >= mark.text


def _texts_around(marks: Sequence[Mark], skip: Collection[int]) -> dict[int, int]:
    """For what says that it is the page's text, and for what is in it, the place of the outermost such."""
    places: dict[int, int] = {}
    for place, mark in enumerate(marks):
        if mark.around in places:
            places[place] = places[mark.around]
        elif place not in skip and is_text(mark):
            places[place] = place
    return places


def _holders(marks: Sequence[Mark], texts: Collection[int], skip: Collection[int]) -> set[int]:
    """The places of what holds the page's heading or its text, and so is not beside it."""
    headings = [place for place, mark in enumerate(marks) if mark.tag.name == "h1" and place not in skip]
    # A site's name is a heading, too; where the text has one of its own, that is the page's.
    holders = _around_all(marks, [place for place in headings if place in texts] or headings)
    stated = [place for place in sorted(texts) if place not in skip and is_text(marks[place])]
    articles = [place for place in stated if marks[place].tag.name == "article"]
    # Cards of other pages are articles, too; one with a heading of the first rank, or the only one, is none.
    stated = [p for p in stated if len(articles) == 1 or p in holders or marks[p].tag.name != "article"]
    return holders | _around_all(marks, stated)


def _around_all(marks: Sequence[Mark], places: Collection[int]) -> set[int]:
    """The places of all marks around these."""
    found: set[int] = set()
    for place in places:
        around = marks[place].around
        while around != NOWHERE and around not in found:
            found.add(around)
            around = marks[around].around
    return found


def share_bars(found: Survey, *, skip: Collection[int]) -> list[tuple[int, Tag]]:
    """The outermost bars of nothing but links to share the page, in document order, each with the place of
    its first link; `skip` are the places of marks that are left out anyway, and of what is in them."""
    known: dict[int, bool] = {}
    bars: dict[int, tuple[int, Tag]] = {}
    for place, mark in enumerate(found.marks):
        if SHARE_LINK not in mark.words or place in skip:
            continue
        bar = mark.tag
        for around in _around(mark.tag):
            if around.name in _BODIES or not _is_bar(around, known):
                break
            bar = around
        if bar is not mark.tag:
            bars.setdefault(id(bar), (place, bar))
    return [found for found in bars.values() if not any(id(around) in bars for around in _around(found[1]))]


def _around(tag: Tag) -> Iterator[Tag]:
    """The nearest elements around one."""
    for _ in range(_HIGHEST):
        if tag.parent is None:
            return
        tag = tag.parent
        yield tag


def _is_bar(tag: Tag, known: dict[int, bool]) -> bool:
    """True for an element that holds links to share and a few words at most."""
    if (is_bar := known.get(id(tag))) is not None:
        return is_bar
    known[id(tag)] = False
    words, nodes = 0, 0
    # A link's own text is a button's label; what is longer is a quotation to be shared.
    waiting: list[tuple[PageElement, bool]] = [(child, False) for child in tag.contents[:_MOST_NODES]]
    if len(tag.contents) > _MOST_NODES:
        return False
    while waiting:
        node, is_linked = waiting.pop()
        nodes += 1
        if type(node) is NavigableString:
            words += 0 if is_linked and len(node.strip()) <= _MAX_LABEL else len(node.strip())
        elif isinstance(node, Tag):
            if node.name == "a":
                href = str(node.attrs.get("href") or "").strip()
                if href and not href.startswith(("#", "javascript:")) and share_link(href) is None:
                    return False
            elif node.name in _NO_BUTTONS or (node.name == "img" and not is_linked):
                return False
            waiting += [(child, is_linked or node.name == "a") for child in node.contents[:_MOST_NODES]]
        if nodes > _MOST_NODES or words > _MAX_LABEL:
            return False
    known[id(tag)] = True
    return True
