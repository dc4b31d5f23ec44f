"""The machine-readable description (OpenAPI 3.1), generated from what the routes say about themselves."""

from http import HTTPStatus
from typing import Any, cast

from apiflask import APIFlask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mapapp.web.api.documented import Documented, documentation_of
from mapapp.web.api.shapes import ProblemShape

_REF = "#/components/schemas/{model}"
_PROBLEM = "application/problem+json"
# What every route may answer beside 200; 404 is added where something is looked up.
_USUAL = {
    "400": "A wrong parameter; `field` names it",
    "413": "The body is too large",
    "429": "Too many requests; wait for `Retry-After` seconds",
    "503": "No catalogue yet, or the database is away; try again after `Retry-After` seconds",
}
_TOLD = {
    409: "A rule says no, or the time is full; `code` says which",
    415: "The body is not application/json",
    422: "A value of the body cannot be; `field` names it",
}
_UNDOCUMENTED = {"HEAD", "OPTIONS"}
_NOT_FOUND = "Nothing has this id or code"
_NAMES_SOMETHING = frozenset({"matter", "package"})
_ABOUT = (
    "The nearest place that can do it and will be open on arrival. Coordinates are WGS-84, distances metres, "
    "times ISO 8601 with an offset."
)


def describe(app: APIFlask) -> None:
    """Let `/openapi.json` describe exactly what the routes of `app` take and answer."""
    app.description = _ABOUT
    app.tags = [{"name": "Find"}, {"name": "Book"}, {"name": "Cover"}, {"name": "Run"}]
    for blueprint in app.blueprints.values():
        # APIFlask looks for this on every blueprint that has something to do before a request
        if not hasattr(blueprint, "enable_openapi"):
            blueprint.enable_openapi = False  # type: ignore[attr-defined]  # Flask's own have no such thing
    app.spec_processor(lambda spec: _completed(app, cast("dict[str, Any]", spec)))


def _completed(app: APIFlask, spec: dict[str, Any]) -> dict[str, Any]:
    known = {
        (_path_of(rule.rule), method.lower()): said
        for rule in app.url_map.iter_rules()
        if (said := documentation_of(app.view_functions[rule.endpoint])) is not None
        for method in (rule.methods or set()) - _UNDOCUMENTED
    }
    paths: dict[str, Any] = {}
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if (path, method) in known:
                paths.setdefault(path, {})[method] = _operation(path, method, operation, known[path, method])
    spec["paths"] = paths
    shapes = [shape for said in known.values() for shape in (said.answer, said.body) if shape is not None]
    spec.setdefault("components", {})["schemas"] = _schemas([*shapes, ProblemShape])
    return spec


def _path_of(rule: str) -> str:
    return rule.replace("<", "{").replace(">", "}")


def _operation(path: str, method: str, operation: dict[str, Any], said: Documented) -> dict[str, Any]:
    in_path = [{**given, "schema": _ID} for given in operation["parameters"] if given["in"] == "path"]
    in_query = [
        {
            "name": parameter.name,
            "in": "query",
            "required": parameter.is_required,
            "description": str(parameter.description),
            "schema": dict(parameter.schema),
        }
        for parameter in said.parameters.values()
    ]
    looks_up = bool(in_path) or bool(_NAMES_SOMETHING & said.parameters.keys())
    operation["summary"] = str(said.says)
    operation.pop("description", None)
    operation["parameters"] = [*in_path, *in_query]
    name = path.strip("/").replace("/", "_").replace("{", "").replace("}", "").replace(".", "_")
    operation["operationId"] = name if method == "get" else f"{method}_{name}"
    if said.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _shape(said.body)}}}
    if (path, method) == _NEEDS_KEY:
        operation["parameters"].append(_KEY)
    operation["responses"] = {**_failures(said, looks_up=looks_up), **_successes(said)}
    return operation


# The form of every id and code; what has another form is not found.
_ID = {"type": "string", "pattern": "^[A-Za-z0-9-]{1,40}$"}


# The one request that must not be made twice by accident.
_NEEDS_KEY = ("/api/v1/bookings", "post")
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Any text of your own, a new one for each booking; the same one again finds the same booking.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}


def _successes(said: Documented) -> dict[str, Any]:
    if said.status == HTTPStatus.NO_CONTENT:
        return {str(said.status): {"description": "Done"}}
    schema = {"type": "string"} if said.answer is None else _shape(said.answer)
    answer = {"description": "The answer", "content": {said.mimetype: {"schema": schema}}}
    again = [status for status in said.statuses if status < HTTPStatus.BAD_REQUEST]
    return {str(status): answer for status in (said.status, *again)}


def _shape(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _failures(said: Documented, *, looks_up: bool) -> dict[str, Any]:
    told = dict(_USUAL)
    if looks_up:
        told["404"] = _NOT_FOUND
    told |= {str(status): told.get(str(status)) or _TOLD.get(status, "Not open to you") for status in said.statuses}
    content = {_PROBLEM: {"schema": {"$ref": _REF.format(model=ProblemShape.__name__)}}}
    return {status: {"description": words, "content": content} for status, words in sorted(told.items())}


def _schemas(models: list[Any]) -> dict[str, Any]:
    _, document = models_json_schema([(model, "serialization") for model in models], ref_template=_REF)
    schemas: dict[str, Any] = document["$defs"]
    return schemas
