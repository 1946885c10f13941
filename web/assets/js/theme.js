// The theme switch without a reload; the server reads the same cookie, so the next page starts in the right theme.
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-switch]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    const now = button.value;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `billfold_theme=${now}; path=/; max-age=31536000; samesite=lax${secure}`;
    document.documentElement.dataset.theme = now;
    button.value = now === "dark" ? "light" : "dark";
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, now === "dark" ? "#sun" : "#moon"));
  });

  const toasts = document.getElementById("toasts");
  for (const toast of toasts ? toasts.children : []) setTimeout(() => toast.remove(), 6000);
  const url = new URL(location.href);
  if (url.searchParams.has("done")) {
    url.searchParams.delete("done");
    history.replaceState(null, "", url);
  }
})();
