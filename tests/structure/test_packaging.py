"""What is installed is what is in the checkout: packages, templates, sample data, words."""

import re
import subprocess
import sys
import zipfile

import pytest

from tests.structure.sources import PACKAGE, ROOT, listed, setup_cfg

MAPPED = {"mapapp.templates": ROOT / "templates", "mapapp.geodata": ROOT / "geodata"}


def test_setup_cfg_lists_every_package():
    folders = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in PACKAGE.rglob("__init__.py")}

    assert sorted(listed("options", "packages")) == sorted(folders | set(MAPPED))


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory):
    # from a copy: setuptools writes build/ and egg-info beside what it packs
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        out,
        source,
    ]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    (wheel,) = out.glob("mapapp-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def _files(folder, prefix):
    names = (
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return {f"{prefix}/{name.as_posix()}" for name in names}


@pytest.mark.parametrize(
    ("folder", "prefix"), [(ROOT / "templates", "mapapp/templates"), (ROOT / "geodata", "mapapp/geodata")]
)
def test_the_wheel_holds_templates_and_sample_data(wheel_names, folder, prefix):
    assert _files(folder, prefix) <= wheel_names


def test_the_wheel_holds_every_module_and_static_file(wheel_names):
    own = {
        name
        for name in _files(PACKAGE, "mapapp")
        if name.endswith((".py", ".po", ".css", ".js", ".svg", ".png", ".typed"))
    }

    assert own | {"wsgi.py"} <= wheel_names


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
