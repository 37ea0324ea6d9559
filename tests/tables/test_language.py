from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tables.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferry leaves when the tide does, and not a minute before it.", "en"),
        ("Die Fähre fährt mit der Flut und keine Minute früher als sonst.", "de"),
        ("Le bac part avec la marée, et pas une minute plus tôt que d’habitude.", "fr"),
        ("El transbordador sale con la marea, y ni un minuto antes de la hora.", "es"),
        ("A balsa parte com a maré, e não sai nem um minuto mais cedo do que isso.", "pt"),
        ("Il traghetto parte con la marea, e nemmeno un minuto prima di quella.", "it"),
        ("De veerpont vertrekt met het tij, en geen minuut eerder dan dat.", "nl"),
        ("Prom odpływa razem z przypływem, i ani minuty wcześniej niż trzeba.", "pl"),
        ("Vapur gelgitle birlikte kalkıyor, bir dakika bile erken değil.", "tr"),
        ("Con phà rời bến theo thủy triều, không sớm hơn một phút nào.", "vi"),
        ("Паром уходит вместе с приливом, и ни минутой раньше.", "ru"),
        ("Пором відходить разом із припливом, і ані хвилиною раніше.", "uk"),
        ("تغادر العبارة مع المد، ولا تتحرك قبل ذلك بدقيقة واحدة.", "ar"),
        ("کشتی با جزر و مد می‌رود و حتی یک دقیقه زودتر هم نمی‌رود.", "fa"),
        ("המעבורת יוצאת עם הגאות, ולא דקה אחת לפני כן.", "he"),
        ("नाव ज्वार के साथ जाती है, और उससे एक मिनट पहले भी नहीं।", "hi"),
        ("Το πορθμείο φεύγει με την παλίρροια, ούτε λεπτό νωρίτερα.", "el"),
        ("เรือข้ามฟากออกเมื่อน้ำขึ้น ไม่เร็วกว่านั้นแม้แต่นาทีเดียว", "th"),
        ("สะพาน " * 8, "th"),
        ("ເຮືອຂ້າມຟາກອອກເມື່ອນ້ຳຂຶ້ນ ບໍ່ໄວກວ່ານັ້ນ", "lo"),
        ("សាឡាងចេញដំណើរតាមទឹកជោរ មិនមុនមួយនាទីឡើយ", "km"),
        ("གྲུ་གཟིངས་ནི་ཆུ་རྒྱུན་དང་མཉམ་དུ་འགྲོ་བ་ཡིན། སྐར་མ་གཅིག་ཀྱང་སྔ་བ་མེད།", "bo"),
        ("나룻배는 물때에 맞추어 떠나고 일 분도 먼저 떠나지 않는다.", "ko"),
        ("渡し船は潮とともに出て、一分も早くは出ません。", "ja"),
        ("フェリーターミナル", "ja"),
        ("渡船跟着潮水走，一分钟也不早。", "zh-Hans"),
        ("渡船跟著潮水走，一分鐘也不會早，這是河上的規矩。", "zh-Hant"),
        ("渡船喺潮水嚟嗰陣先至開，一分鐘都唔會早。", "zh-Hant"),
    ],
)
def test_the_language_of_a_sentence(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="no text"),
        pytest.param("", id="empty"),
        pytest.param("Tea", id="one word"),
        pytest.param("Ada Marsh", id="a name"),
        pytest.param("茶摊 14", id="one word, in Chinese"),
        pytest.param("登山", id="a word of Chinese and of Japanese"),
        pytest.param("東北大学文学部", id="a name in kanji, which Chinese writes alike in part"),
        pytest.param("12345 67890 " * 20, id="numbers"),
        pytest.param("😀" * 40, id="emoji"),
        pytest.param("x" * 40, id="letters without a language"),
        pytest.param("https://harbour.example/the/ferry/leaves/when/the/tide/does " * 3, id="addresses"),
        pytest.param(
            "The ferry leaves with the tide and waits for nobody. 渡船跟着潮水走从不等人",
            id="two scripts by halves",
        ),
    ],
)
def test_where_the_language_cannot_be_told(text):
    assert language_of(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("沒有誰", "zh-Hant", id="short, with a character that is uncommon in Japanese"),
        pytest.param(
            "河上有人在走，有人在等，有人在看，也有人在想，不知去向何方。", "zh", id="no character tells"
        ),
        pytest.param("这个国家的渡船。這個國家的渡船。", "zh", id="both writings"),
        pytest.param("优の茶铺子，河边的老地方，欢迎光临。", "zh-Hans", id="a kana in Chinese"),
        pytest.param(
            "他问“もったいない”怎么译，译者说这个词没有对应的说法，只好写一段话来解释。",
            "zh-Hans",
            id="Japanese quoted in Chinese",
        ),
        pytest.param("東京駅前広場", "ja", id="kanji alone, with one that only Japanese has"),
        pytest.param("東京都知事選挙の結果", "ja", id="many kanji, one kana"),
    ],
)
def test_han_characters_are_chinese_or_japanese(text, language):
    assert language_of(text) == language


FERRY = "The ferry leaves when the tide does, and not a minute before it. Nobody has ever seen it wait. "
DUCHUAN = "渡船跟着潮水走，一分钟也不早，这是河上的规矩，没有人见过它等人。"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(FERRY + DUCHUAN * 40, "zh-Hans", id="a quotation at the beginning"),
        pytest.param(DUCHUAN * 2 + FERRY * 40, "en", id="a note in Chinese at the beginning"),
        pytest.param(FERRY * 40 + DUCHUAN * 3, "en", id="a note in Chinese at the end"),
        pytest.param(
            "for (let i = 0; i < tides.length; i++) { leave(tides[i]); }\n" * 4 + DUCHUAN * 20,
            "zh-Hans",
            id="code at the beginning",
        ),
        pytest.param(
            "https://harbour.example/a/very/long/address?of=the&ferry=%20x " * 6 + DUCHUAN * 3,
            "zh-Hans",
            id="addresses at the beginning",
        ),
        pytest.param(
            f"{DUCHUAN}https://www.harbour.example/join{DUCHUAN}@adamarsh {DUCHUAN}",
            "zh-Hans",
            id="addresses glued to the text",
        ),
        pytest.param("@tomas @ada_marsh https://harbour.example/uno/dos/tres " + FERRY, "en", id="mentions"),
        pytest.param(
            "Liang Xiaohe, Wang Dongtou, Zhao Moduo, Qian Chuanfu, Sun Heliu. " + FERRY * 2,
            "en",
            id="names of another language",
        ),
        pytest.param(
            "What the Ferrymen of the River Knew About the Winter That Came Early",
            "en",
            id="a title in capitals",
        ),
    ],
)
def test_neither_the_beginning_nor_addresses_nor_names_decide(text, language):
    assert language_of(text) == language


def test_a_long_text_takes_no_longer():
    for text in (FERRY * 50_000, DUCHUAN * 100_000, "a" * 5_000_000, "@" * 5_000_000, "a." * 2_000_000):
        started = time.process_time()
        language_of(text)
        assert time.process_time() - started < 1


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("渡のア가кa @/"), max_size=60))
def test_any_text_has_a_tag_or_none(text):
    found = language_of(text * 20)
    assert found is None or found.isascii()
    assert found == language_of(text * 20)
