// How long a chosen time is still kept: counted down where the page says until when. Nothing depends on it.
"use strict";

(function () {
  document.querySelectorAll("[data-until]").forEach((element) => {
    const until = Date.parse(element.dataset.until);
    // by the clock of the page's arrival, so that a wrong clock shows no wrong minutes
    const rest = Math.min(until - Date.now(), 3600000);
    const ends = performance.now() + Math.max(rest, 0);
    if (!(rest > 0)) { return; }
    let timer = 0;
    function show() {
      const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
      element.textContent = left
        ? element.dataset.left.replace("{minutes}", String(Math.floor(left / 60))).replace("{seconds}", String(left % 60).padStart(2, "0"))
        : element.dataset.over;
      if (!left) { clearInterval(timer); element.setAttribute("role", "status"); }
    }
    timer = setInterval(show, 1000);
    show();
  });
})();
