// Suggestions while typing: a combobox with a list in groups (ARIA 1.2). The form does the same without it.
"use strict";

(function () {
  const WAIT_MS = 150;
  const KINDS = ["matter", "package", "point", "place"];
  const NOTHING = { suggestions: [], understood: {} };
  const known = new Map();
  let lists = 0;

  function element(tag, values, ...children) {
    const made = Object.assign(document.createElement(tag), values);
    made.append(...children);
    return made;
  }

  function marked(found) {
    const letters = Array.from(found.matched);
    const part = (from, to) => letters.slice(from, to).join("");
    return found.end ? [part(0, found.start), element("mark", {}, part(found.start, found.end)), part(found.end)] : [found.matched];
  }

  async function ask(text) {
    const address = "/api/v1/suggest?" + new URLSearchParams({ q: text, lang: document.documentElement.lang === "en" ? "en" : "zh" });
    if (!known.has(address)) {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) return NOTHING;
      known.set(address, await answer.json());
    }
    return known.get(address);
  }

  function follow(input) {
    const kinds = (input.dataset.kinds || KINDS.join(" ")).split(" ");
    const id = "suggestions-" + (lists += 1);
    const list = element("div", { id, className: "suggestions", hidden: true });
    const said = element("span", { className: "spoken" });
    const holder = element("span", { className: "combobox" });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.suggestions);
    said.setAttribute("role", "status");
    input.before(holder);
    holder.append(input, list, said);
    const state = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id };
    Object.entries(state).forEach(([name, value]) => input.setAttribute(name, value));
    let options = [];
    let heard = NOTHING.understood;
    let active = -1;
    let timer = 0;
    let turn = 0;

    function close() {
      turn += 1;
      clearTimeout(timer);
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(found) {
      close();
      if (input.dataset.suggest === "go") { location.assign(found.url); return; }
      const place = input.form.elements.place;
      if (found.kind === "place" && place) {
        place.value = found.name;
        place.dispatchEvent(new Event("input"));
        input.value = "";
        input.focus();
        return;
      }
      keep(heard);
      input.value = found.name;
      input.focus();
    }

    // a place and a time that stood in the words go to their own fields, where they can be seen and changed
    function keep(words) {
      const { place, lat, when, day, time } = input.form.elements;
      if (words.place && place && !place.value && !(lat && lat.value)) {
        place.value = words.place;
        place.dispatchEvent(new Event("input"));
      }
      if (words.at && when && when.value === "now" && day && time) {
        [when.value, day.value, time.value] = ["leave", words.at.slice(0, 10), words.at.slice(11, 16)];
        when.dispatchEvent(new Event("change"));
      }
    }

    function point(to) {
      active = (to + options.length) % options.length;
      options.forEach((option, number) => option.row.setAttribute("aria-selected", String(number === active)));
      options[active].row.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[active].row.id);
    }

    function show(suggestions) {
      list.replaceChildren();
      options = [];
      kinds.forEach((kind) => {
        const rows = suggestions.filter((found) => found.kind === kind);
        if (!rows.length) return;
        const group = element("div", {}, element("span", { className: "suggestions-group", id: id + "-" + kind, textContent: input.getAttribute("data-name-" + kind) }));
        group.setAttribute("role", "group");
        group.setAttribute("aria-labelledby", id + "-" + kind);
        rows.forEach((found) => {
          const row = element("div", { id: id + "-" + options.length, className: "suggestion" }, element("span", {}, ...marked(found)));
          if (found.name !== found.matched) row.append(element("span", { className: "quiet", textContent: found.name }));
          row.setAttribute("role", "option");
          row.setAttribute("aria-selected", "false");
          // before the input loses the focus
          row.addEventListener("pointerdown", (event) => event.preventDefault());
          row.addEventListener("click", () => choose(found));
          options.push({ row, found });
          group.append(row);
        });
        list.append(group);
      });
      active = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = !options.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      said.textContent = options.length ? input.dataset.count.replace("{count}", options.length) : "";
    }

    async function look() {
      const mine = (turn += 1);
      const text = input.value.trim();
      const answer = text ? await ask(text).catch(() => NOTHING) : NOTHING;
      if (mine !== turn || document.activeElement !== input) return;
      heard = answer.understood;
      show(answer.suggestions);
    }

    input.addEventListener("input", (event) => {
      clearTimeout(timer);
      // half a syllable of an input method is not yet a word
      if (!event.isComposing) timer = setTimeout(look, WAIT_MS);
    });
    input.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(look, WAIT_MS); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" && list.hidden && input.value.trim()) { event.preventDefault(); look(); return; }
      if (list.hidden) return;
      if (event.key === "ArrowDown") { event.preventDefault(); point(active + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); point(active < 0 ? options.length - 1 : active - 1); }
      else if (event.key === "Enter" && active >= 0) { event.preventDefault(); choose(options[active].found); }
      else if (event.key === "Escape") { event.preventDefault(); close(); }
    });
  }

  document.querySelectorAll("[data-suggest]").forEach(follow);
})();
