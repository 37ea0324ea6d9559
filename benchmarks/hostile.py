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


def _numbered(unit: str) -> Shape:
    return lambda size: "".join(unit.format(number) for number in range(size // (len(unit) + 4)))


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
    "quotes never closed": _repeat('<a b="'),
    "comments never closed": _repeat("<!--"),
    "signs that begin nothing": _repeat("< "),
    "entities": _repeat("&amp;&notit;"),
}


def main() -> None:
    """Measure, and print one line a shape."""
    print(f"{'':30}{'':8}" + "".join(f"{size // 1000:>8} kB" for size in SIZES) + "     times     MB")
    for name, shape in SHAPES.items():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        parsed, rendered = [], []
        for size in SIZES:
            markup = shape(size)
            gc.collect()
            begun = time.process_time()
            try:
                soup = make_soup(markup)
            except MarkupError as error:
                print(f"{name:30}{error.reason}")
                break
            parsed.append(time.process_time() - begun)
            begun = time.process_time()
            render(soup, "https://post.example/")
            rendered.append(time.process_time() - begun)
            del soup
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        for what, times in (("parse", parsed), ("render", rendered)):
            shown = "".join(f"{seconds:10.3f} s"[1:] for seconds in times)
            growth = " ".join(f"{b / a:4.1f}" for a, b in pairwise(times) if a > 0.005)
            print(
                f"{name:30}{what:8}{shown}  {growth:>9}  {grown:5.0f}"
                if what == "parse"
                else f"{'':30}{what:8}{shown}  {growth:>9}"
            )


if __name__ == "__main__":
    main()
