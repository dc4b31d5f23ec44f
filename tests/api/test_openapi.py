"""GET /openapi.json and /api/docs: the document tells exactly what the routes take and answer."""

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mapapp.web.api.docs import EXAMPLES
from mapapp.web.sentences import SENTENCES
from tests.page_reading import read_page

# Their parameters limit each other (one of three; west before east; a position in reach; a year of the calendar),
# which OpenAPI cannot say: a request whose parts are all well formed may be refused.
LIMITED = {
    "/api/v1/nearest",
    "/api/v1/points",
    "/api/v1/points/{point_id}",
    "/api/v1/points.geojson",
    "/api/v1/reverse",
    "/api/v1/reach.geojson",
    "/api/v1/trips",
    "/api/v1/coverage",
    "/api/v1/coverage.geojson",
    "/api/v1/siting",
    "/api/v1/points/{point_id}/slots",
}

ALWAYS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
EXAMPLES_EACH = 15
# probes take nothing, so nothing about them can be wrong
ASKED = [
    (path, mode)
    for path in sorted(EXAMPLES)
    for mode in GenerationMode
    if path.startswith("/api/") or mode is GenerationMode.POSITIVE
]


@pytest.fixture(scope="session")
def document(shared_app):
    return shared_app.test_client().get("/openapi.json").get_json()


@pytest.fixture(scope="session")
def interface(shared_app):
    return schemathesis.openapi.from_wsgi("/openapi.json", shared_app)


@pytest.mark.parametrize(("path", "mode"), ASKED, ids=str)
def test_whatever_is_asked_is_answered_as_documented(interface, path, mode):
    checks = [*ALWAYS, negative_data_rejection]
    if path not in LIMITED:
        checks.append(positive_data_acceptance)

    @given(case=interface[path]["GET"].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES_EACH,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def hold(case):
        # the in-process client reads no compressed bodies
        case.call_and_validate(checks=checks, headers={"Accept-Encoding": "identity"})

    hold()


def test_the_document_is_openapi_3_1_without_the_name_of_this_machine(client, document):
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "/"}]
    assert client.get("/openapi.json", headers={"Host": "evil.example"}).get_json() == document


def test_every_route_of_the_interface_is_documented(shared_app, document):
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in shared_app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }

    assert routes | {"/healthz", "/readyz", "/metrics"} == set(document["paths"])


def test_every_schema_is_a_schema(document):
    for name, described in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate({**described, "components": document["components"]})
        assert described["description"], name


def test_every_operation_says_what_it_is_for(document):
    operations = [operation for item in document["paths"].values() for operation in item.values()]

    assert all(operation["summary"] and operation["operationId"] for operation in operations)
    assert all(parameter.get("description") for operation in operations for parameter in query_of(operation))
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def query_of(operation):
    return [parameter for parameter in operation["parameters"] if parameter["in"] == "query"]


def test_what_the_document_names_is_taken_and_nothing_else(client, document):
    for path, example in EXAMPLES.items():
        address = example.split("?", 1)[0]
        for parameter in query_of(document["paths"][path]["get"]):
            problem = client.get(address, query_string={parameter["name"]: "\x00"}).get_json(force=True)
            assert (problem["code"], problem["field"]) == ("invalid_text", parameter["name"])
        assert client.get(address, query_string={"surprise": "1"}).get_json(force=True)["code"] == "unknown_parameter"


@pytest.mark.parametrize("path", sorted(EXAMPLES))
def test_every_example_answers(client, document, path):
    assert path in document["paths"]
    assert client.get(EXAMPLES[path]).status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_every_address_parameter_and_code(client, document, language):
    response = client.get("/api/docs", headers={"Accept-Language": language})

    text = response.get_data(as_text=True)
    read_page(text)
    assert response.status_code == 200
    operations = [(method.upper(), path) for path, item in document["paths"].items() for method in item]
    assert all(f"{method} {path}" in text for method, path in operations)
    assert all(f'id="{code}"' in text for code in SENTENCES)
    assert "//cdn" not in text
    assert "<script>" not in text


def test_the_type_of_a_problem_leads_to_its_line_on_the_page(client):
    kind = client.get("/api/v1/nearest").get_json(force=True)["type"]

    address, anchor = kind.split("#")
    assert f'id="{anchor}"' in client.get(address).get_data(as_text=True)
