"""The vendored browser files are the published ones, each with its licence, and nothing else lies beside them."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SERVED = ROOT / "mapapp" / "web" / "static" / "vendor"
TESTED = ROOT / "tests" / "vendor"

# From the published npm tarballs, whose sha512 scripts/vendor_assets compares.
PUBLISHED = {
    SERVED / "leaflet/leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    SERVED / "leaflet/leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    SERVED / "markercluster/leaflet.markercluster.js": (
        "1e4e1d22972a3926f48598e0caf14e3fe7049835d428a344fed4f9e3665b3508"
    ),
}


def listed(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("folder", [SERVED, TESTED], ids=["served", "tested"])
def test_every_vendored_file_is_listed_and_has_its_hash(folder: Path) -> None:
    found = {
        path.relative_to(folder).as_posix(): digest_of(path)
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert found == listed(folder)


def test_the_main_files_are_those_of_the_pinned_versions() -> None:
    assert {path: digest_of(path) for path in PUBLISHED} == PUBLISHED
    assert "Leaflet 1.9.4" in (SERVED / "leaflet/leaflet.js").read_text(encoding="utf-8")[:200]
    assert "axe v4.14.1" in (TESTED / "axe.min.js").read_text(encoding="utf-8")[:200]


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        (SERVED / "leaflet", "BSD 2-Clause License"),
        (SERVED / "markercluster", "Permission is hereby granted, free of charge"),
        (TESTED, "Mozilla Public License, version 2.0"),
    ],
    ids=["leaflet", "markercluster", "axe"],
)
def test_every_folder_carries_its_licence(folder: Path, words: str) -> None:
    assert words.lower() in (folder / "LICENSE").read_text(encoding="utf-8").lower()


def test_every_folder_with_vendored_files_is_one_the_licence_test_knows() -> None:
    assert {path.name for path in SERVED.iterdir() if path.is_dir()} == {"leaflet", "markercluster"}


def test_what_the_style_sheets_name_is_there() -> None:
    for sheet in SERVED.rglob("*.css"):
        for name in re.findall(r"url\(([^)#]+)\)", sheet.read_text(encoding="utf-8")):
            assert (sheet.parent / name.strip("'\"")).is_file(), f"{sheet.name} names {name}"
