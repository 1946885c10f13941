// Forms that act as they are changed: the as-of slider, filters, confirmations in a dialog. All work as plain forms too.
(() => {
  document.addEventListener("input", (event) => {
    const slider = event.target.closest("[data-as-of]");
    const output = slider && document.getElementById("as-of-value");
    if (output) output.textContent = `version ${slider.value} of ${slider.max}`;
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.closest("[data-as-of], [data-submit]")) field.form?.requestSubmit();
  });

  // Empty fields stay out of the address.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "get" || form.hasAttribute("hx-get")) return;
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    setTimeout(() => { for (const field of form.elements) field.disabled = false; });
  });

  // The address follows a list that is swapped as one types. htmx leaves the history alone here: going back loads a page.
  document.addEventListener("htmx:after:swap", () => {
    const form = document.querySelector("form[hx-replace-url]");
    if (!form || document.querySelector("dialog[open]")) return;
    const said = [...new FormData(form)].filter(([, value]) => value !== "");
    const query = new URLSearchParams(said).toString();
    history.replaceState(null, "", query ? `${location.pathname}?${query}` : location.pathname);
  });

  const sheet = document.getElementById("sheet");
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-sheet]");
    if (link && sheet && !event.ctrlKey && !event.metaKey && event.button === 0) {
      event.preventDefault();
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
      if (!answer.ok) { location.href = link.href; return; }
      sheet.innerHTML = await answer.text();
      htmx.process(sheet);
      sheet.showModal();
      return;
    }
    if (event.target.closest("[data-close]")) {
      const dialog = event.target.closest("dialog");
      if (dialog) { event.preventDefault(); dialog.close(); }
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent.trim());
      copy.lastChild.textContent = "Copied";
    }
  });

  // A second click on a sent form would be answered from its receipt; the button says that it is under way.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    setTimeout(() => { for (const button of event.target.querySelectorAll("button")) button.disabled = true; });
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const button of document.querySelectorAll("form button")) button.disabled = false;
  });
})();
