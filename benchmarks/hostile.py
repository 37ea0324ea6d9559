"""`python -m benchmarks.hostile`: does a parse take time in proportion to its input, whatever the input?

For each shape of markup that makes parsers slow: seconds for 250 kB, 500 kB and 1 MB, the megabytes that
the process grew by, and by what a doubled input multiplied the time. Twice is linear.
"""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable
from itertools import pairwise

from pipeline.markup.render import render
from pipeline.markup.soup import MarkupError, make_soup

SIZES = (250_000, 500_000, 1_000_000)
Shape = Callable[[int], str]


def _repeat(unit: str) -> Shape:
    return lambda size: unit * (size // len(unit))


def _after(start: str, unit: str) -> Shape:
    return lambda size: start + unit * ((size - len(start)) // len(unit))


def _halves(one: str, other: str) -> Shape:
    return lambda size: one * (size // 2 // len(one)) + other * (size // 2 // len(other))


def _after_text(start: str, unit: str) -> Shape:
    return lambda size: start + "x" * (size // 2) + unit * (size // 2 // len(unit))


def _numbered(unit: str) -> Shape:
    return lambda size: "".join(unit.format(number) for number in range(size // (len(unit) + 4)))


_NAMES = " ".join(f"a{number}" for number in range(100))


SHAPES: dict[str, Shape] = {
    "nested <div>": _repeat("<div>"),
    "nested <div>, closed": lambda size: "<div>" * (size // 11) + "</div>" * (size // 11),
    "nested lists": _repeat("<ul><li>"),
    "nested tables": _repeat("<table><tr><td>"),
    "nested <span>": _repeat("<span>"),
    "nested SVG": _repeat("<svg><desc>"),
    "unclosed <a>": _repeat("<a>"),
    "unclosed <a href>": _numbered("<a href={}>"),
    "unclosed <b id>": _numbered("<b id={}>"),
    "attributes": lambda size: "<p " + " ".join(f"a{n}=1" for n in range(size // 9)) + ">",
    "misnested <b><i>": _repeat("<b><i></b></i>"),
    "misnested <b><p>": _repeat("<b><p></b>"),
    "<b> opened anew in each <p>": lambda size: (
        "<p>" + "".join(f"<b id={n}>" for n in range(size // 20)) + "</p><p>x" * (size // 16)
    ),
    "text in a table": lambda size: "<table>" + "a<td>" * (size // 5),
    "links in a table": _repeat("<table><a>"),
    "end tags across <rp>": _halves("<rp>", "</s>"),
    "end tags across <g>": lambda size: "<svg>" + _halves("<g>", "</p1>")(size),
    "<b> around nine <div>": lambda size: (
        _numbered("<b id={}>" + "<div>" * 9 + "</b>" + "</div>" * 9)(size // 2) + "<p>x" * (size // 8)
    ),
    "<b> and <div>, then </b>": lambda size: (
        _numbered("<b id={}>")(size // 3) + "<div>" * (size // 15) + "</b>" * (size // 12)
    ),
    "<b> with many attributes": _numbered(f"<b {_NAMES} id={{}}>"),
    "<b> in headings that others end": _numbered("<h1><b id={}>x</h2>"),
    "<b> in <mi> that is none": _numbered("<mi><p><b id={}>x"),
    "<body> with attributes": _numbered("<body a{}>"),
    "void elements in MathML": _after("<math><mi><mglyph>", "<input>"),
    "void elements in an annotation": _after("<math><annotation-xml encoding=x>", "<input>"),
    "closed elements outside of SVG": _after("<table><svg><desc><tr></tr></desc>", "<path/>"),
    "CDATA with tags": _after("<svg>", "<g><![CDATA[></g>]]>"),
    "<script> in <script>": _repeat("<div><script><!--<script></script></div>--></script>"),
    "<style> in a column": _after("<template><col><style>", "<template><div>"),
    "<style> in SVG": _after("<svg>", "<style>"),
    "<template>": _repeat("<template><div></template>"),
    "nested <template>": _repeat("<template>"),
    "<frameset>": _repeat("<frameset>"),
    "<select>": _repeat("<select><option>x"),
    "<selectedcontent>": lambda size: (
        "<select>" + _halves("<selectedcontent></selectedcontent>", "<option selected>x")(size)
    ),
    "tables in formatting": _numbered("<b id={}><table><td>"),
    "text before a table": _after_text("<table>", "a<!>"),
    "text behind ignored tags": _after_text("", "a</x y=z>"),
    "text behind doctypes": _after_text("", "a<!doctype b public 'c'>"),
    "quotes never closed": _repeat('<a b="'),
    "quotes that are none": _after('<a ="', "><div>"),
    "quotes in end tags": _repeat('<div><script></script x="></div>">'),
    "names that end in another space": _repeat("<div></div\xa0>"),
    "names with another K": _repeat("<ak></a\u212a>"),
    "signs before tags": _after("<div>" * 600, "<<div>div>"),
    "tags in tags": _repeat("<a <b <c "),
    "names of all kinds": _numbered("<x{}>"),
    "comments never closed": _repeat("<!--"),
    "comments": _repeat("<!-->"),
    "instructions": _repeat("<?a>"),
    "signs that begin nothing": _repeat("< "),
    "entities": _repeat("&amp;&notit;"),
    "NUL": _repeat("\0<\0p>"),
    "half characters": _repeat("<p>\ud800"),
    "nothing but text": _repeat("river "),
    "nothing but Chinese": _repeat("河"),
}


def main() -> None:
    """Measure, and print one line a shape."""
    print(f"{'':34}{'':8}" + "".join(f"{size // 1000:>8} kB" for size in SIZES) + "     times     MB")
    for name, shape in SHAPES.items():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        parsed, rendered = [], []
        for size in SIZES:
            markup = shape(size)
            gc.collect()
            gc.disable()  # as in extraction
            begun = time.process_time()
            try:
                soup = make_soup(markup)
            except MarkupError as error:
                print(f"{name:34}{error.reason}")
                gc.enable()
                break
            parsed.append(time.process_time() - begun)
            begun = time.process_time()
            render(soup, "https://post.example/")
            rendered.append(time.process_time() - begun)
            gc.enable()
            del soup
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        for what, times in (("parse", parsed), ("render", rendered)):
            shown = "".join(f"{seconds:10.3f} s"[1:] for seconds in times)
            growth = " ".join(f"{b / a:4.1f}" for a, b in pairwise(times) if a > 0.005)
            print(
                f"{name:34}{what:8}{shown}  {growth:>9}  {grown:5.0f}"
                if what == "parse"
                else f"{'':34}{what:8}{shown}  {growth:>9}"
            )


if __name__ == "__main__":
    main()
