// Keys outside of fields: `/` filters, `g` and a letter goes somewhere, `j` and `k` move along rows, `?` lists them all.
(() => {
  const typing = (target) => target.closest?.("input, select, textarea, [contenteditable], dialog[open]");
  let jump = 0;

  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")].filter((row) => row.querySelector("a"));
  const step = (by) => {
    const all = rows();
    if (all.length === 0) return;
    const at = all.findIndex((row) => row.classList.contains("on"));
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[at]?.classList.remove("on");
    all[next].classList.add("on");
    all[next].querySelector("a").focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
  };

  const showHelp = () => {
    document.getElementById("account")?.hidePopover?.();
    document.getElementById("help")?.showModal();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) showHelp();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (Date.now() - jump < 1200) {
      const link = document.querySelector(`[data-jump="${CSS.escape(event.key)}"]`);
      jump = 0;
      if (link) {
        event.preventDefault();
        location.href = link.href;
        return;
      }
    }
    const field = document.querySelector("[data-filter]");
    const slider = document.querySelector("[data-as-of]");
    if (event.key === "g") jump = Date.now();
    else if (event.key === "/" && field) { event.preventDefault(); field.focus(); field.select(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?") showHelp();
    else if ((event.key === "[" || event.key === "]") && slider) {
      slider.value = Number(slider.value) + (event.key === "]" ? 1 : -1);
      slider.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
})();
