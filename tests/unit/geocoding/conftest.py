"""The shipped names, indexed once for the whole folder, and a geocoding service on this machine."""

import csv
from collections.abc import Iterator

import pytest

from mapapp.catalogue.points import NamedPlace
from mapapp.geocoding.gazetteer import Gazetteer
from mapapp.geography.coordinate import Confidence, Coordinate, Place
from mapapp.shipped import shipped
from tests.geocoder_service import GeocoderService, geocoder_service


def rows_of(name: str) -> list[dict[str, str]]:
    with (shipped("geodata") / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="session")
def places() -> tuple[NamedPlace, ...]:
    return tuple(
        NamedPlace(
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            aliases=tuple(alias for alias in row["aliases"].split(";") if alias),
            kind=row["kind"],
            street=row["street"],
            place=Place(
                coordinate=Coordinate(float(row["lon"]), float(row["lat"])),
                accuracy_m=float(row["accuracy_m"]),
                provider="gazetteer",
                confidence=Confidence(row["confidence"]),
            ),
        )
        for row in rows_of("gazetteer.csv")
    )


@pytest.fixture(scope="session")
def gazetteer(places: tuple[NamedPlace, ...]) -> Gazetteer:
    return Gazetteer.of(places)


@pytest.fixture(scope="session")
def start_places() -> list[dict[str, str]]:
    return rows_of("start_places.csv")


@pytest.fixture(scope="session")
def addresses() -> dict[str, str]:
    return {row["code"]: row["address"] for row in rows_of("service_points.csv")}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeocoderService]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with geocoder_service() as running:
        yield running


@pytest.fixture(scope="session")
def shipped_points() -> dict[str, Coordinate]:
    return {row["code"]: Coordinate(float(row["lon"]), float(row["lat"])) for row in rows_of("service_points.csv")}
