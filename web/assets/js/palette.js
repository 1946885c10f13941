// The command palette: Ctrl K, or the search field of the top bar. Without a script that field is a plain search form.
(() => {
  const palette = document.getElementById("palette");
  if (!palette) return;
  const input = palette.querySelector("input");
  const hits = document.getElementById("hits");

  const links = () => [...hits.querySelectorAll("a")];
  const mark = (link) => {
    for (const other of links()) other.classList.toggle("on", other === link);
    link?.scrollIntoView({ block: "nearest" });
  };
  const open = () => {
    if (palette.open) return;
    input.value = "";
    palette.showModal();
    input.focus();
    mark(links()[0]);
    htmx.trigger(input, "input");
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  const field = document.querySelector("[data-palette]");
  field?.addEventListener("pointerdown", (event) => { event.preventDefault(); open(); });

  palette.addEventListener("keydown", (event) => {
    const all = links();
    const at = all.findIndex((link) => link.classList.contains("on"));
    if (event.key === "ArrowDown") { event.preventDefault(); mark(all[Math.min(at + 1, all.length - 1)]); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(all[Math.max(at - 1, 0)]); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); location.href = all[at].href; }
  });
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  document.addEventListener("htmx:after:swap", () => { if (palette.open) mark(links()[0]); });
})();
