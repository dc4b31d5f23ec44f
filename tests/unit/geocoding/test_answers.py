"""One form for the answers of all services: level to metres, doubts, empty fields."""

import pytest
from geopy.exc import GeocoderParseError

from mapapp.geocoding.answers import DATUMS, READERS, read_amap, read_baidu, read_nominatim, read_tianditu
from mapapp.geocoding.levels import accuracy_of
from mapapp.geography.coordinate import Confidence, Datum
from tests.building import at
from tests.geocoder_service import amap_found, baidu_found, nominatim_found, tianditu_found

NOON = at("2026-11-25 12:00")


@pytest.mark.parametrize(
    ("level", "metres", "confidence"),
    [
        ("门址", 50.0, Confidence.HIGH),
        ("门牌号", 50.0, Confidence.HIGH),
        ("兴趣点", 100.0, Confidence.HIGH),
        ("公交站台、地铁站", 100.0, Confidence.HIGH),
        ("道路交叉路口", 150.0, Confidence.MEDIUM),
        ("热点商圈", 500.0, Confidence.MEDIUM),
        ("道路", 800.0, Confidence.LOW),
        ("村庄", 1000.0, Confidence.LOW),
        ("乡镇", 3000.0, Confidence.LOW),
        ("未知", 1000.0, Confidence.LOW),
        ("", 1000.0, Confidence.LOW),
        ("区县", None, Confidence.LOW),
        ("开发区", None, Confidence.LOW),
        ("城市", None, Confidence.LOW),
        ("市", None, Confidence.LOW),
        ("省", None, Confidence.LOW),
        ("administrative", None, Confidence.LOW),
        ("house", 50.0, Confidence.HIGH),
        ("estate", 1000.0, Confidence.LOW),
    ],
)
def test_a_level_becomes_metres(level, metres, confidence):
    assert accuracy_of(level) == (metres, confidence)


def test_every_reader_has_a_datum():
    assert READERS.keys() == DATUMS.keys()
    assert DATUMS["amap"] is Datum.GCJ02
    assert DATUMS["baidu"] is Datum.BD09


@pytest.mark.parametrize(
    ("doubt", "confidence"),
    [
        ({}, Confidence.HIGH),
        ({"precise": 0}, Confidence.MEDIUM),
        ({"precise": 0, "confidence": 20}, Confidence.LOW),
        ({"precise": 0, "confidence": 20, "comprehension": 0}, Confidence.LOW),
    ],
)
def test_what_baidu_doubts_is_less_sure(doubt, confidence):
    assert read_baidu(baidu_found(106.5, 29.6, **doubt)["result"], NOON).confidence is confidence


def test_a_low_score_of_tianditu_is_less_sure():
    raw = tianditu_found(106.5, 29.6, score=40)["location"]

    assert read_tianditu(raw, NOON).confidence is Confidence.MEDIUM


def test_an_empty_list_of_amap_is_an_empty_text():
    raw = amap_found(106.5, 29.6, district=[], adcode=[], formatted_address=[])["geocodes"][0]

    answer = read_amap(raw, NOON)

    assert (answer.district, answer.adcode, answer.address) == ("", "", "")


def test_a_boundary_of_nominatim_is_an_area():
    (raw,) = nominatim_found(106.5, 29.6, **{"class": "boundary", "addresstype": "suburb", "address": {}})

    assert read_nominatim(raw, NOON).is_area


def test_an_office_of_nominatim_is_a_place():
    (raw,) = nominatim_found(106.5, 29.6, address={"road": "建新东路"})

    assert read_nominatim(raw, NOON).accuracy_m == 100.0


@pytest.mark.parametrize(
    ("read", "raw"),
    [
        (read_tianditu, {"lon": "106.5"}),
        (read_tianditu, {"lon": "x", "lat": "y"}),
        (read_tianditu, {"lon": "nan", "lat": "29"}),
        (read_tianditu, {"lon": "29.5", "lat": "106.5"}),
        (read_amap, {"location": "106.5"}),
        (read_amap, {"location": []}),
        (read_baidu, {"location": "106.5,29.6"}),
        (read_baidu, {}),
        (read_nominatim, {"lon": None, "lat": None}),
    ],
)
def test_an_answer_without_a_position_cannot_be_read(read, raw):
    with pytest.raises(GeocoderParseError):
        read(raw, NOON)
