"""Pages as tests see them: every address, a page read into its parts, and the compiled words."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).resolve().parents[1] / "mapapp/web/translations"
# One address of every kind of page, in the states that differ.
ADDRESSES = (
    "/",
    "/?kind=sub-police&street=观音桥街道&open=now",
    "/nearest?q=社保卡&place=观音桥",
    "/nearest?q=社保卡&place=观音桥&when=leave&day=2026-11-25&time=11:50",
    "/nearest?matter=M076&place=复盛&open=arrival&when=arrive&day=2026-11-28",
    "/nearest?q=社保卡",
    "/nearest?q=看电影&place=观音桥",
    "/nearest?q=社保卡&place=火星街",
    "/nearest?package=P08&place=观音桥",
    "/points/JB-001",
    "/points/JB-020",
    "/matters",
    "/matters?q=落户",
    "/matters?q=周六看电影",
    "/matters/M076",
    "/matters/M076?place=观音桥",
    "/packages/P01/materials",
    "/matters/M150",
    "/packages/P01",
    "/packages/P08",
    "/trip",
    "/trip?matter=M001&matter=M017&place=观音桥&open=arrival",
    "/trip?package=P01&place=观音桥",
    "/coverage",
    "/coverage?q=M061&within=500&day=2026-11-26",
    "/coverage/siting?q=M061&new=3",
    "/coverage/report",
    "/coverage/revisions/1",
    "/data",
    "/accessibility",
    "/privacy",
)
_LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "form": "action"}
_VOID = {"meta", "link", "img", "input", "br", "hr", "path"}


@cache
def compile_translations() -> None:
    """Compile the words as `pybabel compile` does, where the compiled file is older."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            with source.open("rb") as po:
                catalog = read_po(po, locale=source.parts[-3])
            with target.open("wb") as mo:
                write_mo(mo, catalog)


@dataclass
class Page:
    """What a page holds. `tags` are (name, attributes) in order; `loads` what the browser fetches or sends to,
    `spoken` every text with the language it is marked in."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    spoken: list[tuple[str, str]] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)
    data: Any = None

    def all(self, tag: str, /, **wanted: str) -> list[dict[str, str]]:
        """Return the attributes of the elements of that name that have these values."""
        return [row for name, row in self.tags if name == tag and wanted.items() <= row.items()]

    @property
    def text(self) -> str:
        """Return the visible text and that for screen readers, spaces made single."""
        return re.sub(r"\s+", " ", " ".join(self.texts)).strip()

    @property
    def listed(self) -> list[str]:
        """Return the ids of the points that the list shows."""
        return [row["data-point"] for _, row in self.tags if "data-point" in row and "hidden" not in row]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        row = {name: value or "" for name, value in attrs}
        self.page.tags.append((tag, row))
        if tag in _LOADING and _LOADING[tag] in row:
            self.page.loads.append(row[_LOADING[tag]])
        self.page.inline += [name for name in row if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in row and row.get("type") != "application/json"):
            self.page.inline.append(tag)
        if tag not in _VOID:
            inherited = self.page.open[-1][1] if self.page.open else ""
            self.page.open.append((tag, row.get("lang", inherited)))

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self.page.open):
            while self.page.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        tag, language = self.page.open[-1] if self.page.open else ("", "")
        if tag == "script":
            self.page.data = json.loads(data) if data.strip() else None
        else:
            self.page.texts.append(data)
            self.page.spoken.append((language, data))


def read_page(html: str) -> Page:
    """Return the parts of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page
