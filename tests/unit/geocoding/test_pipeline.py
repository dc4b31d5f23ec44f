"""All answers together: what is refused and why, what is chosen, how sure it is."""

from typing import Any

import pytest

from mapapp.geocoding.gazetteer import Gazetteer
from mapapp.geocoding.pipeline import Chain, Placement, Region
from mapapp.geocoding.providers import Reply
from mapapp.geography.coordinate import Confidence, Coordinate, Datum
from mapapp.geography.datum import from_wgs84
from mapapp.geography.distance import geodesic_m
from mapapp.geography.district import District, DistrictName
from tests.building import a_district, a_named_place, a_place, a_square, at
from tests.geocoder_service import amap_found, baidu_found, tianditu_found

NOON = at("2026-11-25 12:00")
HERE = Coordinate(106.532, 29.575)
ADDRESS = "重庆市江北区观音桥街道建新东路19号"


def the_district() -> District:
    names = (
        DistrictName(code="500105", name_zh="重庆市江北区", name_en="Jiangbei", short_zh="江北区"),
        DistrictName(code="", name_zh="重庆市两江新区", name_en="Liangjiang", short_zh="两江新区", aliases=("两江",)),
    )
    plain = a_district()
    return District.of(plain.outline_geojson, plain.streets_geojson, plain.rivers_geojson, names)


def the_chain(gazetteer: Gazetteer | None = None, tolerance_m: float = 300.0) -> Chain:
    district = the_district()
    return Chain(
        district=district,
        region=Region.of(district, NOON.date()),
        gazetteer=gazetteer or Gazetteer.of([]),
        tolerance_m=tolerance_m,
    )


def amap(where: Coordinate = HERE, level: str = "门牌号", **changes: Any) -> Reply:
    raw = amap_found(*from_wgs84(where, Datum.GCJ02), level, **changes)["geocodes"][0]
    return Reply(provider="amap", code="found", raw=raw)


def tianditu(where: Coordinate = HERE, level: str = "门址") -> Reply:
    return Reply(provider="tianditu", code="found", raw=tianditu_found(where.lon, where.lat, level)["location"])


def baidu(where: Coordinate = HERE, level: str = "门址") -> Reply:
    raw = baidu_found(*from_wgs84(where, Datum.BD09), level)["result"]
    return Reply(provider="baidu", code="found", raw=raw)


def placed(*replies: Reply, text: str = ADDRESS, chain: Chain | None = None) -> Placement:
    chain = chain or the_chain()
    return chain.place(chain.parse(text), replies, NOON)


def north_of(metres: float, start: Coordinate = HERE) -> Coordinate:
    return Coordinate(start.lon, start.lat + metres / 110_845)


def codes(placement: Placement) -> dict[str, str]:
    return {one.provider: one.code for one in placement.tried}


def test_the_region_comes_from_the_names_of_the_district():
    region = Region.of(the_district(), NOON.date())

    assert (region.city, region.district, region.adcodes) == ("重庆市", "江北区", ("500105",))
    assert {"江北区", "两江新区", "重庆市"} <= set(region.home)


def test_three_providers_that_agree_are_one_place():
    placement = placed(tianditu(), amap(), baidu())

    assert geodesic_m(placement.chosen.coordinate, HERE) < 0.01
    assert placement.chosen.confidence is Confidence.HIGH
    assert placement.apart_m is None
    assert not placement.needs_review


def test_of_equals_the_earlier_provider_is_chosen_whatever_the_order_of_the_replies():
    forwards, backwards = placed(tianditu(), amap(), baidu()), placed(baidu(), amap(), tianditu())

    assert forwards.chosen.provider == backwards.chosen.provider == "tianditu"


def test_the_surer_answer_is_chosen():
    assert placed(tianditu(level="道路"), amap()).chosen.provider == "amap"


@pytest.mark.parametrize(("metres", "confidence"), [(149.0, Confidence.HIGH), (151.0, Confidence.MEDIUM)])
def test_more_than_150_metres_apart_is_less_sure(metres, confidence):
    placement = placed(tianditu(), amap(north_of(metres)))

    assert placement.chosen.confidence is confidence
    assert (placement.apart_m is None) == (metres < 150)


def test_disagreement_is_noted_with_its_metres():
    placement = placed(tianditu(), amap(north_of(400)))

    assert placement.notes == ("providers_disagree",)
    assert placement.apart_m == pytest.approx(400, abs=1)


def test_the_coarse_shipped_names_do_not_count_as_disagreement():
    names = Gazetteer.of([a_named_place("建新东路", kind="road", place=a_place(106.54, 29.576, accuracy_m=900.0))])

    placement = placed(amap(), chain=the_chain(names))

    assert placement.apart_m is None
    assert placement.chosen.provider == "amap"
    assert codes(placement) == {"amap": "accepted", "gazetteer": "accepted"}


def test_outside_the_district_is_refused_with_its_metres():
    placement = placed(tianditu(Coordinate(106.55, 29.7 + 400 / 110_845)))

    assert placement.chosen is None
    assert codes(placement)["tianditu"] == "outside_district"
    assert placement.tried[0].metres_outside == pytest.approx(400, abs=3)


def test_a_little_outside_is_within_the_tolerance():
    there = Coordinate(106.55, 29.7 + 290 / 110_845)

    assert placed(tianditu(there)).chosen is not None
    assert placed(tianditu(there), chain=the_chain(tolerance_m=0.0)).chosen is None


def test_an_answer_in_a_neighbouring_district_says_so():
    there = Coordinate(106.55, 29.75)

    assert codes(placed(amap(there, adcode="500112", district="渝北区")))["amap"] == "other_district"


def test_on_the_border_strip_another_code_only_lowers_the_confidence():
    there = Coordinate(106.55, 29.7 + 50 / 110_845)

    placement = placed(amap(there, adcode="500112", district="渝北区"))

    assert placement.chosen.confidence is Confidence.LOW
    assert placement.needs_review


def test_the_district_of_the_same_name_in_another_city_is_refused():
    ningbo = amap(Coordinate(121.55, 29.89), adcode="330205", district="江北区")

    assert codes(placed(ningbo))["amap"] == "other_city"


def test_another_citys_code_is_refused_even_with_our_coordinates():
    assert codes(placed(amap(adcode="330205")))["amap"] == "other_city"


@pytest.mark.parametrize("level", ["开发区", "区县", "城市"])
def test_a_whole_area_is_no_answer(level):
    placement = placed(amap(level=level))

    assert placement.chosen is None
    assert codes(placement)["amap"] == "area_only"


def test_failures_keep_their_reasons_and_the_chain_goes_on():
    failures = [Reply(provider="tianditu", code="timeout"), Reply(provider="amap", code="quota_exceeded")]

    placement = placed(*failures, baidu())

    assert placement.chosen.provider == "baidu"
    assert codes(placement) == {
        "tianditu": "timeout",
        "amap": "quota_exceeded",
        "baidu": "accepted",
        "gazetteer": "empty",
    }


def test_an_unreadable_hit_is_a_bad_answer():
    assert codes(placed(Reply(provider="amap", code="found", raw={"location": []})))["amap"] == "bad_answer"


@pytest.mark.parametrize("text", ["重庆市江北区建新东路", "重庆市江北区建新东路19号附近"])
def test_without_a_number_or_with_near_nobody_is_sure(text):
    chosen = placed(amap(), text=text).chosen

    assert chosen.accuracy_m == 300.0
    assert chosen.confidence is Confidence.MEDIUM


@pytest.mark.parametrize("text", ["宁波市江北区人民路1号", "重庆市渝北区嘉州路93号"])
def test_an_address_elsewhere_is_not_placed(text):
    placement = placed(amap(), text=text)

    assert placement.chosen is None
    assert placement.notes == ("address_in_other_district",)


def test_a_drawn_street_other_than_the_written_one_is_only_noted():
    placement = placed(tianditu(Coordinate(106.62, 29.6)))

    assert placement.chosen is not None
    assert placement.notes == ("drawn_street_differs",)


def test_the_question_names_city_and_district():
    chain = the_chain()

    assert chain.query(chain.parse("建新东路19号")) == "重庆市江北区建新东路19号"


def test_a_district_without_a_city_in_its_name_is_asked_for_as_it_is():
    names = (DistrictName(code="", name_zh="某县", name_en="", short_zh="某县"),)
    square = a_square(106.4, 29.5, 106.7, 29.7, name_zh="某县")
    region = Region.of(District.of(square, square, square, names), NOON.date())

    assert (region.city, region.district) == ("", "某县")
