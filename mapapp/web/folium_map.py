"""The map, drawn by Folium (地图): one script per revision and language, the same bytes in every worker.

Stock Folium brings CDN links, inline style and popups that execute what stands in a name. The classes here replace
its templates: the head stays empty, the page has the element, and every text travels as JSON to `static/map.js`,
which makes text nodes of it. The script holds only what lasts; states and answers stand in the page.
"""

import json
from typing import Any, cast

import folium
from branca.element import Element, Figure
from flask import url_for
from folium.plugins import MarkerCluster
from folium.template import Template
from folium.utilities import JsCode

from mapapp.catalogue.catalogue import Catalogue
from mapapp.errors import NotFound
from mapapp.settings import Settings
from mapapp.shipped import shipped
from mapapp.web.bodies import Prepared
from mapapp.web.spoken import gettext
from mapapp.web.words import kind_name, kind_shape, kind_sign

MIN_ZOOM, MAX_ZOOM = 10, 18
# From this zoom two points a street apart can be told apart, so nothing is gathered any more.
CLUSTERS_UNTIL_ZOOM = 15
_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)


class PlainMap(folium.Map):
    """A Folium map without a head of its own. It stands in the element `#map` of the page."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # Folium's own class attribute
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        "{% macro header(this, kwargs) %}{% endmacro %}{% macro html(this, kwargs) %}{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = mapapp.open({center: {{ this.location|tojson }},"
        " crs: L.CRS.{{ this.crs }}, ...{{ this.options|tojavascript }}});"
        "{% endmacro %}"
    )

    def __init__(self, **options: Any) -> None:
        # without tiles Folium drops max_zoom; the clusters need it, so it goes in by its own name
        super().__init__(tiles=None, maxZoom=MAX_ZOOM, minZoom=MIN_ZOOM, **options)
        # the meta tag that forbids zooming
        self.figure.header._children.clear()

    @property
    def figure(self) -> Figure:
        """Return the Folium page around the map."""
        return cast(Figure, self.get_root())


class PlainCluster(MarkerCluster):
    """Clusters whose files the page links itself and whose icon says in words how many it holds."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class Ready(folium.MacroElement):
    """The last line of the script: hands the finished layers to the page."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "mapapp.ready({ {%- for name, layer in this.layers.items() %}{{ name }}: {{ layer.get_name() }},"
        "{% endfor -%} });"
        "{% endmacro %}"
    )

    def __init__(self, **layers: Element) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Ready"
        self.layers = layers


def map_script(catalogue: Catalogue, settings: Settings, language: str) -> Prepared:
    """Return the script that draws the base layers and all points; equal bytes for equal facts.

    Texts are in `language`, which must be the language of the request.
    """
    west, south, east, north = catalogue.district.bounds
    drawn = PlainMap(
        location=[round((south + north) / 2, 5), round((west + east) / 2, 5)],
        zoom_start=12,
        zoomSnap=1 if settings.tianditu_tile_key else 0.25,
    )
    if settings.tianditu_tile_key:
        _add_tiles(drawn, settings.tianditu_tile_key)
    else:
        _add_areas(drawn, _neighbours(), "map-around", language)
    # over pictures of a tile service our own land and water are only places for names
    land_look, water_look = ("map-clear", "map-clear") if settings.tianditu_tile_key else ("map-land", "map-water")
    land = _add_areas(drawn, catalogue.district.outline_geojson, land_look, language)
    streets = _add_areas(drawn, catalogue.district.streets_geojson, "map-street", language)
    rivers = _add_areas(drawn, catalogue.district.rivers_geojson, water_look, language)
    _add_stations(drawn, catalogue, language)
    points = _add_points(drawn, catalogue, language)
    drawn.add_child(Ready(points=points, land=land, streets=streets, rivers=rivers))
    return Prepared.of(_script_of(drawn), "text/javascript")


def _script_of(drawn: PlainMap) -> str:
    figure = drawn.figure
    _name_elements(figure, "m")
    figure.render()  # fills header, html and script; must come first
    head = figure.header.render().strip()
    assert not head, f"something put a foreign link into the head: {head[:200]}"
    return f'(function () {{\n"use strict";\n{figure.script.render()}\n}})();\n'


def _name_elements(element: Element, name: str) -> None:
    """Replace Folium's random ids, so that every worker writes the same bytes."""
    element._id = name
    for number, child in enumerate(element._children.values()):
        _name_elements(child, f"{name}_{number}")


def _add_tiles(drawn: PlainMap, key: str) -> None:
    """Add the operator's own tile layers: vector base and its labels (天地图)."""
    for layer in ("vec", "cva"):
        folium.TileLayer(
            _TIANDITU.format(layer=layer, key=key),
            attr=gettext("Tianditu"),
            subdomains="01234567",
            overlay=True,
            control=False,
            max_zoom=MAX_ZOOM,
        ).add_to(drawn)


def _add_areas(drawn: PlainMap, collection: Any, look: str, language: str) -> folium.GeoJson:
    """Add areas coloured by the class `look` of the style sheet; only their names and the places of labels go along."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": _local(feature["properties"], language), **_label_place(feature["properties"])},
            "geometry": feature["geometry"],
        }
        for feature in collection["features"]
    ]
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        interactive=False,
        style_function=lambda _feature: {"className": look},
    )
    layer.add_to(drawn)
    return layer


def _label_place(properties: Any) -> dict[str, Any]:
    return {"label": properties["label"]} if "label" in properties else {}


def _local(properties: Any, language: str) -> str:
    name = properties.get("name_en") if language == "en" else None
    return str(name or properties.get("name_zh", ""))


def _neighbours() -> Any:
    """Return the districts around as GeoJSON; nothing where none were shipped."""
    try:
        path = shipped("geodata") / "neighbours.geojson"
        return json.loads(path.read_text(encoding="utf-8"))
    except (NotFound, OSError):
        return {"features": []}


def _add_stations(drawn: PlainMap, catalogue: Catalogue, language: str) -> None:
    """Add the metro stations as landmarks."""
    stations = [place for place in catalogue.named_places if place.kind.startswith("metro_station")]
    features = [
        _spot(
            station.place.coordinate,
            {"name": station.name_en if language == "en" and station.name_en else station.name_zh},
        )
        for station in stations
    ]
    if features:
        _spots(features, "station").add_to(drawn)


def _add_points(drawn: PlainMap, catalogue: Catalogue, language: str) -> PlainCluster:
    """Add every service point to one cluster layer."""
    cluster = PlainCluster(  # type: ignore[no-untyped-call]  # Folium leaves it untyped
        icon_create_function="mapapp.clusterIcon",
        disable_clustering_at_zoom=CLUSTERS_UNTIL_ZOOM,
        show_coverage_on_hover=False,
        spiderfy_on_max_zoom=True,
        max_cluster_radius=64,
        animate=False,
    )
    cluster.add_to(drawn)
    names = {
        row["properties"]["name_zh"]: _local(row["properties"], language)
        for row in catalogue.district.streets_geojson["features"]
    }
    features = [
        _spot(
            point.place.coordinate,
            {
                "id": point.id,
                "name": point.name(language),
                "kind": kind_name(point.kind),
                "street": names.get(point.street, point.street),
                "shape": kind_shape(point.kind),
                "sign": kind_sign(point.kind, language) if kind_shape(point.kind) == "circle" else "",
                "accuracy_m": round(point.place.accuracy_m),
                "url": url_for("point_pages.show", point_id=point.id),
            },
        )
        for point in catalogue.points.values()
    ]
    if features:
        _spots(features, "mark").add_to(cluster)
    return cluster


def _spot(coordinate: Any, properties: dict[str, Any]) -> dict[str, Any]:
    where = [round(coordinate.lon, 6), round(coordinate.lat, 6)]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": where}}


def _spots(features: list[dict[str, Any]], function: str) -> folium.GeoJson:
    """Return a layer of points, each made by the function of that name in `static/map.js`."""
    collection = {"type": "FeatureCollection", "features": features}
    return folium.GeoJson(collection, point_to_layer=JsCode(f"mapapp.{function}"))
