"""Templates hold nothing that nobody uses."""

import re

import pytest

from tests.structure.sources import ROOT

TEMPLATES = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "templates").rglob("*.html"))}
MACROS = [
    (path, name)
    for path, text in TEMPLATES.items()
    if path.parent.name == "parts"
    for name in re.findall(r"macro (\w+)\(", text)
]


@pytest.mark.parametrize(("path", "name"), MACROS, ids=lambda value: getattr(value, "name", value))
def test_every_part_is_used(path, name):
    uses = sum(len(re.findall(rf"(?<!macro )\b{name}\(", text)) for text in TEMPLATES.values())

    assert uses >= 1


def test_every_part_is_imported_somewhere():
    everything = "".join(TEMPLATES.values())
    parts = [path for path in TEMPLATES if path.parent.name == "parts"]

    assert [path.name for path in parts if f'"parts/{path.name}"' not in everything] == []
