// The coverage map: the uncovered land, hatched, from its own address; and the proposed sites by number.
"use strict";

(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const map = window.mapapp && window.mapapp.here();
  const holder = document.getElementById("page-data");
  if (!map || !holder) return;
  const page = JSON.parse(holder.textContent);
  const status = document.querySelector("[data-area-status]");

  function make(tag, attributes) {
    const node = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    return node;
  }

  // lines, not a colour, tell covered from uncovered: for those who see no difference between colours, and on paper
  function addHatch() {
    const pattern = make("pattern", { id: "hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    pattern.append(make("rect", { width: 8, height: 8, class: "hatch-ground" }), make("line", { x1: 0, y1: 0, x2: 0, y2: 8, class: "hatch-line" }));
    const defs = make("defs", {});
    defs.append(pattern);
    map.getPane("overlayPane").querySelector("svg").append(defs);
  }

  function drawUncovered(collection) {
    addHatch();
    const style = { className: "map-uncovered", fillColor: "url(#hatch)", fillOpacity: 1, weight: 1 };
    const area = L.geoJSON(collection, { interactive: false, style }).addTo(map);
    const hollow = { radius: 4, interactive: false, className: "map-candidate" };
    (page.candidates || []).forEach((place) => L.circleMarker(place, hollow).addTo(map));
    page.dots.forEach((place) => L.circleMarker(place, { radius: 4, interactive: false, className: "map-dot" }).addTo(map));
    map.fitBounds(area.getBounds().isValid() ? area.getBounds() : page.dots, { padding: [16, 16], animate: false });
    document.documentElement.dataset.area = "ready";
  }

  function drawSite(site) {
    const sign = document.createElement("span");
    sign.textContent = site.number;
    const name = page.words.site.replace("{number}", site.number).replace("{name}", site.name);
    const icon = L.divIcon({ html: sign, className: "site-mark", iconSize: [44, 44] });
    const marker = L.marker([site.lat, site.lon], { icon, title: name, keyboard: true, zIndexOffset: 2000 });
    marker.on("add", () => marker.getElement().setAttribute("aria-label", name));
    marker.addTo(map);
  }

  (page.sites || []).forEach(drawSite);
  fetch(page.uncovered, { credentials: "omit" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
    .then(drawUncovered)
    .catch(() => { status.textContent = status.dataset.failed; document.documentElement.dataset.area = "failed"; });
})();
