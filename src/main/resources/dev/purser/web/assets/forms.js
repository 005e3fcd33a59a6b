// What pages do better with a script than without; without one every form still works.
(() => {
  // What has changed is said aloud: the region stands in the page before its text does.
  document.addEventListener("htmx:afterSwap", event => {
    const said = event.detail.elt.querySelector?.("[data-say]");
    const region = document.getElementById("said");
    if (said && region) region.textContent = said.textContent.trim();
  });

  // Focus stays where it was, or goes to where one carries on: a button that is off while its form is on its way loses it.
  let focused = null;
  document.addEventListener("htmx:beforeRequest", () => {
    focused = document.activeElement === document.body ? null : document.activeElement;
  });
  document.addEventListener("htmx:afterSettle", event => {
    if (!focused || document.activeElement !== document.body) return;
    const part = document.getElementById(event.detail.target.id);
    const next = document.getElementById(focused.id) ?? part?.querySelector("[data-focus]") ?? part?.querySelector("a, button");
    next?.focus();
    focused = null;
  });

  // What was pressed came to nothing: what was typed stays, and the visitor is told why.
  const trouble = document.getElementById("trouble");
  const [title, sentence, again] = trouble.querySelectorAll("b, span, a");
  const unreached = [title.textContent, sentence.textContent];
  const tell = ([what, why], loadAgain) => {
    title.textContent = what;
    sentence.textContent = why;
    again.hidden = !loadAgain;
    again.href = location.pathname + location.search;
    trouble.hidden = false;
  };
  document.addEventListener("htmx:sendError", () => tell(unreached, false));
  document.addEventListener("htmx:timeout", () => tell(unreached, false));
  document.addEventListener("htmx:beforeOnLoad", () => { trouble.hidden = true; });

  // An answer without the part that was to be renewed: a sentence, another page, or nothing of ours.
  document.addEventListener("htmx:beforeSwap", event => {
    const { target, xhr } = event.detail;
    if (!event.detail.shouldSwap || (target.id && xhr.responseText.includes(`id="${target.id}"`))) return;
    const main = new DOMParser().parseFromString(xhr.responseText, "text/html").getElementById("main");
    if (main && !main.hasAttribute("data-message")) {
      Object.assign(event.detail, { target: document.getElementById("main"), selectOverride: "#main", swapOverride: "outerHTML" });
      return;
    }
    event.detail.shouldSwap = false;
    if (main) tell([`${main.querySelector("h1").textContent}.`, main.querySelector("p").textContent], true);
    else tell(unreached, false);
  });

  // A form that takes its visitor to another page is sent once: a double click's second half would lose the first's answer.
  const sent = new WeakSet();
  document.addEventListener("submit", event => {
    if (event.target.method !== "post" || event.target.hasAttribute("hx-post")) return;
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
  });
  addEventListener("pageshow", event => {
    if (event.persisted) document.querySelectorAll("form").forEach(form => sent.delete(form));
  });

  // A menu closes when its visitor turns to something else.
  const closeMenus = except => document.querySelectorAll("details.pop[open]").forEach(menu => {
    if (!menu.contains(except)) menu.open = false;
  });
  document.addEventListener("click", event => closeMenus(event.target));
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") closeMenus(null);
  });

  // Browsers give the clipboard to https and to this machine alone; elsewhere what is selected can be copied.
  const copied = async source => {
    if (navigator.clipboard) {
      try {
        await navigator.clipboard.writeText(source.textContent);
        return true;
      } catch {
        // The visitor does not allow it: what is selected can still be copied.
      }
    }
    getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  };

  // Copies the text of the element that the button names, and says so in the button.
  document.addEventListener("click", async event => {
    const button = event.target.closest?.("button[data-copy]");
    if (!button) return;
    const words = button.querySelector("[data-copy-words]");
    words.dataset.before ??= words.textContent;
    words.textContent = await copied(document.getElementById(button.dataset.copy)) ? "Copied" : "Press Ctrl+C";
    const region = document.getElementById("said");
    if (region) region.textContent = words.textContent;
    setTimeout(() => { words.textContent = words.dataset.before; }, 2000);
  });
})();
