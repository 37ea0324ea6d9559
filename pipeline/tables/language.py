"""The language of a text, as a BCP 47 tag.

The script decides where it can: text in Han characters without kana is Chinese (zh-Hans or zh-Hant, by
the characters that only one writing has; zh where they disagree or none is there), text with kana is
Japanese, Hangul is Korean, and some alphabets serve one language. lingua tells the languages that share
an alphabet.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Any

from pipeline.tables.han import CHINESE, JAPANESE, script_of

# Of a long text eight pieces are looked at, evenly spread: a quotation or code at its beginning does not
# decide.
_PIECES, _PIECE = 8, 75
# Of words in an alphabet, lingua is asked for as many characters: from the beginning, and from the middle.
_ASKED = 100
# Below this many letters the guess says more about the model than about the text.
_SHORTEST = 25
_SHORTEST_OF_ONE = 8
_CONFIDENCE = 0.9
# The least part of a text's words that is in the script that decides.
_MOST = 0.6
# The part of kana that makes a text Japanese, and the one that does where less than a seventh of its Han
# characters are Chinese ones: a Chinese text has a の here and there, or quotes.
_MANY_KANA, _SOME_KANA = 0.3, 0.05
_CHINESE_AMONG_JAPANESE = 1 / 7
# As many Han characters cannot be Japanese without kana among them; fewer can, unless one of them is
# uncommon in Japanese.
_LONGEST_WITHOUT_KANA = 20
_SHORTEST_HAN = 3

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_KANA_RUN = re.compile("[\u3041-\u3096\u30a1-\u30fa\u31f0-\u31ff\uff66-\uff9d]+")
_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7a3]+")
_OTHER_WORD = re.compile(r"[^\W\d_\u1100-\u11ff\u2e80-\U0010ffff]+")
# Their end is where ASCII ends: Chinese stands behind them without a space.
_ADDRESS = re.compile(r"(?:https?://|www\.|@)[!-~]+")
_ASCII = "".join(map(chr, range(ord("!"), ord("~") + 1)))
_OF_CODE_AND_ADDRESSES = frozenset("=(){}[]<>;_$\\/|#*&+`@")

# Scripts, as the names of their characters begin in Unicode, in which nearly all texts are in one language.
_ONE_LANGUAGE = {
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "KANNADA": "kn",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAANA": "dv",
    "THAI": "th",
    "TIBETAN": "bo",
}


def language_of(text: str | None) -> str | None:
    """The language of a text, such as `en` or `zh-Hant`; None where it is too short to tell, where
    less than three fifths of its words are in one script, or where no language is at least 90 % likely.
    """
    sample = _sample(text or "")
    han = "".join(_HAN.findall(sample))
    kana = sum(map(len, _KANA_RUN.findall(sample)))
    korean = _HANGUL.findall(sample)
    others = _OTHER_WORD.findall(sample)
    least = _MOST * (len(han) + kana + len(korean) + len(others))
    if han and len(han) + kana >= least:
        return _chinese_or_japanese(han, kana)
    if kana and kana >= least:
        return "ja" if kana >= _SHORTEST_HAN else None
    if korean and len(korean) >= least:
        return "ko" if 3 * sum(map(len, korean)) >= _SHORTEST else None
    if others and len(others) >= least:
        return _alphabetic(sample, others)
    return None


def _sample(text: str) -> str:
    if len(text) > _PIECES * _PIECE:
        step = (len(text) - _PIECE) // (_PIECES - 1)
        pieces = [text[start : start + _PIECE] for start in range(step, step * _PIECES, step)]
        # What a piece begins with may be the end of an address.
        text = " ".join([text[:_PIECE], *(piece.lstrip(_ASCII) for piece in pieces)])
    return _ADDRESS.sub(" ", text)


def _chinese_or_japanese(han: str, kana: int) -> str | None:
    share = kana / (len(han) + kana)
    is_chinese = CHINESE.search(han) is not None
    if share >= _MANY_KANA or (
        share >= _SOME_KANA and len(CHINESE.findall(han)) < _CHINESE_AMONG_JAPANESE * len(han)
    ):
        return "ja" if len(han) + kana >= _SHORTEST_HAN else None
    if not is_chinese and JAPANESE.search(han):
        return "ja" if len(han) >= _SHORTEST_HAN else None
    if len(han) < (_SHORTEST_HAN if is_chinese else _LONGEST_WITHOUT_KANA):
        return None
    script = script_of(han)
    return f"zh-{script}" if script else "zh"


def _alphabetic(sample: str, words: list[str]) -> str | None:
    scripts = Counter(_script(word[0]) for word in words)
    script, count = max(scripts.items(), key=lambda found: (found[1], found[0]))
    if count < _MOST * len(words):
        return None
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script] if sum(map(len, words)) >= _SHORTEST_OF_ONE else None
    plain = (token for token in sample.split() if _OF_CODE_AND_ADDRESSES.isdisjoint(token))
    told = " ".join(word for word in _OTHER_WORD.findall(" ".join(plain)) if _script(word[0]) == script)
    # Names of people and places are of all languages.
    nameless = " ".join(word for word in told.split() if not word[0].isupper())
    told = nameless if len(nameless) >= _ASKED else told
    if len(told) < _SHORTEST:
        return None
    if len(told) > 2 * _ASKED:
        middle = len(told) // 2
        told = f"{told[:_ASKED]} {told[middle : middle + _ASKED].partition(' ')[2]}"
    likeliest = _detector().compute_language_confidence_values(told)[0]
    if likeliest.value < _CONFIDENCE:
        return None
    return str(likeliest.language.iso_code_639_1.name).lower()


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


@cache
def _detector() -> Any:
    # Imported late: a command that reads no post should not load the models. The low-accuracy
    # models take 54 MB where the others take 900, and differ on short text only.
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
