"""scripts/serve: serves, stops, and says in one sentence what is wrong."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parents[2]
PREPARE = ROOT / "scripts/lib/prepare_database.py"
CHECK_PORT = ROOT / "scripts/lib/check_port.py"

pytestmark = pytest.mark.commands


def _environment(folder, **settings):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "MAPAPP_DATA": str(folder), **settings}


def _run(*command, **settings):
    folder = settings.pop("folder", "/nowhere")
    return subprocess.run(command, capture_output=True, text=True, env=_environment(folder, **settings), cwd=ROOT)


def _one_sentence(run):
    assert run.returncode == 1
    (sentence,) = run.stderr.splitlines()
    assert sentence.startswith("scripts/serve: ")
    assert sentence.endswith((".", "scripts/serve"))
    return sentence


def test_a_taken_port_is_said_with_another_one_to_take():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        sentence = _one_sentence(_run(sys.executable, CHECK_PORT, "127.0.0.1", str(port)))

    assert f"port {port} is taken" in sentence


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "８０００", ""])
def test_a_port_that_is_none_is_said(port):
    assert "PORT is" in _one_sentence(_run(sys.executable, CHECK_PORT, "127.0.0.1", port))


def test_an_address_of_another_machine_is_said():
    assert "HOST is" in _one_sentence(_run(sys.executable, CHECK_PORT, "203.0.113.7", "8000"))


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://mapapp:secret@localhost/x", "postgresql://mapapp:secret@127.0.0.1:1/x", "sqlite://"]
)
def test_a_wrong_database_address_is_said_without_its_password(url, tmp_path):
    sentence = _one_sentence(_run(sys.executable, PREPARE, DATABASE_URL=url, folder=tmp_path))

    assert "database" in sentence.lower()
    assert "secret" not in sentence


def test_a_setting_that_cannot_be_read_is_named(tmp_path):
    assert "MAPAPP_GOAL_M" in _one_sentence(_run(sys.executable, PREPARE, MAPAPP_GOAL_M="far", folder=tmp_path))


def test_preparing_twice_loads_once_and_another_district_stays(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for file in (ROOT / "geodata").iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    names = (other / "district.csv").read_text(encoding="utf-8")
    outline = (other / "district.geojson").read_text(encoding="utf-8")
    (other / "district.csv").write_text(names.replace("500105", "500999"), encoding="utf-8")
    (other / "district.geojson").write_text(outline.replace("500105", "500999"), encoding="utf-8")

    first = _run(sys.executable, PREPARE, folder=tmp_path, MAPAPP_GEODATA=str(other))
    again = _run(sys.executable, PREPARE, folder=tmp_path, MAPAPP_GEODATA=str(other))
    sample = _run(sys.executable, PREPARE, folder=tmp_path)

    assert "rows loaded; revision 1" in first.stdout, first.stderr
    assert again.stdout.strip() == "nothing new; revision 1"
    assert "stays; the sample is not loaded" in sample.stdout


def test_a_folder_with_faults_loads_nothing_and_says_where(tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in (ROOT / "geodata").iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    points = (broken / "service_points.csv").read_text(encoding="utf-8")
    (broken / "service_points.csv").write_text(points.replace(",district,", ",castle,", 1), encoding="utf-8")

    run = _run(sys.executable, PREPARE, folder=tmp_path, MAPAPP_GEODATA=str(broken))

    assert run.returncode == 1
    assert "nothing was loaded" in run.stderr
    assert "service_points.csv, line 2" in run.stderr


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "service manager"])
def test_it_serves_and_stops_with_all_its_children(stop, tmp_path):
    port = _free_port()
    environment = _environment(tmp_path, PORT=str(port), WORKERS="1")
    command = [ROOT / "scripts/serve"]
    with (
        (tmp_path / "errors").open("w") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, cwd=ROOT
        ) as server,
    ):
        lines = []
        for line in server.stdout:
            lines.append(line.rstrip())
            if line.startswith("Ready: "):
                break
        assert lines[-1] == f"Ready: http://127.0.0.1:{port}", (lines, (tmp_path / "errors").read_text())
        workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()

        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        server.send_signal(stop)

        assert server.wait() == 0
    assert workers
    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


def test_the_scripts_and_the_commands_read_the_same_from_an_env_file(tmp_path):
    lines = [
        "# a comment",
        "PLAIN=value",
        'QUOTED="two words"',
        "SINGLE='none'",
        "REMARK=here # not this",
        "EMPTY=",
        "",
        "URL=a://b:c@d/e?f=g&h=i",
    ]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    names = ["PLAIN", "QUOTED", "SINGLE", "REMARK", "EMPTY", "URL"]
    show = "; ".join(f'echo "${name}"' for name in names)
    script = f". {ROOT}/scripts/lib/common.sh; cd {tmp_path}; read_env_file; {show}"

    read = subprocess.run(
        ["bash", "-c", script, "test"], capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert read == [dotenv_values(tmp_path / ".env")[name] for name in names]


def test_the_environment_wins_over_the_env_file(tmp_path):
    (tmp_path / ".env").write_text("PORT=1\n", encoding="utf-8")
    script = f'. {ROOT}/scripts/lib/common.sh; cd {tmp_path}; read_env_file; echo "$PORT"'

    read = subprocess.run(
        ["bash", "-c", script, "test"], capture_output=True, text=True, env={**os.environ, "PORT": "2"}
    )

    assert read.stdout == "2\n"
