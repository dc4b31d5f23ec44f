"""How do people write a place (地名的说法): folding a text to one form, and taking away what is not the name."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import normalize

if TYPE_CHECKING:
    from opencc import OpenCC

# Written differently, the same place: 黄泥塝/黄泥磅/黄泥滂, 虾子碥/虾子蝙.
_SAME_CHARACTER = str.maketrans({"磅": "塝", "滂": "塝", "蝙": "碥", "ü": "v"})
_NUMERALS = "零一二三四五六七八九"
_COUNTED = re.compile(r"(?<![0-9])([1-9]|1[0-9])(?=支路|路|支|村|街|巷)")
# Characters that tell neighbours apart: 建新东路 and 建新西路, 大石坝一村 and 大石坝八村.
_TELLING = frozenset("东南西北中上下前后左右一二三四五六七八九十0123456789")

_BEFORE = re.compile(
    r"^(?:请问|你好|您好|帮我找|我要去|我想去|我现在|我家|我们|我人|我|就|现在|人|住在|住|在|到|去|从|离|靠近|位于|是)"
)
_AFTER = re.compile(
    r"(?:附近|旁边|那边|那里|那儿|那头|那块|这边|这里|这儿|这块|周边|周围|边上|一带|一侧|对面|门口|里面|楼下|楼上|隔壁|路口"
    r"|上面|下面|怎么走|怎么去|[东南西北正侧]门|侧|旁|里|的|呢|啊|哦|嘛|吧|哈|了)$"
)
_LINE = re.compile(r"^(?:轨道交通|轨道|地铁|轻轨)?(?:[0-9一二三四五六七八九十]+号线|环线)?(?:轨道交通|轨道|地铁|轻轨)?")
_LINE_AFTER = re.compile(r"(?:地铁|轻轨|轨道)?[0-9一二三四五六七八九十]+号线$")
_KIND = re.compile(
    r"(?:(?:地铁|轻轨|轨道|公交车|公交|火车|汽车)?(?:站|口)|地铁|轻轨|街道办事处|街道办|办事处|街道|社区居委会|居委会|社区"
    r"|小区|镇政府|镇|商圈|片区)$"
)
_KIND_ENGLISH = re.compile(
    r"(?:metrostation|subwaystation|railstation|lightrailstation|busstation|busstop|station|metro|subway|subdistrict"
    r"|community|town|village|chongqing)$"
)
_NUMBER = re.compile(r"(?:附?[0-9]+(?:[-之][0-9]+)?(?:号楼|号|栋|幢|座|楼|层|单元|室)?)+$")

# Districts and counties of Chongqing, our own among them: which one is ours is data.
_DISTRICTS = (
    "万州区 涪陵区 渝中区 大渡口区 江北区 沙坪坝区 九龙坡区 南岸区 北碚区 綦江区 大足区 渝北区 巴南区 "
    "黔江区 长寿区 江津区 合川区 永川区 南川区 璧山区 铜梁区 潼南区 荣昌区 开州区 梁平区 武隆区 "
    "城口县 丰都县 垫江县 忠县 云阳县 奉节县 巫山县 巫溪县"
)
_OTHER_CITY = re.compile(
    r"(?:[\u4e00-\u9fff]{2,3}省)?(?:[\u4e00-\u9fff]{2,4}市(?=[\u4e00-\u9fff]{1,4}[区县])"
    r"|(?:宁波|武汉|自贡|成都|北京|上海|天津|杭州|南京|广州|深圳)市?)"
)

# What may stand before a name without changing it, when no other district is named.
HOME = ("中国", "重庆市", "重庆", "江北区", "两江新区", "江北", "渝")


@cache
def _simplifier() -> "OpenCC":
    # loaded when first needed: 10 ms and 8 MB that a command without text does not pay
    from opencc import OpenCC

    return OpenCC("t2s")


def fold(text: str) -> str:
    """Return the one form in which texts are compared.

    Full width becomes half width, traditional characters simplified, letters small; spaces and punctuation go away,
    spelling variants become one, and 北滨1路 becomes 北滨一路.
    """
    plain = normalize("NFKC", text)
    if not plain.isascii():
        plain = _simplifier().convert(plain)
    plain = plain.casefold().translate(_SAME_CHARACTER)
    letters = "".join(character for character in plain if character.isalnum())
    return _COUNTED.sub(lambda match: _numeral(int(match[1])), letters)


def _numeral(number: int) -> str:
    """Return 1 to 19 in Chinese characters."""
    if number < 10:
        return _NUMERALS[number]
    return "十" + (_NUMERALS[number - 10] if number > 10 else "")


def telling_characters(folded: str) -> str:
    """Return, sorted, the characters of a folded text that tell neighbours apart: directions, numerals, digits."""
    return "".join(sorted(character for character in folded if character in _TELLING))


def other_area(folded: str, home: Iterable[str] = HOME) -> str | None:
    """Return the other city or district that a folded text names (宁波市, 渝北区), None for our own or none."""
    city = _OTHER_CITY.match(folded)
    if city is not None and not city[0].startswith("重庆"):
        return city[0]
    own = set(home)
    return next((name for name in _DISTRICTS.split() if name in folded and name not in own), None)


def without_filler(folded: str) -> str:
    """Return a folded text without polite and locating words around the name: 我在…那边, …附近."""
    before = None
    while before != folded:
        before = folded
        for pattern in (_BEFORE, _AFTER):
            shorter = pattern.sub("", folded, count=1)
            folded = shorter if len(shorter) >= 2 else folded
    return folded


def without_home(folded: str, home: Iterable[str] = HOME) -> str:
    """Return a folded text without the city and district before the name."""
    longest_first = sorted(home, key=len, reverse=True)
    while True:
        name = next((name for name in longest_first if folded.startswith(name)), None)
        if name is None or len(folded) < len(name) + 2:
            return folded
        folded = folded[len(name) :]


def without_number(folded: str) -> str:
    """Return a folded text without a house number, building or floor at its end."""
    shorter = _NUMBER.sub("", folded)
    return shorter if len(shorter) >= 2 and shorter != folded and not shorter[-1].isascii() else folded


def without_kind(folded: str) -> str:
    """Return a folded text without the word that says what kind of place it is: 站, 地铁站, 街道, 社区, station."""
    pattern = _KIND_ENGLISH if folded.isascii() else _KIND
    shorter = pattern.sub("", without_line(folded))
    return shorter if len(shorter) >= 2 else folded


def without_line(folded: str) -> str:
    """Return a folded text without the metro line: 3号线观音桥站, guanyinqiao metro station."""
    if folded.isascii():
        return re.sub(r"(?:metro|subway|lightrail|monorail)(?=station$)", "", folded)
    shorter = _LINE_AFTER.sub("", _LINE.sub("", folded))
    return shorter if len(shorter) >= 2 else folded


def wordings(text: str, home: Iterable[str] = HOME) -> Iterator[tuple[str, int]]:
    """Yield (folded wording, how much was taken away: 0 nothing, 1 filler and home, 2 number, 3 kind), each once."""
    home = tuple(home)
    whole = fold(text)
    bare = without_filler(whole)
    local = without_filler(without_home(bare, home))
    unnumbered = without_number(local)
    steps = (
        (whole, 0),
        (bare, 1),
        (local, 1),
        (without_line(local), 1),
        (unnumbered, 2),
        (without_kind(local), 3),
        (without_kind(unnumbered), 3),
    )
    seen: set[str] = set()
    for wording, taken in steps:
        if wording and wording not in seen:
            seen.add(wording)
            yield wording, taken


def without_area(folded: str, area: str) -> str:
    """Return a folded text without the other city or district it names."""
    return folded.replace(area, "", 1) if len(folded) > len(area) else folded
