"""Every error maps to one status and one sentence."""

import ast

import pytest

from mapapp import errors, operator_words
from mapapp.catalogue.fault_codes import MEANINGS
from mapapp.web.failures import STATUS_OF
from mapapp.web.sentences import CODE_OF_STATUS, SENTENCES
from tests.structure.sources import modules, name_of, tree_of

# what no input can cause: a mistake in the program, which needs no sentence for a reader
OF_PROGRAMMERS = {"naive_time", "duplicate_day", "no_named_places"}
KINDS = {kind.__name__ for kind in errors.MapappError.__subclasses__()}


def _raised_codes():
    """Return code -> a place where it is raised, for codes written as literals."""
    found = {}
    for path in modules():
        for node in ast.walk(tree_of(path)):
            is_error = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS
            if is_error and node.args and isinstance(node.args[0], ast.Constant):
                found[node.args[0].value] = f"{name_of(path)}:{node.lineno}"
    return found


def test_every_kind_of_error_has_one_status():
    assert {kind.__name__ for kind in STATUS_OF} == KINDS
    assert set(STATUS_OF.values()) <= {400, 403, 404, 409, 422}


def test_codes_are_lower_snake():
    codes = {*_raised_codes(), *SENTENCES, *CODE_OF_STATUS.values()}

    assert [code for code in codes if not code.replace("_", "").isalnum() or code != code.lower()] == []


@pytest.mark.parametrize("status", sorted(CODE_OF_STATUS))
def test_every_status_has_a_sentence(status):
    title, sentence = SENTENCES[CODE_OF_STATUS[status]]

    assert str(title)
    assert str(sentence).endswith((".", "?"))


def test_every_code_that_is_raised_has_a_sentence():
    spoken = {*SENTENCES, *operator_words.SENTENCES, *MEANINGS, *OF_PROGRAMMERS}
    silent = {code: place for code, place in _raised_codes().items() if code not in spoken}

    assert silent == {}
