"""The source files as the structure guards see them: paths, imports and functions, read without running anything."""

import ast
import configparser
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "mapapp"


@functools.cache
def modules() -> tuple[Path, ...]:
    """Return the program's own Python files; migrations are history and stay as they were written."""
    return tuple(path for path in sorted(PACKAGE.rglob("*.py")) if "versions" not in path.parts)


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """Return the path as written in the repository, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def imported_names(path: Path) -> set[str]:
    """Return the dotted names a file imports anywhere in it, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported_libraries(path: Path) -> set[str]:
    """Return the first parts of the imported names: `sqlalchemy` for `sqlalchemy.orm`."""
    return {name.partition(".")[0] for name in imported_names(path)}


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@functools.cache
def setup_cfg() -> configparser.ConfigParser:
    """Return setup.cfg as read."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def listed(section: str, option: str) -> list[str]:
    """Return the lines of a list in setup.cfg, comments and blank lines left out."""
    lines = (line.strip() for line in setup_cfg()[section][option].splitlines())
    return [line for line in lines if line and not line.startswith("#")]
