"""GET /healthz, /readyz, /metrics: how the service is (运行状态), for those who run it."""

from apiflask import APIBlueprint
from flask import Response, request
from flask_babel import lazy_gettext as _

from mapapp.errors import Forbidden
from mapapp.web.api.asking import arguments
from mapapp.web.api.documented import documented
from mapapp.web.api.shapes import HealthShape, ReadyShape
from mapapp.web.bodies import BY_CODING, PRIVATE, send_text
from mapapp.web.context import current_bundle, services
from mapapp.web.fragments import dumps
from mapapp.web.metrics import CONTENT_TYPE, exposition
from mapapp.web.questions import NOTHING

blueprint = APIBlueprint("probes", __name__, tag="Run")

# A request that came through a proxy is not local, whatever its address says.
_FORWARDING = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
_LOCAL = ("127.", "::1", "::ffff:127.")


@blueprint.get("/healthz")
@documented(_("Whether the process lives."), NOTHING, HealthShape)
def healthz() -> Response:
    """Return that the process lives."""
    arguments(NOTHING, request.environ)
    return send_text('{"status": "ok"}', cache=PRIVATE, vary=BY_CODING)


@blueprint.get("/readyz")
@documented(_("Whether a catalogue is held and the database answers."), NOTHING, ReadyShape, statuses=(503,))
def readyz() -> Response:
    """Return whether a catalogue is held and the database answers; 503 without a catalogue."""
    arguments(NOTHING, request.environ)
    catalogue = current_bundle().catalogue
    told = {
        "status": "ready",
        "revision": catalogue.revision,
        "points": len(catalogue.points),
        "matters": len(catalogue.matters),
        "writes": services().keeper.can_write(),
    }
    return send_text(dumps(told), cache=PRIVATE, vary=BY_CODING)


@blueprint.get("/metrics")
@documented(_("Figures for Prometheus; told to this machine only."), NOTHING, mimetype="text/plain", statuses=(403,))
def metrics() -> Response:
    """Return figures in Prometheus' format; only to this machine itself."""
    arguments(NOTHING, request.environ)
    environ = request.environ
    is_local = str(environ.get("REMOTE_ADDR") or "").startswith(_LOCAL)
    if not is_local or any(name in environ for name in _FORWARDING):
        raise Forbidden("forbidden")
    figures = exposition(services().keeper.replica_behind_s())
    return Response(figures, content_type=CONTENT_TYPE, headers={"Cache-Control": PRIVATE})
