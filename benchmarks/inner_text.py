"""`python -m benchmarks.inner_text`: is the text of a post what a browser shows?

Draws posts over all sites of an archive, the same for the same `--seed`, and compares for each:

- the text of its whole HTML with Chromium's `innerText` of it;
- `body_text`, as its site's profile reads it, with Chromium's `innerText` of `body_html`.

White space is folded on both sides. These differences are intended, and are undone before comparing:

- `joints`: a line break between two Chinese characters, or beside a mark of theirs, is removed, as CSS
  Text 3 asks; Chromium shows a space. In prettified posts there is none before a comma, either.
- `parts`: closed <details> are text; the choices of a <select>, what stands in <svg> or <math>, buttons
  of players and what only Chromium's own style sheet hides (<dialog>) are not.
- `marks`: control characters are removed, and text is in NFC.

Scripts of a post never run: Chromium has a policy against them, and no network.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.build import unpack_shared
from pipeline.markup.render import render
from pipeline.markup.soup import make_soup
from pipeline.markup.urls import host_of, site_of
from pipeline.posts.post import Post, PostError, read_post
from pipeline.sites.registry import profile_for

CHROMIUM = "/usr/bin/chromium"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
PAGE = "http://post.example/"
# The parts that are told apart on purpose; nothing else of the page is touched.
SHOW = """html => {
  document.body.innerHTML = html;
  document.querySelectorAll('details, dialog').forEach(part => { part.open = true; });
  document.querySelectorAll('select, svg, math, dialog:empty').forEach(part => part.remove());
  return document.body.innerText;
}"""

_WIDE = (
    "\u2018\u2019\u201c\u201d\u2014\u2026\u00b7\u2027\u2022\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60"
    "\uffe0-\uffe6\U00020000-\U0003fffd"
)
_JOINT = re.compile(rf"(?<=[{_WIDE}]) | (?=[{_WIDE}])")
_BEFORE_MARK = re.compile(r" (?=[,.;:!?)\]}%»])|(?<=[(\[{«$]) ")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff]")


def folded(text: str | None) -> str:
    """Text with white space folded."""
    return re.sub("[ \t\n\xa0\u2028\u2029]+", " ", text or "").strip()


def undone(text: str, *, prettified: bool) -> str:
    """Folded text without the differences that are intended."""
    text = folded(_CONTROL.sub("", unicodedata.normalize("NFC", text)))
    text = _JOINT.sub("", text)
    return _BEFORE_MARK.sub("", text) if prettified else text


def draw(raw: Path, number: int, seed: int) -> Iterator[tuple[str, Path, Post]]:
    """As many posts of each site, as far as it has them: site, file, post."""
    by_site: dict[str, list[tuple[Path, Post]]] = defaultdict(list)
    for path in sorted(raw.rglob("*.md")):
        try:
            post = read_post(path.read_bytes())
        except PostError:
            continue
        by_site[site_of(host_of(post.url) or "")].append((path, post))
    dice = random.Random(seed)
    for posts in by_site.values():
        dice.shuffle(posts)
    for _ in range(number):
        left = [site for site in sorted(by_site) if by_site[site]]
        if not left:
            return
        site = left[_ % len(left)]
        yield site, *by_site[site].pop()


def main() -> None:
    """Compare, print a line per post that differs, and counts."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("raw", nargs="?", type=Path, help="a folder of posts (default ../shared/data)")
    arguments.add_argument("--posts", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=5)
    given = arguments.parse_args()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sys.exit("Skipped: playwright is not installed (make test installs it).")
    if not os.access(CHROMIUM, os.X_OK):
        sys.exit(f"Skipped: there is no Chromium at {CHROMIUM}.")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as api:
        raw = given.raw or unpack_shared(Path(scratch))
        browser = api.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.route("**/*", _answer)
        page.goto(PAGE)
        counts: Counter[tuple[str, str]] = Counter()
        sites: Counter[str] = Counter()
        for site, path, post in draw(raw, given.posts, given.seed):
            sites[site] += 1
            for what, ours, html in _texts(post):
                shown = page.evaluate(SHOW, html)
                verdict = _verdict(ours, shown, prettified=post.is_prettified)
                counts[what, verdict] += 1
                if verdict == "other":
                    print(f"{what}: {path.name}: {_first_difference(ours, shown, post.is_prettified)}")
        browser.close()
    print("posts", dict(sorted(sites.items())))
    for (what, verdict), count in sorted(counts.items()):
        print(f"{what:12} {verdict:10} {count:5}")
    sys.exit(any(verdict == "other" for _, verdict in counts))


def _answer(route: Any) -> None:
    if route.request.url == PAGE:
        route.fulfill(
            body="<!doctype html><meta charset=utf-8><body>",
            content_type="text/html",
            headers={"Content-Security-Policy": POLICY},
        )
    else:
        route.abort()


def _texts(post: Post) -> Iterator[tuple[str, str | None, str]]:
    yield (
        "whole post",
        render(make_soup(post.body), post.url, prettified=post.is_prettified).text,
        post.body,
    )
    page = profile_for(host_of(post.url) or "", {}).read(post, post.url)
    yield "body_html", page.body_text, page.body_html or ""


def _verdict(ours: str | None, shown: str, *, prettified: bool) -> str:
    if folded(ours) == folded(shown):
        return "equal"
    same = undone(ours or "", prettified=prettified) == undone(shown, prettified=prettified)
    return "intended" if same else "other"


def _first_difference(ours: str | None, shown: str, prettified: bool) -> str:
    one, two = (undone(text or "", prettified=prettified) for text in (ours, shown))
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    here = slice(max(0, at - 20), at + 30)
    return f"{len(one)} and {len(two)} characters; at {at}: {one[here]!r} and {two[here]!r}"


if __name__ == "__main__":
    main()
