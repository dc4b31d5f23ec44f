// Saves what is typed in a form as a draft, a moment after the last key. Without this script the button does it.
"use strict";

(function () {
  const mark = document.querySelector("[data-autosave]");
  if (!mark) return;
  const form = mark.form;
  const told = document.querySelector("[data-autosave-state]");
  let waiting = null;
  let going = null;
  let isDirty = false;
  let isLeaving = false;

  function wordsFor(answer) {
    if (answer.status === 204) {
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      return told.dataset.saved.replace("{time}", time);
    }
    if (answer.status === 409) return told.dataset.meanwhile;
    return answer.status === 400 ? told.dataset.faulty : told.dataset.failed;
  }

  async function save(keepalive) {
    clearTimeout(waiting);
    if (going) going.abort();
    going = new AbortController();
    isDirty = false;
    const fields = new FormData(form);
    fields.set("action", "autosave");
    const answer = await fetch(location.href, {
      method: "POST", body: new URLSearchParams(fields), credentials: "same-origin", redirect: "manual",
      signal: going.signal, keepalive,
    });
    told.textContent = wordsFor(answer);
  }

  function failed(error) {
    // a newer save took its place, or the form was sent
    if (error.name !== "AbortError") told.textContent = told.dataset.failed;
  }

  form.addEventListener("input", () => {
    isDirty = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => save(false).catch(failed), 2000);
  });
  form.addEventListener("submit", () => {
    isLeaving = true;
    clearTimeout(waiting);
    if (going) going.abort();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && isDirty && !isLeaving) save(true).catch(() => {});
  });
})();
