// Two positions of one point, A and B, on the map; the words beside it say which is which.
"use strict";

L.Map.addInitHook(function () {
  const map = this;
  const pair = JSON.parse(document.getElementById("page-data").textContent).pair || [];
  map.whenReady(() => {
    const bounds = L.latLngBounds(pair.map((each) => [each.lat, each.lon]));
    pair.forEach((each) => {
      const sign = document.createElement("span");
      sign.textContent = each.sign;
      const icon = L.divIcon({ className: "pair-mark pair-" + each.sign.toLowerCase(), iconSize: [32, 32], html: sign });
      L.marker([each.lat, each.lon], { icon, interactive: false, keyboard: false, zIndexOffset: 3000 }).addTo(map);
    });
    if (pair.length > 1) L.polyline(pair.map((each) => [each.lat, each.lon]), { interactive: false, className: "map-reach" }).addTo(map);
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [48, 48], maxZoom: 17, animate: false });
  });
});
