"""Small pieces: lines of a file, lines of a function, and words that say what each public name is for."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.structure.sources import PACKAGE, functions_of, modules, name_of, tree_of

FILE_LINES, FUNCTION_LINES = 400, 80
CALM_FILE_LINES, CALM_FUNCTION_LINES = 300, 40
OWN_STATIC = PACKAGE / "web" / "static"


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _own_static() -> list[Path]:
    return [
        path for path in sorted(OWN_STATIC.rglob("*")) if path.suffix in {".css", ".js"} and "vendor" not in path.parts
    ]


def test_no_file_is_longer_than_the_limit():
    long = {name_of(path): _lines(path) for path in (*modules(), *_own_static()) if _lines(path) > FILE_LINES}

    assert long == {}


def test_no_function_is_longer_than_the_limit():
    long = {f"{name_of(path)}:{each.name}": _length(each) for path in modules() for each in functions_of(path)}

    assert {name: length for name, length in long.items() if length > FUNCTION_LINES} == {}


def test_files_and_functions_are_short_but_for_a_few():
    files = [_lines(path) > CALM_FILE_LINES for path in modules()]
    functions = [_length(each) > CALM_FUNCTION_LINES for path in modules() for each in functions_of(path)]

    assert sum(files) <= 0.05 * len(files)
    assert sum(functions) <= 0.05 * len(functions)


def _public(path: Path) -> Iterator[tuple[str, bool]]:
    tree = tree_of(path)
    if path.name != "__init__.py":
        yield name_of(path), ast.get_docstring(tree) is not None
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield f"{name_of(path)}:{node.name}", ast.get_docstring(node) is not None
        for part in node.body if isinstance(node, ast.ClassDef) else []:
            if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                yield f"{name_of(path)}:{node.name}.{part.name}", ast.get_docstring(part) is not None


def test_public_names_are_documented():
    names = dict(entry for path in modules() for entry in _public(path))
    bare = sorted(name for name, documented in names.items() if not documented)

    assert len(bare) <= 0.05 * len(names), bare


def test_every_module_says_which_question_it_answers():
    silent = [
        name_of(path) for path in modules() if path.name != "__init__.py" and not ast.get_docstring(tree_of(path))
    ]

    assert silent == []
