"""Every message has its words in both languages, and no word is left from a message that is gone."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.page_reading import TRANSLATIONS

ROOT = Path(__file__).resolve().parents[2]
PLACE = re.compile(r"%\(\w+\)[ds]|\{\w+\}")


@pytest.fixture(scope="module")
def extracted():
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
    found = set()
    for folder in ("mapapp", "templates"):
        mapping = [
            (pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)
        ]
        rows = extract_from_dir(
            ROOT / folder,
            mapping,
            {pattern.removeprefix(f"{folder}/"): row for pattern, row in options.items()},
            keywords,
        )
        found |= {message if isinstance(message, str) else message[0] for _, _, message, _, _ in rows}
    return found


def catalogue_of(language):
    with (TRANSLATIONS / language / "LC_MESSAGES/messages.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    return {(row.id if isinstance(row.id, str) else row.id[0]): row for row in catalog if row.id}


def test_messages_are_found_in_code_and_templates(extracted):
    assert {"Open until %(time)s", "Skip to content"} <= extracted


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_every_message_has_words_and_none_is_left_over(extracted, language):
    messages = catalogue_of(language)
    empty = {name for name, row in messages.items() if not row.string or row.string == ("",) or row.fuzzy}

    assert (extracted - set(messages), set(messages) - extracted, empty) == (set(), set(), set())


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_the_words_keep_the_places_of_values(language):
    def places(text):
        return set(PLACE.findall(text if isinstance(text, str) else text[-1]))

    messages = catalogue_of(language)

    assert {name: row.string for name, row in messages.items() if places(row.id) != places(row.string)} == {}


def test_chinese_words_are_chinese():
    unchanged = {name for name, row in catalogue_of("zh_Hans").items() if row.string == name}

    assert unchanged == set()
