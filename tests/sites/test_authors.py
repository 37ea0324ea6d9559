from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sites.authors import Authors, Signed, byline, bylines, credited, single, split_list

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
        pytest.param("By Ada Marsh and Tomas Reed", ["Ada Marsh", "Tomas Reed"], False, id="a label"),
        pytest.param("文/墨渡、李文，河生", ["墨渡", "李文", "河生"], False, id="Chinese marks"),
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
        ("By Ada Marsh", ["Ada Marsh"]),
        ("作者：墨渡", ["墨渡"]),
        ("By Design", ["By Design"]),
        ("译者：墨渡", ["译者：墨渡"]),
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


@pytest.mark.parametrize(
    ("line", "people"),
    [
        pytest.param("文/墨渡", [("author", "墨渡")], id="who wrote"),
        pytest.param("文／ 墨渡", [("author", "墨渡")], id="full-width slash"),
        pytest.param("作者：墨渡", [("author", "墨渡")], id="colon"),
        pytest.param("撰稿丨墨渡", [("author", "墨渡")], id="bar"),
        pytest.param("特約撰稿｜墨渡", [("author", "墨渡")], id="traditional"),
        pytest.param("（作者：墨渡，渡船史学者）", [("author", "墨渡")], id="in brackets, with who that is"),
        pytest.param("（author： Ada Marsh ）", [("author", "Ada Marsh")], id="in English"),
        pytest.param(
            "文/ Ada Marsh（Tide.example)", [("author", "Ada Marsh")], id="who works where, any brackets"
        ),
        pytest.param("作者丨[英]汤姆·里德", [("author", "汤姆·里德")], id="who comes from where"),
        pytest.param("文/墨渡 河边独立媒体", [("author", "墨渡")], id="where somebody works, behind a space"),
        pytest.param("文/墨渡、茶三", [("author", "墨渡"), ("author", "茶三")], id="two"),
        pytest.param("文/墨渡 茶三", [("author", "墨渡"), ("author", "茶三")], id="two, apart by a space"),
        pytest.param(
            "文/ Ada Marsh, Tomas Reed / Li Wen",
            [("author", "Ada Marsh"), ("author", "Tomas Reed"), ("author", "Li Wen")],
            id="three",
        ),
        pytest.param(
            "文/ Ada Marsh  翻译/墨渡", [("author", "Ada Marsh"), ("translator", "墨渡")], id="two parts"
        ),
        pytest.param(
            "撰稿丨Ada Marsh；翻译丨墨渡；校对丨茶三",
            [("author", "Ada Marsh"), ("translator", "墨渡")],
            id="a part that is no role",
        ),
        pytest.param(
            "文/墨渡编辑/茶三", [("author", "墨渡"), ("editor", "茶三")], id="parts without a space"
        ),
        pytest.param(
            "演讲 | 墨渡；主持 | 茶三；摄影 | 河重",
            [("author", "墨渡"), ("moderator", "茶三"), ("photographer", "河重")],
            id="other roles",
        ),
        pytest.param("文/墨渡、墨渡", [("author", "墨渡")], id="named twice"),
        pytest.param("", [], id="nothing"),
        pytest.param("文/", [], id="nobody"),
        pytest.param("文/匿名", [], id="anonymous"),
        pytest.param("墨渡", [], id="no label"),
        pytest.param("中文/英文", [], id="the end of another word"),
        pytest.param("文/墨渡，根据同名报道改写。", [], id="a sentence"),
        pytest.param("本文作者：墨渡", [], id="a label within a sentence"),
        pytest.param("作者授权转载", [], id="no mark"),
        pytest.param("图/河边社", [], id="pictures"),
        pytest.param("《茶》，墨渡著，渡口丨河边出版社", [], id="a book"),
        pytest.param("文/见 https://tide.example/", [], id="an address"),
        pytest.param("文/" + "墨" * 200, [], id="too long"),
    ],
)
def test_a_line_of_credits(line, people):
    assert [tuple(signed) for signed in byline(line)] == people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (None, []),
        ("", []),
        ("文/墨渡\n\n茶。", [("author", "墨渡")]),
        ("茶摊\n\n文/墨渡\n编辑/茶三\n\n茶。\n\n茶。\n\n茶。", [("author", "墨渡"), ("editor", "茶三")]),
        ("茶。\n\n茶。\n\n茶。\n\n茶。\n\n译者：墨渡\n\n———", [("translator", "墨渡")]),
        ("文/墨渡", [("author", "墨渡")]),
        ("茶。\n\n茶。\n\n茶。\n\n文/墨渡\n\n茶。\n\n茶。\n\n茶。", []),
    ],
)
def test_credits_stand_in_the_first_or_the_last_lines_of_a_text(text, people):
    assert [tuple(signed) for signed in bylines(text)] == people


def test_who_posted_a_page_is_its_author_where_the_text_names_none():
    assert credited("茶。", ["茶泡"]) == (Signed("author", "茶泡"),)
    assert credited("译者：墨渡\n茶。", ["茶泡"]) == (Signed("author", "茶泡"), Signed("translator", "墨渡"))
    assert credited("作者：墨渡\n茶。", ["茶泡"]) == (Signed("author", "墨渡"),)
    assert credited(None, []) == ()


@settings(derandomize=True, database=None)
@given(st.text(alphabet="文译作者编辑/：丨 　、;,&()（）[英]墨渡aA\n", max_size=130))
def test_credits_are_never_empty_nor_repeated_and_stand_in_the_line(line):
    signed = byline(line)
    assert len(set(signed)) == len(signed)
    for who in signed:
        assert who.name == who.name.strip()
        assert who.name
        assert who.name.split()[0] in line
