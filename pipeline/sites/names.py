"""Names of people and bodies: what stands around a name, and when two written forms are one name.

A name is kept as it is written; these functions say what of it is the name. The same key says that two
forms are one byline of one site, so it forgives only what no two people differ in:

- Unicode's compatibility forms (NFKC), case, white space, invisible characters, the kind of apostrophe,
  hyphen and middle dot, dots behind initials, white space between Han characters, marks at the ends;
- a label before the name: `By `, `Written by `, `文/`, `作者：`, `编译｜`, `口述：` and the like;
- academic and civil titles: `Dr.`, `Prof.`, `Mr.`, `Ms.`, `Mx.` before two words or more, `, PhD` behind
  them; 先生, 女士, 教授, 博士, 记者 and the like behind a Chinese family name and a given name. `Mr. Marsh`
  and 王先生 stay as they are, for 王女士 is another person; so do `Mrs.`, which may stand before the
  husband's name, and `Jr.`
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Labels that say that the author follows, and labels of other parts that people have in a page.
_OF_AUTHORS = "文字?|作者|撰文|撰稿|撰寫|撰写|采写|採寫|口述|编译|編譯"
_OF_OTHERS = (
    "译者?|譯者?|翻译|翻譯|采访|採訪|整理|编辑|編輯|责编|責編|责任编辑|責任編輯|校对|校對|审校|審校|"
    "记者|記者|摄影|攝影|图|圖|报道|報道|報導|监制|監製"
)
_MARK = r" ?[:：/／|｜丨] ?"
_AUTHOR_LABEL = re.compile(rf"(?:(?:{_OF_AUTHORS}){_MARK}|(?:authors?|by) ?[:：] ?)(?=\S)", re.IGNORECASE)
_OTHER_LABEL = re.compile(rf"(?:{_OF_OTHERS}){_MARK}(?=\S)")
_BY = re.compile(r"(?:(?:written|text|words|story|posted|reported) )?by (?=\S)", re.IGNORECASE)

_TITLE = re.compile(r"(?:(?:dr|prof|professor|mr|ms|mx)(?:\. ?| ))+(?=[^ ]+ [^ ])")
_DEGREE = re.compile(r", ?(?:ph\.? ?d|m\.?d|esq)\.?$")
_HAN_TITLE = re.compile(
    "(?:先生|女士|小姐|副教授|教授|博士|老师|老師|记者|記者|律师|律師|医生|醫生|主编|主編|编辑|編輯)$"
)
_REPORTER = re.compile("(?:本报|本報|本刊|本网|本網|特约|特約|见习|見習|实习|實習)?(?:记者|記者) ?")

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_WHITE = re.compile(r"\s+")
_MIDDLE_DOT = re.compile(" ?[\u00b7\u2022\u2027\u2219\u22c5\u30fb] ?")
_JUNIOR = re.compile(r", ?(?=(?:jr|sr|ii|iii|iv)\.?$)")
_INITIAL = re.compile(r"\b([^\W\d_])\. ?")
_LONG_WORD = re.compile(r"[^\W\d_]{2}")
_INITIALS_APART = re.compile(r"\b([^\W\d_]) (?=[^\W\d_]\b)")
_ALIKE = str.maketrans(dict.fromkeys("‘’ʼ`´", "'") | dict.fromkeys("‐‑‒–—―", "-"))
_AT_ENDS = " ,;:、。|/-·*_"

# Family names of Chinese, some 250 of the commonest, in both writings; those that are everyday words
# (和, 明, 成 ...) left out.
_FAMILY_NAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
    "向汤温康施牛樊葛邢齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕季裴"
    "霍涂苗谷盛翁冉骆蓝游辛靳管柴蒙鲍华喻祁蒲房滕屈饶牟艾尤穆卓吉缪简车项芦麦褚娄窦戚岑景党宫费卜冷晏席"
    "卫米柏宗瞿桂佟臧闵苟邬卞姬仇栾隋刁沙荣巫寇桑郎甄丛仲虞敖巩佘池查麻苑迟邝"
    "張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭蔣葉蘇呂盧鍾鐘譚陸賈韋鄒閻閆龍賀顧龔萬錢嚴湯溫齊喬龐顏莊聶魯歐關"
    "蘭寧紀畢塗駱藍鮑華饒繆簡車項蘆麥婁竇黨宮費衛閔鄔欒榮叢鞏遲鄺"
)
_LONG_FAMILY_NAMES = frozenset(
    "欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 司徒 东方 東方 夏侯 端木 "
    "南宫 南宮 独孤 獨孤 长孙 長孫 宇文 轩辕 軒轅".split()
)

# Keys of what is written where a name should stand, and names nobody.
_NOBODY = frozenset(
    "admin administrator anonym anonyme anonymous anonymus anonimo anónimo author contributor contributors "
    "editor editorial editors guest moderator n/a nobody none null redaction redaktion root staff system "
    "test unknown user webmaster writer аноним гость 名無し 名無しさん 익명 "
    "佚名 匿名 匿名者 匿名用户 匿名用戶 匿名网友 匿名網友 未知 无名 無名 无名氏 無名氏 游客 遊客 访客 訪客 "
    "管理员 管理員 编辑 編輯 编辑部 編輯部 编者 編者 小编 小編 网友 網友 读者 讀者 作者 记者 記者 用户 用戶 "
    "本刊 本报 本報 本站 本刊编辑部 本刊編輯部 本刊记者 本報記者 本报记者 综合 綜合 转载 轉載".split()
) | {
    "a contributor",
    "a reader",
    "editorial board",
    "editorial staff",
    "editorial team",
    "guest author",
    "guest contributor",
    "guest post",
    "guest user",
    "guest writer",
    "news desk",
    "no author",
    "our correspondent",
    "site admin",
    "special correspondent",
    "staff reporter",
    "staff writer",
    "the author",
    "the editor",
    "the editors",
    "the staff",
    "unknown author",
}  # fmt: skip


def without_author_label(line: str) -> str:
    """An author line, on one line, without the label that says that the author follows: `By Ada Marsh`,
    `文/墨渡`. A label of another part, such as `译者：`, is kept, for who follows is not the author; so is
    `By` before a single word or a small letter, which may be the name of a column or a channel."""
    label, by = _AUTHOR_LABEL.match(line), _BY.match(line)
    if label:
        return line[label.end() :]
    if by and not line[by.end()].islower() and _may_follow_by(line[by.end() :]):
        return line[by.end() :]
    return line


def _may_follow_by(text: str) -> bool:
    return " " in text or _HAN_RUN.match(text) is not None


@lru_cache(maxsize=1 << 14)
def name_key(name: str) -> str:
    """The form that all forms of a name share; never empty where the name is not. It serves to compare,
    not to read."""
    text = unicodedata.normalize("NFKC", name)
    if not text.isascii():
        text = _INVISIBLE.sub("", text).translate(_ALIKE)
    text = _WHITE.sub(" ", text).strip().casefold()
    if not text.isascii():
        text = _BETWEEN_HAN.sub("", _MIDDLE_DOT.sub("·", text))
    text = _without_labels(text)
    text = _JUNIOR.sub(" ", _without_titles(text))
    if " " in text and _LONG_WORD.search(text):
        text = _INITIALS_APART.sub(r"\1", _INITIAL.sub(r"\1 ", text))
    return _bare(text) or text or name


def _bare(text: str) -> str:
    text = text.lstrip(_AT_ENDS + ".").rstrip(_AT_ENDS)
    # Three dots say that the name was cut.
    return text[:-1].rstrip(_AT_ENDS) if text.endswith(".") and not text.endswith("..") else text


def _without_labels(text: str) -> str:
    for _ in range(2):
        text = _bare(text) or text
        label, by = _AUTHOR_LABEL.match(text) or _OTHER_LABEL.match(text), _BY.match(text)
        if label:
            text = text[label.end() :]
        elif by and _may_follow_by(text[by.end() :]):
            text = text[by.end() :]
    return _bare(text) or text


def _without_titles(text: str) -> str:
    if _HAN_RUN.match(text):
        bare = _HAN_TITLE.sub("", _REPORTER.sub("", text, count=1) if _REPORTER.match(text) else text)
        return bare if is_chinese_name(bare) else text
    bare = _DEGREE.sub("", text)
    bare = bare if " " in bare else text
    found = _TITLE.match(bare)
    return bare[found.end() :] if found else bare


def is_chinese_name(text: str) -> bool:
    """True where a text is built as a Chinese name: a family name and one or two more characters."""
    if not 2 <= len(text) <= 4 or not _HAN_RUN.fullmatch(text):
        return False
    if text[:2] in _LONG_FAMILY_NAMES:
        return len(text) > 2
    return text[0] in _FAMILY_NAMES and len(text) < 4


def is_nobody(key: str) -> bool:
    """True where a name's key is of what is written for want of a name: `Anonymous`, `admin`, 匿名."""
    return key in _NOBODY or not any(char.isalpha() for char in key)
