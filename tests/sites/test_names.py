"""What of a written name is the name, and which forms are one name's."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sites.names import is_chinese_name, is_nobody, name_key, without_author_label


@pytest.mark.parametrize(
    "forms",
    [
        pytest.param(["Ada Marsh", "ADA MARSH", "ada marsh"], id="case"),
        pytest.param(
            ["Ada Marsh", "Ada  Marsh", "Ada\xa0Marsh", "Ada\u3000Marsh", "Ada Marsh\u200b"], id="space"
        ),
        pytest.param(["Ada Marsh", "Ａｄａ Ｍａｒｓｈ"], id="width"),
        pytest.param(["墨渡", "墨 渡", "墨\u3000渡"], id="space between Han characters"),
        pytest.param(["José Ñu", "Jose\u0301 N\u0303u"], id="composed and decomposed"),
        pytest.param(
            ["Ada Marsh", "By Ada Marsh", "by: Ada Marsh", "Written by Ada Marsh", "—Ada Marsh"], id="by"
        ),
        pytest.param(
            [
                "墨渡",
                "文/墨渡",
                "文／墨渡",
                "作者：墨渡",
                "作者 | 墨渡",
                "撰文｜墨渡",
                "编译丨墨渡",
                "口述：墨渡",
                "譯者：墨渡",
                "By 墨渡",
            ],
            id="a label",
        ),
        pytest.param(
            [
                "Ada Marsh",
                "Dr. Ada Marsh",
                "Dr Ada Marsh",
                "Prof. Ada Marsh",
                "Prof. Dr. Ada Marsh",
                "Professor Ada Marsh",
                "Ms. Ada Marsh",
                "Ada Marsh, PhD",
                "Ada Marsh, Ph.D.",
            ],
            id="a title",
        ),
        pytest.param(
            ["王芳渡", "王芳渡女士", "王芳渡教授", "記者王芳渡", "本报记者 王芳渡", "王芳渡记者"],
            id="a title behind a Chinese name",
        ),
        pytest.param(["J. K. Marsh", "J.K. Marsh", "J K Marsh", "JK Marsh"], id="initials"),
        pytest.param(["Ada M. Marsh", "Ada M Marsh"], id="a middle initial"),
        pytest.param(["Ada O’Marsh", "Ada O'Marsh"], id="an apostrophe"),
        pytest.param(["Ada Marsh‐Reed", "Ada Marsh-Reed"], id="a hyphen"),
        pytest.param(["汤姆·里德", "汤姆・里德", "汤姆‧里德", "汤姆 • 里德"], id="a middle dot"),
        pytest.param(["Tomas Reed, Jr.", "Tomas Reed Jr", "Tomas Reed, Jr"], id="Jr."),
    ],
)
def test_forms_of_one_name(forms):
    assert len({name_key(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Ada Marsh", "Ada M. Marsh", id="a middle initial may be another person's"),
        pytest.param("Tomas Reed", "Tomas Reed, Jr.", id="father and son"),
        pytest.param("Mr. Marsh", "Ms. Marsh", id="a title before a family name tells"),
        pytest.param("Dr. Marsh", "Marsh", id="and so it does alone"),
        pytest.param("Mrs. Tomas Reed", "Tomas Reed", id="a wife by her husband's name"),
        pytest.param("王先生", "王女士", id="a title behind a family name tells"),
        pytest.param("欧阳先生", "欧阳女士", id="behind one of two characters, too"),
        pytest.param("数字先生", "数字", id="a pen name that ends like a title"),
        pytest.param("By Design", "Design", id="a channel"),
        pytest.param("Dr Dre", "Dre", id="a stage name"),
        pytest.param("José", "Jose", id="an accent"),
        pytest.param("陽光衛視", "阳光卫视", id="another writing"),
        pytest.param("墨渡（未验证）", "墨渡", id="a remark"),
        pytest.param("a.b", "ab", id="dots in an account's name"),
        pytest.param("Reed Tomas", "Tomas Reed", id="another order"),
        pytest.param("文", "文渡", id="a label that is the whole name"),
        pytest.param("Ada Marsh...", "Ada Marsh", id="a name that was cut"),
    ],
)
def test_names_of_two_people(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("By Ada Marsh", "Ada Marsh"),
        ("by Ada Marsh", "Ada Marsh"),
        ("Author: Ada", "Ada"),
        ("文/墨渡", "墨渡"),
        ("撰文｜墨渡", "墨渡"),
        ("作者：墨渡", "墨渡"),
        ("By 墨渡", "墨渡"),
        # Who follows is not the author.
        ("译者：墨渡", "译者：墨渡"),
        ("图/墨渡", "图/墨渡"),
        # Names of their own.
        ("By Design", "By Design"),
        ("By the River", "By the River"),
        ("Byron Marsh", "Byron Marsh"),
        ("文渡", "文渡"),
        # Nobody follows.
        ("作者：", "作者："),
        ("By", "By"),
        ("", ""),
    ],
)
def test_an_author_line_without_its_label(line, rest):
    assert without_author_label(line) == rest


@pytest.mark.parametrize(
    "name", ["Anonymous", "admin", "The Editors", "匿名", "佚名", "编辑部", "本报记者", "—", "42"]
)
def test_what_names_nobody(name):
    assert is_nobody(name_key(name))


@pytest.mark.parametrize("name", ["Ada Marsh", "墨渡", "Nemo", "Editor Wars", "匿名者联盟"])
def test_what_names_somebody(name):
    assert not is_nobody(name_key(name))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("王芳", True),
        ("王芳渡", True),
        ("欧阳渡", True),
        ("司馬渡河", True),
        ("欧阳", False),
        ("王", False),
        ("王芳渡河", False),
        ("渡王", False),
        ("Wang", False),
        ("", False),
    ],
)
def test_what_is_built_as_a_chinese_name(text, holds):
    assert is_chinese_name(text) is holds


@settings(derandomize=True, database=None, max_examples=300)
@given(
    st.text(
        st.characters(exclude_categories=["Cs"]) | st.sampled_from("王芳文/：. -·,AaByby 先生\xa0"),
        min_size=1,
    )
)
def test_a_key_is_never_empty(name):
    assert name_key(name)


@pytest.mark.parametrize("part", ["by ", "文/", "Dr. ", "·", "A.", " \xa0", ", ", "先生", "a ", ".", "x, "])
def test_a_long_name_takes_no_longer(part):
    started = time.process_time()
    name_key(part * 100_000 + "x")
    without_author_label(part * 100_000 + "x")
    assert time.process_time() - started < 1
