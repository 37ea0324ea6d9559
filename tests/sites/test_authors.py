from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sites.authors import Authors, single, split_list

NOBODY = frozenset({"中参馆"})


@pytest.mark.parametrize(
    ("line", "names", "truncated"),
    [
        pytest.param(None, [], False, id="no line"),
        pytest.param("中参馆", [], False, id="the feed's own name"),
        pytest.param("Ada Marsh", ["Ada Marsh"], False, id="one"),
        pytest.param("Ada Marsh & Tomas Reed", ["Ada Marsh", "Tomas Reed"], False, id="two"),
        pytest.param("Ada Marsh and Tomas Reed", ["Ada Marsh", "Tomas Reed"], False, id="two, and"),
        pytest.param(
            "Ada Marsh, Tomas Reed & Li Wen", ["Ada Marsh", "Tomas Reed", "Li Wen"], False, id="three"
        ),
        pytest.param(
            "Ada Marsh, Tomas Reed, and Li Wen",
            ["Ada Marsh", "Tomas Reed", "Li Wen"],
            False,
            id="serial comma",
        ),
        pytest.param("Ada Marsh & more", ["Ada Marsh"], True, id="one and more"),
        pytest.param("Ada Marsh, Tomas Reed & more", ["Ada Marsh", "Tomas Reed"], True, id="two and more"),
        pytest.param("Ada Marsh, Tomas Reed, and more", ["Ada Marsh", "Tomas Reed"], True, id="and more"),
        pytest.param("Ada Marsh &  More", ["Ada Marsh"], True, id="in other letters"),
        pytest.param("& more", [], True, id="nobody and more"),
        pytest.param("Ada Marsh & Ada Marsh", ["Ada Marsh"], False, id="named twice"),
        pytest.param("Ada  Marsh ,  Tomas Reed", ["Ada Marsh", "Tomas Reed"], False, id="stray spaces"),
        pytest.param("Tomas Reed, Jr. & Ada Marsh", ["Tomas Reed, Jr.", "Ada Marsh"], False, id="Jr."),
        pytest.param(
            "Thomas Moreland & Ann Morel", ["Thomas Moreland", "Ann Morel"], False, id="More- names"
        ),
        pytest.param("Sandy Sandhurst", ["Sandy Sandhurst"], False, id="'and' within a name"),
        pytest.param(
            "Ines Varga & Special Correspondent", ["Ines Varga", "Special Correspondent"], False, id="byline"
        ),
    ],
)
def test_a_line_that_is_a_list(line, names, truncated):
    assert split_list(line, nobody=NOBODY) == Authors(tuple(names), truncated)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (None, []),
        ("", []),
        ("Salt and Paper", ["Salt and Paper"]),
        ("Towpath & Tea", ["Towpath & Tea"]),
        ("河畔, 茶摊", ["河畔, 茶摊"]),
    ],
)
def test_a_line_that_is_one_name(line, names):
    assert single(line) == Authors(tuple(names), truncated=False)


@settings(derandomize=True, database=None)
@given(st.text(alphabet="Aa ,&\xa0\t.andmore"))
def test_names_are_never_empty_nor_repeated_and_hold_no_separator(line):
    names, _ = split_list(line)
    assert len(set(names)) == len(names)
    for name in names:
        assert name == name.strip()
        assert name
        assert "&" not in name
