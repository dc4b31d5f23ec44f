"""The drawn map as a script file of its own (地图脚本): `/map/<digest>.js`, kept for a year under its digest."""

from flask import Blueprint, Response

from mapapp.web.bodies import FOREVER, PRIVATE, Prepared, send_prepared
from mapapp.web.context import LANGUAGES, Bundle, current_bundle, current_language, current_settings

blueprint = Blueprint("maps", __name__)


def drawn_map(bundle: Bundle) -> Prepared:
    """Return the script in the language of the request, rendered once per revision and language."""
    language = current_language()
    drawn = bundle.once(("map", language), lambda: _draw(bundle, language))
    bundle.maps[language] = drawn
    return drawn


def _draw(bundle: Bundle, language: str) -> Prepared:
    # Folium brings pandas: a second and 90 MB that a request without a map must not wait for
    from mapapp.web.folium_map import map_script

    return map_script(bundle.catalogue, current_settings(), language)


@blueprint.app_context_processor
def map_address() -> dict[str, object]:
    """Give templates `map_url()`, the address of the map in the language of the page."""
    return {"map_url": lambda: f"/map/{drawn_map(current_bundle()).etag}.js"}


@blueprint.get("/map/<digest>.js")
def script(digest: str) -> Response:
    """Answer with the script of that digest; a page older than an edit gets today's, and may not keep it."""
    bundle = current_bundle()
    current = drawn_map(bundle)
    for language in LANGUAGES:
        known = bundle.maps.get(language)
        if known is not None and known.etag == digest:
            return send_prepared(known, cache=FOREVER)
    return send_prepared(current, cache=FOREVER if current.etag == digest else PRIVATE)
