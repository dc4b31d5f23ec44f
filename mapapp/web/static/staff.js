// The form of hours: shows the way of writing that was chosen, and the preview while one types. Without this script
// both ways stand on the page and a button makes the preview.
"use strict";

(function () {
  const form = document.querySelector("[data-live-preview]");
  if (!form) return;
  let waiting = null;
  let asked = 0;

  function showWay() {
    const way = form.querySelector("[name=way]:checked").value;
    form.querySelectorAll("[data-way]").forEach((part) => { part.hidden = part.dataset.way !== way; });
  }

  async function renew() {
    const number = ++asked;
    const fields = new FormData(form);
    fields.set("action", "preview");
    const answer = await fetch(location.href, { method: "POST", body: new URLSearchParams(fields), credentials: "same-origin" });
    const text = await answer.text();
    // an older answer may come later
    if (number !== asked) return;
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("preview");
    if (fresh) document.getElementById("preview").replaceChildren(...fresh.childNodes);
  }

  form.addEventListener("input", () => {
    showWay();
    clearTimeout(waiting);
    waiting = setTimeout(() => renew().catch(() => {}), 400);
  });
  const button = form.querySelector("[data-preview-button]");
  if (button) button.hidden = true;
  showWay();
})();
