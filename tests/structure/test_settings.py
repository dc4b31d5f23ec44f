"""Every setting is documented, with its default, and nothing is documented that is not a setting."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from mapapp.settings import Settings
from tests.structure.sources import ROOT

STARTED_BY_SCRIPT = {"HOST", "PORT", "WORKERS", "MAPAPP_GEODATA", "PROMETHEUS_MULTIPROC_DIR"}


def _variable(name):
    return name.upper() if name.startswith("database_") else f"MAPAPP_{name.upper()}"


def _documented():
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return {variable: (default, meaning) for variable, default, meaning in rows}


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_a_setting_is_documented_with_its_default(field):
    shown, meaning = _documented()[_variable(field.name)]
    default = str(field.default) if not isinstance(field.default, Path) else field.default.as_posix()

    assert len(meaning) > 10
    assert shown == (f"`{default}`" if default else shown)
    assert default or shown.startswith("(")


def test_nothing_is_documented_that_is_not_a_setting():
    assert set(_documented()) == {_variable(field.name) for field in fields(Settings)} | STARTED_BY_SCRIPT


def test_the_example_file_names_every_setting():
    named = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))

    assert named == {_variable(field.name) for field in fields(Settings)} | STARTED_BY_SCRIPT - {
        "PROMETHEUS_MULTIPROC_DIR"
    }
