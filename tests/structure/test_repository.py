"""What is tracked speaks of the product alone, and what the documents name is there."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.structure.sources import ROOT

TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
DOCUMENTS = [ROOT / name for name in TRACKED if name.endswith(".md")]
# written in pieces, so that this file does not find itself
MACHINE_PATHS = re.compile(
    "|".join(["/" + "work/", "/" + "home/[a-z]", "/" + "root/", "file:" + "///opt", "/" + "opt/pypi"])
)
REGISTRIES = re.compile(
    "|".join(["pypi" + r"\.org", "files\\.python" + "hosted", "registry\\.npm" + "js", "deb\\.debian" + r"\.org"])
)


def _texts():
    for name in TRACKED:
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_no_tracked_file_names_a_path_of_one_machine():
    assert [name for name, text in _texts() if MACHINE_PATHS.search(text)] == []


def test_no_tracked_file_names_a_package_registry():
    vendored = ("/vendor/", "LICENSE")
    assert [
        name for name, text in _texts() if REGISTRIES.search(text) and not any(v in f"/{name}" for v in vendored)
    ] == []


def test_nothing_generated_is_tracked():
    assert [
        name for name in TRACKED if re.search(r"\.(mo|pyc|sqlite|log)$|egg-info|__pycache__|^instance/", name)
    ] == []


@pytest.mark.parametrize("name", ["scripts/serve", "scripts/test", "scripts/bench", "scripts/lock", ".ci/run"])
def test_a_command_can_be_run_as_it_is(name):
    assert os.access(ROOT / name, os.X_OK)
    assert (ROOT / name).read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")


@pytest.mark.parametrize("name", ["scripts/serve", "scripts/test", "scripts/bench"])
def test_a_command_says_how_it_is_used(name):
    run = subprocess.run([ROOT / name, "--help"], capture_output=True, text=True)

    assert run.returncode == 0
    assert run.stdout.startswith(name)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_links_to_what_is_there(document):
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]

    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_decisions_are_numbered_once():
    numbers = [path.name[:3] for path in (ROOT / "docs/decisions").glob("*.md")]

    assert all(number.isdigit() for number in numbers)
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md", "docs/operating.md", "docs/settings.md"])
def test_a_file_that_a_document_names_is_there(document):
    named = re.findall(r"`([a-z_/]+\.(?:py|txt|md|csv|cfg))`", (ROOT / document).read_text(encoding="utf-8"))
    homes = [ROOT, ROOT / "mapapp", ROOT / "geodata", ROOT / "docs"]

    known = {Path(name).name for name in TRACKED}
    assert [name for name in named if "/" not in name and name not in known] == []
    assert [name for name in named if "/" in name and not any((home / name).exists() for home in homes)] == []
