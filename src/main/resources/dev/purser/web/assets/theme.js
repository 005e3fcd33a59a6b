// Runs before anything is drawn: without a choice of the visitor's the page follows the system, from the first frame on.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted"); // What only pages without scripts need is hidden from here on.
  if (root.dataset.bsTheme) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  follow();
  dark.addEventListener("change", follow);
})();
