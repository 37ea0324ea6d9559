"""Which Chinese writing a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tables.han import (
    _FORMS,
    _WITH_SIMPLIFIED_FORM,
    CHINESE,
    JAPANESE,
    SIMPLIFIED,
    TRADITIONAL,
    script_of,
    simplified,
)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        pytest.param("渡船跟着潮水走，一分钟也不早。", "Hans", id="simplified"),
        pytest.param("渡船跟著潮水走，一分鐘也不會早。", "Hant", id="traditional"),
        pytest.param("河上有人在走", None, id="characters of both"),
        pytest.param(
            "后面的里子干不干，台下的人只知道面条", "Hans", id="a pair that both have does not tell"
        ),
        pytest.param("皇后在里程碑上", None, id="nor do words that look simplified and are of both"),
        pytest.param("这个国家的渡船 這個國家的渡船", None, id="both in mixture"),
        pytest.param("这个国家的渡船说来话长。他问：「過」字怎么写？", "Hans", id="a character quoted"),
        pytest.param("我站着等，他坐着看", None, id="着 stands in traditional texts too"),
        pytest.param("The ferry", None, id="no Han"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_writing_is_that_of_the_characters_that_only_one_has(text, script):
    assert script_of(text) == script


def test_characters_of_one_writing_alone():
    assert all(map(SIMPLIFIED.match, "国这们来时说会对为过"))
    assert all(map(TRADITIONAL.match, "國這們來時說會對為過裡她".replace("她", "妳")))
    assert not any(map(SIMPLIFIED.match, "后干里台于只了面的是不我她着"))
    assert not any(map(TRADITIONAL.match, "后干里台于只了面的是不我她著乾於"))
    assert all(map(JAPANESE.match, "駅働込円図広県対気"))
    assert all(map(CHINESE.match, "你她吗嗎这這們"))
    assert not any(map(CHINESE.match, "東京大学医学部"))


def test_traditional_characters_become_simplified_ones_to_compare():
    assert simplified("陽光衛視 龔張，Ada") == "阳光卫视 龚张，Ada"
    assert simplified("頭髮") == simplified("头发") == "头发"


def test_the_pairs_are_of_both_writings_and_each_is_named_once():
    assert len(_WITH_SIMPLIFIED_FORM) == len(set(_WITH_SIMPLIFIED_FORM)) == len(_FORMS)
    assert list(_WITH_SIMPLIFIED_FORM) == sorted(_WITH_SIMPLIFIED_FORM)
    assert not set(_WITH_SIMPLIFIED_FORM) & set(_FORMS)


@settings(derandomize=True, database=None, max_examples=200)
@given(st.text(st.sampled_from("國国後后乾干髮发aé。") | st.characters(exclude_categories=["Cs"])))
def test_what_is_simplified_stays_as_it_is(text):
    assert simplified(simplified(text)) == simplified(text)
    assert len(simplified(text)) == len(text)
