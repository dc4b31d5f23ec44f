"""How near is a hit of this level to the door (精度级别): from a provider's word to metres and confidence."""

from mapapp.geography.coordinate import Confidence

_LESS = {
    Confidence.HIGH: Confidence.MEDIUM,
    Confidence.MEDIUM: Confidence.LOW,
    Confidence.LOW: Confidence.LOW,
}
# Our estimates, since no service publishes them. Chinese words match inside a level, English ones the whole level; the
# first row that matches decides. None metres: an area, which is no answer to an address: Amap's 开发区 and Baidu's 区县
# for 金港新区 lie 2.5 and 3.6 km from the place, outside the district.
_LEVELS: tuple[tuple[str, float | None, Confidence], ...] = (
    (
        "国家 省 城市 区县 开发区 country state province city county district boundary administrative",
        None,
        Confidence.LOW,
    ),
    ("门址 门牌 单元号 house building", 50.0, Confidence.HIGH),
    ("乡镇 街道 township town suburb quarter municipality city_district borough", 3000.0, Confidence.LOW),
    ("村庄 社区 village neighbourhood hamlet", 1000.0, Confidence.LOW),
    ("交叉路口 junction", 150.0, Confidence.MEDIUM),
    ("商圈 工业园区 旅游景点 绿地 港口 机场 industrial commercial residential park", 500.0, Confidence.MEDIUM),
    ("道路 桥 road highway bridge", 800.0, Confidence.LOW),
    ("兴趣点 公交 地铁 小区 大厦 机构 生活服务 休闲娱乐 餐饮 宾馆 购物 金融 教育 医疗", 100.0, Confidence.HIGH),
    ("汽车服务 火车站 停车 加油站 poi amenity office shop tourism healthcare railway", 100.0, Confidence.HIGH),
)
_UNKNOWN = (1000.0, Confidence.LOW)
# Whole levels that are areas too, but whose character also stands in others (城市, 社区).
_AREAS = frozenset({"市", "区", "县"})


def less_sure(confidence: Confidence) -> Confidence:
    """Return one degree less of confidence."""
    return _LESS[confidence]


def accuracy_of(level: str) -> tuple[float | None, Confidence]:
    """Return (accuracy in metres or None for an area, confidence) of a provider's level word."""
    word = level.strip().casefold()
    if word in _AREAS:
        return None, Confidence.LOW
    for words, metres, confidence in _LEVELS:
        if any(part == word if part.isascii() else part in word for part in words.split()):
            return metres, confidence
    return _UNKNOWN
