"""What is installed is what is in the checkout: packages, templates, sample data, words."""

import re
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions

import pytest

from tests.structure.sources import PACKAGE, ROOT, imported_libraries, listed, modules, setup_cfg

MAPPED = {"mapapp.templates": ROOT / "templates", "mapapp.geodata": ROOT / "geodata"}


def test_setup_cfg_lists_every_package():
    folders = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in PACKAGE.rglob("__init__.py")}

    assert sorted(listed("options", "packages")) == sorted(folders | set(MAPPED))


def _tracked():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in names.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory):
    # from a copy: setuptools writes build/ and egg-info beside what it packs
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in _tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    options = ["-q", "--no-deps", "--no-build-isolation", "--no-index", "-w", out]
    run = subprocess.run([sys.executable, "-m", "pip", "wheel", *options, source], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    (wheel,) = out.glob("mapapp-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.parametrize("folder", ["templates", "geodata"])
def test_the_wheel_holds_templates_and_sample_data(wheel_names, folder):
    missing = [name for name in _tracked() if name.startswith(f"{folder}/") and f"mapapp/{name}" not in wheel_names]

    assert missing == []


def test_the_wheel_holds_every_module_and_static_file(wheel_names):
    assert [
        name for name in ["wsgi.py", *_tracked()] if name.startswith(("mapapp/", "wsgi")) and name not in wheel_names
    ] == []


def test_the_wheel_holds_nothing_of_the_tests(wheel_names):
    assert [name for name in wheel_names if name.startswith(("tests/", "scripts/", "docs/"))] == []


def _pins(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, flags=re.MULTILINE))


def test_the_tests_run_on_the_versions_that_are_served():
    runtime, test = _pins("requirements.txt"), _pins("requirements-test.txt")

    assert {name: version for name, version in runtime.items() if test.get(name) != version} == {}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt", "requirements-bootstrap.txt"])
def test_every_locked_package_has_a_hash(name):
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert [entry.splitlines()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry] == []


def _wanted(lines):
    return {re.split(r"[\[<>=!~; ]", line)[0].lower().replace("_", "-") for line in lines}


def test_every_dependency_is_locked():
    assert _wanted(listed("options", "install_requires")) <= set(_pins("requirements.txt"))
    assert _wanted(listed("options.extras_require", "test")) <= set(_pins("requirements-test.txt"))


def test_python_311_is_enough():
    assert setup_cfg()["options"]["python_requires"] == ">=3.11"


# loaded by name, by another library or as a program, so no module of ours imports them
LOADED_BY_OTHERS = {"babel", "granian", "psycopg", "python-dotenv"}


def _plain(name):
    return name.lower().replace("_", "-")


def test_every_dependency_is_used():
    homes = packages_distributions()
    ours = (*modules(), *(ROOT / "scripts").glob("*.py"))
    used = {_plain(name) for path in ours for library in imported_libraries(path) for name in homes.get(library, [])}

    assert _wanted(listed("options", "install_requires")) - used - LOADED_BY_OTHERS == set()
