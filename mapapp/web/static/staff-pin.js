// The pin of a point: dragging it writes its position, in WGS-84, into the fields; typing there moves it.
"use strict";

L.Map.addInitHook(function () {
  const map = this;
  const fields = { lat: document.getElementById("lat"), lon: document.getElementById("lon"), datum: document.getElementById("datum") };
  if (!fields.lat || !fields.lon) return;
  map.whenReady(() => {
    const around = JSON.parse(document.getElementById("page-data").textContent).doubt;
    // a new point has no pin until somebody says where
    const isPlaced = fields.lat.value !== "" && fields.lon.value !== "";
    const start = isPlaced ? [Number(fields.lat.value), Number(fields.lon.value)] : [around.lat, around.lon];
    const label = document.getElementById("map").getAttribute("aria-label");
    const pin = L.marker(start, {
      draggable: true, autoPan: true, zIndexOffset: 3000, alt: label, title: label,
      icon: L.divIcon({ className: "staff-pin", iconSize: [44, 44], iconAnchor: [22, 40], html: "" }),
    });
    if (isPlaced) pin.addTo(map);
    function write() {
      const at = pin.getLatLng();
      fields.lat.value = at.lat.toFixed(6);
      fields.lon.value = at.lng.toFixed(6);
      fields.datum.value = "WGS-84";
    }
    pin.on("drag", write);
    map.on("click", (event) => { pin.setLatLng(event.latlng).addTo(map); write(); });
    for (const field of [fields.lat, fields.lon]) {
      field.addEventListener("change", () => {
        const at = [Number(fields.lat.value), Number(fields.lon.value)];
        if (fields.datum.value === "WGS-84" && at.every((number) => Number.isFinite(number) && number !== 0)) { pin.setLatLng(at).addTo(map); map.panTo(at, { animate: false }); }
      });
    }
  });
});
