"""No page, script or style sheet of ours loads anything from elsewhere, and none runs what stands inside the page."""

import re

import pytest

from tests.structure.sources import PACKAGE, ROOT, name_of

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN_FILES = sorted(
    path
    for path in (PACKAGE / "web" / "static").rglob("*")
    if path.suffix in {".css", ".js", ".svg"} and "vendor" not in path.parts
)
ELSEWHERE = re.compile(r"""(?:https?:)?//[a-z0-9-]+\.[a-z]""", re.IGNORECASE)
LOADED = re.compile(r"""<(?:script|link|img|iframe|source|video|audio|object|embed|form|base)\b[^>]*>""", re.IGNORECASE)
NAMESPACE = re.compile(r"https?://www\.w3\.org/[0-9]{4}/")


def test_there_are_templates_and_files_to_look_at():
    assert len(TEMPLATES) > 5
    assert len(OWN_FILES) > 2


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_loads_nothing_from_elsewhere(path):
    tags = LOADED.findall(path.read_text(encoding="utf-8"))

    assert [tag for tag in tags if ELSEWHERE.search(NAMESPACE.sub("", tag))] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_has_no_inline_script_style_or_handler(path):
    text = path.read_text(encoding="utf-8")
    scripts = re.findall(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")[^>]*>", text)
    styles = re.findall(r"<style\b|\sstyle=", text)
    handlers = re.findall(r"<[^>]*\son[a-z]+=", text)

    assert (scripts, styles, handlers) == ([], [], [])


@pytest.mark.parametrize("path", OWN_FILES, ids=name_of)
def test_an_own_file_names_no_address_elsewhere(path):
    assert ELSEWHERE.findall(NAMESPACE.sub("", path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "tag", ['<script src="https://cdn.example.org/x.js">', '<img src="//tiles.example.org/1.png">']
)
def test_the_guard_sees_an_address_elsewhere(tag):
    assert ELSEWHERE.search(LOADED.findall(tag)[0])
