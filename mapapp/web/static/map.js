// The map: functions that the script drawn by Folium calls, and what ties the map to the list beside it.
// Names and states come as data and become text nodes, never HTML. What changes with the moment (open state,
// which points are shown, the start) stands in the page as JSON; the drawn script holds only what lasts.
"use strict";

window.mapapp = (function () {
  const SVG = "http://www.w3.org/2000/svg";
  const SHAPES = {
    star: "M20 2l5.3 11.4 12.4 1.5-9.2 8.5 2.4 12.3L20 29.6 9.1 35.7l2.4-12.3-9.2-8.5 12.4-1.5z",
    house: "M20 3 37 17v19H3V17z",
    circle: "M20 4a16 16 0 1 1 0 32 16 16 0 0 1 0-32z",
    number: "M20 1C11 1 4 8 4 16.6 4 26 13 31 20 39c7-8 16-13 16-22.4C36 8 29 1 20 1z",
    start: "M20 7a13 13 0 1 1 0 26 13 13 0 0 1 0-26zm0 8a5 5 0 1 0 0 10 5 5 0 0 0 0-10z",
  };
  const holder = document.getElementById("page-data");
  const page = holder ? JSON.parse(holder.textContent) : { words: {}, points: {}, shown: [], numbers: {} };
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // targets are 44 px, in the elder view 60
  const size = document.documentElement.classList.contains("elder") ? 60 : 44;
  const marks = new Map(); // id -> marker
  let map = null;
  let cluster = null;
  let lit = null;
  let fitted = false;

  function words(key, values) {
    return Object.entries(values || {}).reduce(
      (text, [name, value]) => text.replace("{" + name + "}", value), page.words[key] || "");
  }

  function element(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function drawing(shape, sign, label) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 40 40");
    const side = Math.round(size * (shape === "star" ? 0.91 : 0.77));
    svg.setAttribute("width", side);
    svg.setAttribute("height", side);
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", SHAPES[shape]);
    path.setAttribute("class", "shape");
    svg.append(path);
    if (sign) {
      const text = document.createElementNS(SVG, "text");
      text.setAttribute("x", 20);
      text.setAttribute("y", shape === "house" ? 29 : shape === "number" ? 23 : 25.5);
      text.textContent = sign;
      svg.append(text);
    }
    return svg;
  }

  function icon(shape, sign, look) {
    const low = shape === "number";
    return L.divIcon({
      html: drawing(shape, sign), className: "mark shape-" + shape + (look ? " look-" + look : ""),
      iconSize: [size, size], iconAnchor: [size / 2, size * (low ? 0.86 : 0.5)], popupAnchor: [0, size * (low ? -0.77 : -0.36)],
    });
  }

  // ---- called by the drawn script

  function open(options) {
    // Leaflet's own empty picture for a dropped tile is a data: address, which the policy refuses
    L.Util.emptyImageUrl = document.querySelector("link[rel=icon]").href;
    map = L.map("map", {
      ...options, attributionControl: false, zoomControl: false, zoomAnimation: !calm, fadeAnimation: false,
      markerZoomAnimation: !calm, inertia: !calm,
    });
    L.control.zoom({ zoomInTitle: words("zoom_in"), zoomOutTitle: words("zoom_out") }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const note = L.control({ position: "bottomright" });
    note.onAdd = () => element("div", words("map_note"), "leaflet-control-attribution");
    note.addTo(map);
    followZoom();
    mendKeyboard();
    return map;
  }

  function mark(feature, latlng) {
    const own = feature.properties;
    const number = page.numbers[own.id];
    // on pages of staff: [what stands in the pin, its look, its rank]
    const sign = page.signs && page.signs[own.id];
    const marker = L.marker(latlng, {
      icon: sign ? icon("number", sign[0], sign[1]) : number ? icon("number", String(number)) : icon(own.shape, own.sign),
      title: own.name, keyboard: true, riseOnHover: true, zIndexOffset: number ? 1000 - number : own.shape === "star" ? 500 : 0,
    });
    marker.pointId = own.id;
    marker.bindPopup(() => popup(own), { maxWidth: 300, minWidth: 220, autoPanPaddingTopLeft: [size + 24, 24], autoPanPaddingBottomRight: [16, 24] });
    marker.on("add", function () {
      const now = page.points[own.id];
      const node = marker.getElement();
      // what is drawn in the mark is part of its name, so that it can be said to a voice control
      node.setAttribute("aria-label", [number, own.name, !number && own.sign, now && now.text].filter(Boolean).join(", "));
      node.dataset.id = own.id;
      node.addEventListener("focus", () => light(own.id, "map"));
      node.addEventListener("mouseenter", () => light(own.id, "map"));
      node.addEventListener("mouseleave", () => light(null));
    });
    marker.on("popupopen", () => light(own.id, "popup"));
    marks.set(own.id, marker);
    return marker;
  }

  function popup(own) {
    const now = page.points[own.id];
    const box = element("article", undefined, "popup");
    box.append(element("h2", own.name));
    if (now) {
      const state = element("p", now.text, "state is-" + now.look);
      state.dataset.sign = now.sign;
      box.append(state, element("p", words("hours_today", { hours: now.hours })));
    }
    box.append(element("p", own.kind + (own.street ? " · " + own.street : ""), "quiet"));
    if (own.accuracy_m > 100) box.append(element("p", words("accuracy", { metres: own.accuracy_m }), "quiet"));
    const link = element("a", words("details"), "button");
    link.href = own.url;
    box.append(link);
    return box;
  }

  function clusterIcon(group) {
    // on pages of staff a cluster has the sign and the look of the worst in it: the one with the least rank
    const signs = page.signs ? group.getAllChildMarkers().map((each) => page.signs[each.pointId]).filter(Boolean) : [];
    const worst = signs.sort((one, other) => one[2] - other[2])[0];
    const text = [worst && worst[0], group.getChildCount()].filter(Boolean).join(" ");
    return L.divIcon({ html: element("span", text), className: "cluster" + (worst ? " look-" + worst[1] : ""), iconSize: [size, size] });
  }

  function label(latlng, text, kind) {
    const name = L.divIcon({ html: element("span", text), className: "map-label label-" + kind, iconSize: [0, 0] });
    return L.marker(latlng, { icon: name, interactive: false, keyboard: false, zIndexOffset: -2000 });
  }

  const station = (feature, latlng) => label(latlng, feature.properties.name, "station");

  function ready(layers) {
    cluster = layers.points;
    map.addLayer(L.geoJSON(layers.land.toGeoJSON(), { interactive: false, style: { className: "map-outline" } }));
    layers.streets.eachLayer((area) => label(area.getCenter(), area.feature.properties.name, "street").addTo(map));
    layers.rivers.eachLayer((area) => {
      const at = area.feature.properties.label;
      if (at) label([at[1], at[0]], area.feature.properties.name, "river").addTo(map);
    });
    nameClusters();
    followKeysIntoClusters();
    drawStart();
    show(page.shown);
    new ResizeObserver(onSize).observe(map.getContainer());
    document.addEventListener("points-shown", (event) => show(event.detail));
    tieList();
    document.documentElement.dataset.map = "ready";
  }

  // ---- what is shown

  function show(ids) {
    const chosen = ids.map((id) => marks.get(id)).filter(Boolean);
    map.closePopup();
    cluster.clearLayers();
    marks.forEach((marker) => marker.removeFrom(map));
    // the numbers of an answer must all be seen, so they never hide in a cluster
    if (Object.keys(page.numbers).length || page.one) chosen.forEach((marker) => marker.addTo(map));
    else cluster.addLayers(chosen);
    fitted = false;
    onSize();
  }

  function onSize() {
    const size = map.getContainer().getBoundingClientRect();
    if (!size.width || !size.height) return;
    map.invalidateSize({ animate: false });
    if (!fitted) fit();
  }

  function fit() {
    const bounds = L.latLngBounds([]);
    shownIds().forEach((id) => bounds.extend(marks.get(id).getLatLng()));
    if (page.start) bounds.extend([page.start.lat, page.start.lon]);
    (page.reach || []).flat(2).forEach((corner) => bounds.extend(corner));
    if (page.one && page.doubt) bounds.extend(L.latLng(page.doubt.lat, page.doubt.lon).toBounds(page.doubt.radius_m * 2.4));
    if (bounds.isValid()) map.fitBounds(bounds, { paddingTopLeft: [28, 44], paddingBottomRight: [28, 52], maxZoom: 16, animate: false });
    fitted = true;
  }

  // the points that are on the map now, alone or in a cluster
  function shownIds() {
    return Array.from(marks.keys()).filter((id) => map.hasLayer(marks.get(id)) || cluster.hasLayer(marks.get(id)));
  }

  function drawStart() {
    const ring = (place, radius) => L.circle([place.lat, place.lon], { radius, interactive: false, className: "map-doubt" }).addTo(map);
    if (page.doubt) ring(page.doubt, page.doubt.radius_m);
    if (page.reach) L.polygon(page.reach, { interactive: false, className: "map-reach" }).addTo(map);
    if (!page.start) return;
    if (page.start.accuracy_m > 50) ring(page.start, page.start.accuracy_m);
    const here = [page.start.lat, page.start.lon];
    L.marker(here, { icon: icon("start"), interactive: false, keyboard: false, zIndexOffset: 2000 }).addTo(map);
    label(here, words("start"), "start").addTo(map);
  }

  function followZoom() {
    const classes = map.getContainer().classList;
    const follow = () => [12, 13, 14].forEach((zoom) => classes.toggle("zoom-" + zoom, map.getZoom() >= zoom));
    map.on("zoomend", follow);
    follow();
  }

  function nameClusters() {
    cluster.on("animationend layeradd", name);
    map.on("moveend zoomend layeradd", name);
    function name() {
      map.getContainer().querySelectorAll(".cluster").forEach((node) =>
        node.setAttribute("aria-label", words("cluster", { count: node.textContent })));
    }
  }

  // ---- keyboard: Leaflet 1.9 neither moves focus into a popup nor back, and Escape on a marker does nothing

  function mendKeyboard() {
    let opener = null;
    map.getContainer().addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });
    map.on("popupopen", (event) => {
      const source = event.popup._source;
      opener = source && source.getElement();
      const box = event.popup.getElement();
      box.querySelector(".leaflet-popup-close-button").setAttribute("aria-label", words("close"));
      const link = box.querySelector(".popup a");
      if (opener && document.activeElement === opener && link) link.focus({ preventScroll: true });
    });
    map.on("popupclose", (event) => {
      // the popup is gone already, and the focus in it with it
      const lost = document.activeElement === document.body || event.popup.getElement().contains(document.activeElement);
      if (lost && opener && opener.isConnected) opener.focus({ preventScroll: true });
    });
  }

  // a cluster opened with Enter is gone after a moment: go on at its first mark, not at the top of the map
  function followKeysIntoClusters() {
    cluster.on("clusterkeypress", (event) => {
      if (event.originalEvent.key !== "Enter") return;
      const first = event.layer.getAllChildMarkers()[0];
      const follow = (tries) => {
        const seen = cluster.getVisibleParent(first);
        if (seen && seen !== event.layer && seen.getElement()) seen.getElement().focus({ preventScroll: true });
        else if (tries) setTimeout(follow, 100, tries - 1);
      };
      setTimeout(follow, 100, 20);
    });
  }

  // ---- list and map light up together

  function light(id, from) {
    if (lit === id && from !== "popup") return;
    document.querySelectorAll(".is-lit").forEach((node) => node.classList.remove("is-lit"));
    lit = id;
    if (!id) return;
    const row = document.querySelector(`[data-point="${CSS.escape(id)}"]`);
    if (row) {
      row.classList.add("is-lit");
      if (from === "popup" && row.offsetParent) row.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    }
    const marker = marks.get(id);
    const seen = marker && (map.hasLayer(marker) ? marker : cluster.hasLayer(marker) && cluster.getVisibleParent(marker));
    if (seen && seen.getElement && seen.getElement()) seen.getElement().classList.add("is-lit");
  }

  function tieList() {
    document.querySelectorAll("[data-point]").forEach((row) => {
      const id = row.dataset.point;
      row.addEventListener("mouseenter", () => light(id, "list"));
      row.addEventListener("mouseleave", () => light(null));
      row.addEventListener("focusin", () => {
        const marker = marks.get(id);
        if (marker && map.getSize().x && row.matches(":focus-within") && row.querySelector(":focus-visible")) map.panInside(marker.getLatLng(), { padding: [60, 60], animate: !calm });
        light(id, "list");
      });
      row.addEventListener("focusout", () => light(null));
    });
  }

  return { open, mark, station, clusterIcon, ready, shownIds, here: () => map };
})();
