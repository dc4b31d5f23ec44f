// The page without its map: the search form, "use my position", the filters of the list, the map / list switch.
// Everything here only makes quicker what the forms do without it.
"use strict";

(function () {
  document.documentElement.classList.add("js");
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // ---- when: the day and time fields only when they are wanted
  all("[data-when]").forEach((select) => {
    const fields = select.form.querySelector("[data-when-fields]");
    function follow() {
      fields.hidden = select.value === "now";
      all("input", fields).forEach((input) => { input.disabled = fields.hidden; });
    }
    select.addEventListener("change", follow);
    follow();
  });

  // ---- use my position: asked only on a click; sent in the body of the request, so it stands in no address
  all("[data-position]").forEach((button) => {
    const form = button.form;
    const { lat, lon, accuracy, place } = form.elements;
    const status = form.querySelector("[data-position-status]");
    const say = (key) => { status.textContent = status.dataset[key]; };
    button.hidden = false;

    function forget() {
      [lat, lon, accuracy].forEach((input) => { input.value = ""; input.disabled = true; });
      form.method = "get";
    }
    function found(position) {
      const { latitude, longitude } = position.coords;
      [lat, lon, accuracy].forEach((input) => { input.disabled = false; });
      lat.value = latitude.toFixed(5);
      lon.value = longitude.toFixed(5);
      accuracy.value = String(Math.min(50000, Math.max(1, Math.round(position.coords.accuracy || 100))));
      place.value = "";
      place.placeholder = status.dataset.mine;
      place.required = false;
      form.method = "post";
      status.textContent = status.dataset.found.replace("{metres}", accuracy.value);
      button.disabled = false;
    }
    function refused(error) {
      say(error && error.code === 1 ? "refused" : "failed");
      button.disabled = false;
      place.focus();
    }
    button.addEventListener("click", () => {
      if (!navigator.geolocation) { refused(null); return; }
      button.disabled = true;
      say("asking");
      navigator.geolocation.getCurrentPosition(found, refused, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
    });
    place.addEventListener("input", () => { if (place.value) { forget(); status.textContent = ""; } });
  });

  // ---- the filters: the same set as the server would show, without a new page
  const filter = document.querySelector("[data-filter]");
  if (filter) {
    const count = document.querySelector("[data-count]");
    const empty = document.querySelector("[data-empty]");
    const rows = all("[data-point]");
    const apply = () => {
      const { kind, street, open } = filter.elements;
      const shown = rows.filter((row) => {
        const fits = (!kind.value || row.dataset.kind === kind.value) && (!street.value || row.dataset.street === street.value)
          && (!open.checked || row.dataset.open === "yes");
        row.hidden = !fits;
        return fits;
      });
      all("[data-group]").forEach((group) => { group.hidden = !group.querySelector("[data-point]:not([hidden])"); });
      count.textContent = count.dataset.count.replace("{count}", shown.length);
      empty.hidden = shown.length > 0;
      const query = new URLSearchParams(Array.from(new FormData(filter)).filter(([, value]) => value)).toString();
      history.replaceState(null, "", query ? "?" + query : location.pathname);
      document.dispatchEvent(new CustomEvent("points-shown", { detail: shown.map((row) => row.dataset.point) }));
    };
    filter.addEventListener("change", apply);
    filter.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  }

  // ---- words within a long list of matters
  all("[data-narrow]").forEach((input) => {
    const rows = all("[data-words]", document.getElementById(input.dataset.narrow));
    const said = document.querySelector("[data-narrow-count]");
    input.closest("[hidden]")?.removeAttribute("hidden");
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let left = 0;
      rows.forEach((row) => { row.hidden = !row.dataset.words.toLowerCase().includes(wanted); left += row.hidden ? 0 : 1; });
      all("[data-narrow-group]").forEach((group) => { group.hidden = !group.querySelector("[data-words]:not([hidden])"); });
      said.textContent = said.dataset.count.replace("{count}", left);
    });
  });

  // ---- phone: list or map
  all("[data-view-button]").forEach((button) => button.addEventListener("click", () => {
    const split = document.querySelector(".split");
    split.dataset.view = button.dataset.viewButton;
    all("[data-view-button]").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    scrollTo(0, split.dataset.view === "map" ? split.getBoundingClientRect().top + scrollY : 0);
  }));

  // ---- share: the address without language and view; it holds names and numbers, never a position
  all("[data-share]").forEach((button) => {
    if (!navigator.share && !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const query = new URLSearchParams(button.dataset.share === "query" ? location.search : "");
      ["lang", "view"].forEach((name) => query.delete(name));
      const link = location.origin + location.pathname + (query.size ? "?" + query : "");
      try {
        if (navigator.share) await navigator.share({ title: document.title, url: link });
        else { await navigator.clipboard.writeText(link); button.textContent = button.dataset.copied; }
      } catch { /* the reader changed their mind */ }
    });
  });
  all("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
})();
