"""An arrow only points down: the import contracts of setup.cfg hold."""

import re
import subprocess
import sys
from pathlib import Path

from tests.structure.sources import ROOT, listed, modules, name_of


def test_the_import_contracts_are_kept():
    lint_imports = Path(sys.executable).with_name("lint-imports")

    run = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert run.returncode == 0, run.stdout
    assert " 0 broken" in run.stdout


def test_an_init_file_is_empty():
    filled = [
        name_of(path) for path in modules() if path.name == "__init__.py" and path.read_text(encoding="utf-8").strip()
    ]

    assert filled == []


def test_the_architecture_names_every_floor():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    floors = [name for line in listed("importlinter:contract:floors", "layers") for name in re.split(r" [|:] ", line)]

    assert len(floors) > 10
    assert [name for name in floors if not re.search(rf"\b{name}\b", text.partition("## One request")[0])] == []
