"""What deploy/ names is there: settings, files, routes, ports; and the proxy keeps no answer with a person in it."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pytest
import yaml

from mapapp.settings import Settings
from tests.structure.sources import ROOT

DEPLOY = ROOT / "deploy"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(DEPLOY.iterdir())}
NGINX = TEXTS["nginx.conf"]
SETTINGS = {f"MAPAPP_{field.name.upper()}" for field in fields(Settings)} | {"DATABASE_URL", "DATABASE_READ_URL"}
BY_SCRIPT = {"HOST", "PORT", "WORKERS", "MAPAPP_GEODATA"}
ROUTES = [
    line.split()[:3]
    for line in (ROOT / "tests/structure/routes.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def compose() -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = yaml.safe_load(TEXTS["compose.yaml"])
    return parsed


def variables(value: object) -> Iterator[str]:
    """Yield every ${NAME} that a value of the compose file takes from the operator."""
    yield from re.findall(r"\$\{([A-Z_]+)", str(value))


def test_deploy_is_in_the_documents() -> None:
    documents = (ROOT / "docs/operating.md").read_text(encoding="utf-8")

    assert [name for name in TEXTS if f"deploy/{name.removesuffix('.dockerignore')}" not in documents] == []


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_file_of_deploy_names_settings_that_exist(name: str) -> None:
    named = set(re.findall(r"\b((?:MAPAPP|DATABASE)_[A-Z_]+)\b", TEXTS[name])) - {"DATABASE_URL"}

    assert named - SETTINGS - BY_SCRIPT == set()


def test_the_services_of_the_compose_file_have_what_they_name(compose: Mapping[str, Any]) -> None:
    services = compose["services"]

    assert set(services) == {"app", "upkeep", "messages", "database", "counters", "proxy"}
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name
        for waited_for, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in services[waited_for], name
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        else:
            assert re.fullmatch(r"[a-z]+:\d+(\.\d+)?-bookworm", service["image"]), "an image is named with its version"
        for volume in service.get("volumes", ()):
            source = volume.split(":", 1)[0]
            assert source in compose["volumes"] or source.startswith("${TLS_") or (DEPLOY / source).is_file(), volume
        for config in service.get("configs", ()):
            assert config["source"] in compose["configs"]


def test_the_app_of_the_compose_file_is_reached_as_its_neighbours_are_named(compose: Mapping[str, Any]) -> None:
    app = compose["services"]["app"]
    port = re.search(r"^EXPOSE (\d+)$", TEXTS["Dockerfile"], re.MULTILINE)[1]  # type: ignore[index]

    assert f"PORT={port}" in TEXTS["Dockerfile"]
    assert app["expose"] == [port]
    assert f"server app:{port};" in compose["configs"]["upstream"]["content"]
    assert f"server 127.0.0.1:{port};" in TEXTS["nginx-upstream.conf"]
    asked = re.search(rf"http://127\.0\.0\.1:{port}(/\w+)", app["healthcheck"]["test"][-1])
    assert asked is not None
    assert ["GET", asked[1], "operator"] in ROUTES
    assert "@database/" in app["environment"]["DATABASE_URL"]
    assert app["environment"]["MAPAPP_RATE_LIMIT_STORAGE"].startswith("redis://counters:")
    assert app["environment"]["MAPAPP_TRUSTED_PROXIES"] == "1"
    # a worker that does not stop is ended before the container would be
    killed_after = re.search(r"--workers-kill-timeout (\d+)", (ROOT / "scripts/serve").read_text(encoding="utf-8"))
    assert killed_after is not None
    assert int(killed_after[1]) < int(app["stop_grace_period"].removesuffix("s"))
    # nothing but the proxy is open to the world
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]


def test_the_secrets_of_the_compose_file_are_asked_for_and_never_written_in_it(compose: Mapping[str, Any]) -> None:
    environment = compose["services"]["app"]["environment"]

    for name in ("MAPAPP_SECRET_KEY", "MAPAPP_BOOKING_KEYS"):
        assert environment[name] == f"${{{name}:?}}"
    explained = " ".join(TEXTS["compose.yaml"].splitlines()[:3])
    asked = set(re.findall(r"\$\{([A-Z_]+):\?\}", TEXTS["compose.yaml"]))
    assert asked == {name for name in asked if name in explained}
    assert set(variables(compose)) - asked <= SETTINGS | BY_SCRIPT


def test_the_image_copies_what_is_there_and_starts_what_can_be_started() -> None:
    copied = [
        name for line in re.findall(r"^COPY (.+)$", TEXTS["Dockerfile"], re.MULTILINE) for name in line.split()[:-1]
    ]
    command = re.search(r'^CMD \["(.+)"\]$', TEXTS["Dockerfile"], re.MULTILINE)[1]  # type: ignore[index]

    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {"mapapp", "templates", "geodata", "scripts", "requirements.txt", "setup.cfg"} <= set(copied)
    assert os.access(ROOT / command, os.X_OK)
    # a process of the service is nobody special
    assert TEXTS["Dockerfile"].index("USER mapapp") < TEXTS["Dockerfile"].index("CMD")
    assert {".git", ".venv", ".env", "instance"} <= set(TEXTS["Dockerfile.dockerignore"].splitlines())


def test_the_unit_starts_what_is_there_as_somebody_without_rights() -> None:
    home, started = (
        re.search(rf"^{name}=(.+)$", TEXTS["mapapp.service"], re.MULTILINE)[1]  # type: ignore[index]
        for name in ("WorkingDirectory", "ExecStart")
    )

    assert started.startswith(f"{home}/")
    assert os.access(ROOT / started.removeprefix(f"{home}/"), os.X_OK)
    assert re.search(r"^User=(?!root)\w+$", TEXTS["mapapp.service"], re.MULTILINE)


def kept_for_a_moment() -> re.Pattern[str]:
    """Return the addresses whose answers the proxy keeps although they say "no-cache"."""
    (block,) = [
        each for each in re.findall(r"location ~ (\S+) \{(.*?)\n    \}", NGINX, re.DOTALL) if "_valid" in each[1]
    ]
    assert "proxy_ignore_headers Cache-Control;" in block[1]
    assert "proxy_no_cache $is_personal $arg_q;" in block[1]
    return re.compile(block[0])


def test_the_proxy_is_whole() -> None:
    assert NGINX.count("{") == NGINX.count("}")
    # every statement ends
    code = [line.split("#")[0].strip() for line in NGINX.splitlines()]
    assert [line for line in code if line and line[-1] not in "{};"] == []
    assert set(re.findall(r"proxy_pass (\S+);", NGINX)) == {"http://mapapp"}
    assert "upstream mapapp {" in TEXTS["nginx-upstream.conf"]
    for header in ("Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For"):
        assert f"proxy_set_header {header} " in NGINX
    # a header set in a location would take away all that are set outside it
    assert NGINX.count("proxy_set_header") == NGINX.split("location", 1)[0].count("proxy_set_header")
    assert "client_max_body_size 21m;" in NGINX
    assert "$request " not in NGINX and '$request"' not in NGINX, "the log would keep positions"


def test_the_proxy_keeps_no_address_that_is_not_public() -> None:
    kept = kept_for_a_moment()
    addresses = {rule: (re.sub(r"<[^>]+>", "x", rule), audience) for _, rule, audience in ROUTES}

    found = {rule for rule, (address, _) in addresses.items() if kept.search(address)}

    assert {addresses[rule][1] for rule in found} == {"public"}
    assert {"/", "/api/v1/points", "/api/v1/points.geojson", "/points/<point_id>", "/matters"} <= found
    # a position, a person, a free seat
    for word in ("nearest", "book", "slots", "report", "staff", "trip", "suggest", "geocode", "reverse", "reach"):
        assert [rule for rule in found if word in rule] == []
