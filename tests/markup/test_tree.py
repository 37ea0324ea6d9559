"""The tree is the HTML standard's: html5lib's cases, and html5lib's parser on invented markup."""

from __future__ import annotations

import copy
import gc
import hashlib
import pickle
import random
import resource
import subprocess
import tarfile
import weakref
from contextlib import suppress
from pathlib import Path

import html5lib
import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, RubyTextString, Script, Stylesheet, Tag, TemplateString
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.trees import KNOWN, difference, known_in
from pipeline.markup import tree
from pipeline.markup.soup import make_soup
from pipeline.markup.tree import Element, LexborTreeBuilder, TreeError
from pipeline.posts.post import PostError, read_post
from pipeline.sources.raw import RawPost
from pipeline.tables.extract import Reading, extract
from tests.markup import html5lib_cases
from tests.sites.pages import body, content, post

TODAY = "processing instructions are part of HTML by now; the case has the comment that they were"
CHOSEN = "a browser copies the chosen option after parsing; the post holds it once"
# What differs from html5lib's cases, and why.
EXCEPTIONS = {
    '<?import namespace="foo" implementation="#bar">': TODAY,
    "<?": TODAY,
    "<?COMMENT?>": TODAY,
    "<?COM--MENT?>": TODAY,
    "<select><button><selectedcontent></button><option>X": CHOSEN,
    "<select><button><selectedcontent></button><option>X<option>Y": CHOSEN,
    "<select><button><selectedcontent></button><option>X<option selected>Y": CHOSEN,
    "<select><button><selectedcontent></button><option>x<i>i<b>ib</i>b": CHOSEN,
}

SHARED = html5lib_cases.ARCHIVE.parent
needs_cases = pytest.mark.skipif(not html5lib_cases.ARCHIVE.exists(), reason=html5lib_cases.MISSING)


def soup_of(markup, context=None, scripting=False):
    return BeautifulSoup(markup, builder=LexborTreeBuilder(context, scripting=scripting))


def shown(markup, context=None, scripting=False):
    return "\n".join(html5lib_cases.written(soup_of(markup, context, scripting)))


@needs_cases
def test_documents_and_fragments_become_the_trees_of_html5libs_cases():
    different = {
        case.markup: (name, case.context, case.scripting)
        for name, cases in html5lib_cases.tree_cases().items()
        for case in cases
        if shown(case.markup, case.context, case.scripting) != case.tree
    }
    assert different.keys() == EXCEPTIONS.keys(), different
    assert len(EXCEPTIONS) < sum(map(len, html5lib_cases.tree_cases().values())) / 100


@needs_cases
def test_no_input_of_html5libs_tokenizer_cases_fails():
    for markup in html5lib_cases.tokenizer_inputs():
        make_soup(markup)


# --- Beside html5lib's parser.

NAMES = st.sampled_from(
    "p div span b i a em u font nobr code ul ol li dl dt dd table thead tbody tr td th caption h1 h2 "
    "blockquote pre section article main figure br img hr input form button label address center object "
    "marquee ruby rt rp select option textarea title script style iframe xmp noembed svg math desc mi mtext "
    "path annotation-xml body html head foreignObject mglyph g col colgroup frame frameset source wbr area "
    "noscript noframes plaintext applet s strike tt nav aside details summary dialog search main template "
    "rb rtc option image big small strong sub sup".split()
)
ATTRIBUTES = st.sampled_from(
    ["", " class=a", ' id="b c"', " href='/x?a=1&amp;b=2&copy=3'", " hidden", " a=1 a=2", " data-x=é /", " ="]
)
TEXTS = st.sampled_from(
    [
        "low",
        " ",
        "\n",
        "潮",
        "&amp;",
        "&lt",
        "&#8212;",
        "&notit;",
        "<",
        ">",
        "<!-- c -->",
        "<!-->",
        "</",
        "x\ny",
        "\0",
        "--!>",
        "<![CDATA[x]]>",
        "<!doctype html>",
    ]
)
TAGS = st.one_of(
    st.builds(lambda name, attributes: f"<{name}{attributes}>", NAMES, ATTRIBUTES),
    st.builds(lambda name: f"</{name}>", NAMES),
    TEXTS,
)


def in_html5lib(markup):
    return "\n".join(html5lib_cases.written(BeautifulSoup(markup, "html5lib", multi_valued_attributes=None)))


@given(st.lists(TAGS, max_size=14).map("".join))
@settings(deadline=None, max_examples=1000, derandomize=True)
def test_any_markup_becomes_html5libs_tree(markup):
    if not known_in(markup):
        assert shown(markup) == in_html5lib(markup)


# Each difference that is known still is one.
@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("select", "<select><p>low</select>"),
        ("template", "<template><p>low</template>"),
        ("<?", "<?low tide>"),
        ("<!", "low<!"),
        ("main, summary", "<b><main>low</b>tide"),
        ("main, summary", "<li><summary><li>"),
        ("dialog, search", "<p>low<dialog>tide"),
        ("dialog, search", "<p>low<search>tide"),
        ("rb, rtc", "<ruby><rb>low<rb>tide"),
        ("rb, rtc", "<ruby><rtc>low<rtc>tide"),
        ("isindex", "<isindex>"),
        ("</p>, </br> in SVG", "<svg></p>low"),
        ("</p>, </br> in SVG", "<math></br>low"),
        ("line break in pre", "<pre></b>\nlow</pre>"),
        ("items in a table", "<table><li>low<li>tide"),
        ("frameset", "<frameset>low\n"),
        ("end tags in SVG", "<b><math><mi></b>low"),
        ("end tags in SVG", "<b><svg><desc></b>low"),
        ("image in a table", "<table><image>"),
        ("sup in SVG", "<svg><sup>low"),
    ],
)
def test_what_html5lib_reads_otherwise_is_known(name, markup):
    assert known_in(markup) == [name]
    assert shown(markup) != in_html5lib(markup)


def test_every_difference_that_is_known_has_its_case():
    cases = test_what_html5lib_reads_otherwise_is_known.pytestmark[0].args[1]
    assert {name for name, _ in cases} == KNOWN.keys()


@pytest.mark.skipif(
    not (SHARED / "oped2-posts.bundle").exists(), reason="the archives of ../shared/data are not there"
)
def test_real_posts_become_html5libs_trees(tmp_path):
    for name, markup in sample_of_posts(tmp_path):
        assert (name, difference(markup)) == (name, None)


def sample_of_posts(tmp_path):
    """Some posts of the real archives, the same ones each time: file and HTML."""
    dice = random.Random(5)
    git = ["git", "-C", tmp_path / "bundle"]
    bundle = SHARED / "oped2-posts.bundle"
    subprocess.run(["git", "clone", "-q", "--bare", bundle, tmp_path / "bundle"], check=True)
    listed = subprocess.run([*git, "ls-tree", "-rz", "master"], capture_output=True, check=True).stdout
    rows = sorted(row.split(b"\t") for row in listed.split(b"\0") if row.endswith(b".md"))
    posts = []
    for head, path in dice.sample(rows, 36):
        show = [*git, "cat-file", "blob", head.split()[2].decode()]
        posts.append((path.decode(), subprocess.run(show, capture_output=True, check=True).stdout))
    for archive in ("teahouse", "society"):
        with tarfile.open(SHARED / f"{archive}-posts.tar.xz") as opened:
            members = [member for member in opened.getmembers() if member.name.endswith(".md")]
            members.sort(key=lambda member: member.name)
            posts += [(member.name, opened.extractfile(member).read()) for member in dice.sample(members, 12)]
    for name, data in posts:
        with suppress(PostError):
            yield name, read_post(data).body


# --- The tree is bs4's.


LINKS = {"parent", "next_element", "previous_element", "next_sibling", "previous_sibling"}


@pytest.mark.parametrize(
    "name", ["p", "br", "img", "script", "style", "pre", "textarea", "template", "rt", "rp", "a-b"]
)
def test_an_element_is_what_bs4s_own_constructor_makes(name):
    builder = LexborTreeBuilder()
    soup = BeautifulSoup(f"<body><{name} id=a>", builder=builder)
    theirs = Tag(soup, builder, name, tree.XHTML, None, {"id": "a"})
    ours = soup.find(id="a")
    attributes = vars(theirs).keys() - LINKS
    assert {key: getattr(ours, key) for key in attributes} == {
        key: getattr(theirs, key) for key in attributes
    }
    assert vars(ours).keys() - vars(theirs).keys() <= {"_order", "_place", "_end"}


def test_what_elements_share_is_not_changed_by_one_of_them():
    soup = make_soup("<p class=a>low<p class=b>tide")
    one, other = soup.find_all("p")
    one["class"], one.name, one.hidden = "c", "div", True
    assert (other["class"], other.name, other.hidden) == ("b", "p", False)
    assert (Element.namespace, Element._namespaces, Element.cdata_list_attributes) == (tree.XHTML, {}, {})


PAGE = """<!DOCTYPE html><html lang="en"><head><title>Tides</title><style>p {}</style></head><body>
<!-- low --><div id="a" class="x  y"><p class="x">Low <b>tide</b> at <a href="/r?a=1&amp;b=2" rel="a me">Reed
</a></p><p hidden>High</p><ul><li>One<li>Two</ul></div><table><tr><td>1<td>2</table><pre>
 a  b</pre><script>if (a < b && c) {}</script><ruby>渡<rt>dù</rt></ruby>
<svg viewBox="0 0 1 1"><path d="M0"/></svg><br>&lt;end&gt; &nbsp;</body></html>"""
# What is asked of a soup, or done to it; what comes of it is to be the same as with another builder.
USES = {
    "str": str,
    "prettify": lambda soup: soup.prettify(),
    "formatters": lambda soup: [soup.decode(formatter=how) for how in ("minimal", "html", "html5", None)],
    "get_text": lambda soup: [soup.get_text(), soup.get_text("|", strip=True), list(soup.stripped_strings)],
    "text of parts": lambda soup: [
        tag.get_text() for tag in soup.find_all(["script", "style", "rt", "title"])
    ],
    "strings": lambda soup: [(type(node).__name__, str(node)) for node in soup.find_all(string=True)],
    "find_all": lambda soup: [str(tag) for tag in soup.find_all("p", class_="x")],
    "find by words": lambda soup: [str(tag) for tag in soup.find_all(string="High")],
    "find around": lambda soup: [
        soup.b.find_parent("div")["id"],
        soup.b.find_next("li").get_text(),
        soup.ul.find_previous_sibling("p").get_text(),
        [tag.name for tag in soup.td.parents],
    ],
    "select": lambda soup: [
        str(tag)
        for tag in soup.select("div > p.x a[rel~=me], li:nth-of-type(2), p:not(.x), td + td, svg path")
    ],
    "attributes": lambda soup: [(tag.name, dict(tag.attrs)) for tag in soup.find_all(True)],
    "one attribute": lambda soup: [
        soup.a.get("rel"),
        soup.a.get_attribute_list("rel"),
        soup.p.has_attr("hidden"),
        soup.div["class"],
    ],
    "extract": lambda soup: [str(soup.b.extract()), str(soup), soup.find("p").get_text()],
    "decompose": lambda soup: [soup.ul.decompose(), str(soup)],
    "clear": lambda soup: [soup.div.clear(), str(soup)],
    "insert": lambda soup: [soup.div.insert(1, soup.new_tag("hr", id="new")), str(soup)],
    "insert beside": lambda soup: [soup.b.insert_before("very "), soup.b.insert_after(soup.td), str(soup)],
    "append a part": lambda soup: [soup.table.append(soup.div.extract()), str(soup)],
    "replace_with": lambda soup: [str(soup.table.replace_with(soup.ul)), str(soup)],
    "wrap, unwrap": lambda soup: [str(soup.b.wrap(soup.new_tag("i"))), str(soup.a.unwrap()), str(soup)],
    "string": lambda soup: [setattr(soup.li, "string", "<0>"), str(soup), soup.title.string, soup.div.string],
    "smooth": lambda soup: [soup.b.unwrap(), soup.smooth(), len(soup.p.contents)],
    "rename, mark": lambda soup: [
        setattr(soup.b, "name", "strong"),
        soup.p.__setitem__("id", "p"),
        soup.p.__delitem__("class"),
        str(soup),
    ],
    "copy": lambda soup: [
        str(copy.copy(soup.div)),
        copy.copy(soup.div) == soup.div,
        copy.copy(soup.div).parent,
    ],
    "copy apart": lambda soup: [copy.copy(soup.div).clear(), str(soup)],
    "equality": lambda soup: [soup.p == soup.find("p"), soup.p == soup.ul, soup.p in soup.div],
    "bytes": lambda soup: soup.encode("utf-8"),
}


@pytest.mark.parametrize("use", USES)
def test_the_tree_is_used_as_that_of_any_builder(use):
    ours = soup_of(PAGE)
    if "text" in use or use == "strings":
        # bs4 makes no strings of other classes of what html5lib reads.
        theirs = BeautifulSoup(str(ours.html), "html.parser")
        assert USES[use](ours.html) == USES[use](theirs)
    else:
        theirs = BeautifulSoup(PAGE, "html5lib", multi_valued_attributes=None)
        assert USES[use](ours) == USES[use](theirs)
    assert faults(ours) == []


def test_what_is_written_is_read_again_as_it_was():
    soup = soup_of(PAGE)
    assert str(soup_of(str(soup))) == str(pickle.loads(pickle.dumps(soup))) == str(soup)


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<script>x</script>", Script),
        ("<style>x</style>", Stylesheet),
        ("<template><p>x</p></template>", TemplateString),
        ("<ruby><rt>x</rt></ruby>", RubyTextString),
        ("<p>x</p>", NavigableString),
    ],
)
def test_strings_are_of_bs4s_own_classes(markup, kind):
    (string,) = soup_of(f"<body>{markup}").find_all(string=True)
    assert type(string) is kind


def faults(soup):
    """The links between elements that do not fit."""
    nodes = [soup, *_walk(soup)]
    wrong = []
    for before, after in zip(nodes, [*nodes[1:], None], strict=True):
        if before.next_element is not after or (after is not None and after.previous_element is not before):
            wrong.append(before)
    for node in nodes:
        if isinstance(node, Tag):
            around = [None, *node.contents, None]
            for before, child, after in zip(around, around[1:], around[2:], strict=False):
                if (child.parent, child.previous_sibling, child.next_sibling) != (node, before, after):
                    wrong.append(child)
    return wrong


def _walk(root: Tag) -> list[PageElement]:
    found: list[PageElement] = []
    for child in root.contents:
        found.append(child)
        if isinstance(child, Tag):
            found += _walk(child)
    return found


@given(st.lists(TAGS, max_size=14).map("".join))
@settings(deadline=None, max_examples=200)
def test_every_element_knows_its_neighbours(markup):
    assert faults(make_soup(markup)) == []


def test_a_builder_may_have_limits():
    for markup, limit in (("<b>" * 20, {"max_elements": 10}), ("<div>" * 20, {"max_depth": 10})):
        with pytest.raises(TreeError):
            BeautifulSoup(markup + "x", builder=LexborTreeBuilder(**limit))


# --- Memory.


def raw_posts(number):
    data = post(content(body('<p>Low <a href="/1">tide</a> at <b>Reed</b>.</p>' * 40)))
    return [(RawPost("a", f"{n}.md", data), hashlib.sha256(data).hexdigest()) for n in range(number)]


def resident():
    """Memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_no_part_of_a_tree_outlives_its_post(monkeypatch):
    soups = []

    class Watched(LexborTreeBuilder):
        def initialize_soup(self, soup):
            super().initialize_soup(soup)
            soups.append(weakref.ref(soup))

    monkeypatch.setattr("pipeline.markup.soup.LexborTreeBuilder", Watched)
    posts = raw_posts(20)
    gc.collect()
    gc.disable()  # whatever is left over shows
    try:
        extract(posts, {"a": Reading()})
        assert len(soups) >= 20
        assert [soup for soup in soups if soup() is not None] == []
        assert not any(type(found) is Element for found in gc.get_objects())
    finally:
        gc.enable()


def test_memory_does_not_grow_with_the_number_of_posts():
    """Neither Python's nor what lexbor holds outside of it."""
    extract(raw_posts(100), {"a": Reading()})
    before = resident()
    for _ in range(3):
        extract(raw_posts(100), {"a": Reading()})
    # Their trees would take 60 MB.
    assert resident() - before < 20_000_000


def test_html5lib_is_the_package_that_is_meant():
    assert html5lib.__version__ == "1.1"
