// Runs before anything is drawn: without a choice of the visitor's the page follows the system, from the first frame on.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted"); // What only pages without scripts need is hidden from here on.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  if (!root.dataset.bsTheme) {
    follow();
    dark.addEventListener("change", follow);
  }

  // What is chosen is seen at once, and the page stays as it is; its form tells the server beside it.
  document.addEventListener("submit", ({ target, submitter }) => {
    if (submitter?.name !== "theme") return;
    dark.removeEventListener("change", follow);
    root.dataset.bsTheme = submitter.value;
    // The button that was pressed is gone: the other one stands in its place.
    [...target.elements].find(({ name, value }) => name === "theme" && value !== submitter.value).focus();
  });
})();
