// Keeps parts of a page up to date. An element with an id and data-live="URL" asks that address every data-every seconds and is
// replaced by the element of the same id in the answer; 204 means that nothing has changed. The element in the answer says
// whether and when to ask again. In a hidden tab nothing is asked; after errors less and less often.
(() => {
  const LEAST_SECONDS = 1;
  const MOST_SECONDS = 60;

  class Part {
    #id;
    #failures = 0;
    #timer;

    constructor(id) {
      this.#id = id;
      this.wait();
    }

    wait() {
      clearTimeout(this.#timer);
      const element = document.getElementById(this.#id);
      if (!element?.dataset.live || document.hidden) return;
      const seconds = Math.max(LEAST_SECONDS, Number(element.dataset.every) || LEAST_SECONDS);
      this.#timer = setTimeout(() => this.ask(), Math.min(MOST_SECONDS, seconds * 2 ** this.#failures) * 1000);
    }

    async ask() {
      clearTimeout(this.#timer);
      const element = document.getElementById(this.#id);
      if (!element?.dataset.live || document.hidden) return;
      try {
        const answer = await fetch(element.dataset.live, { redirect: "manual", headers: { "x-purser-poll": "1" } });
        if (answer.type === "opaqueredirect") {
          // The session has ended: the whole page goes to sign in, and comes back. Not by loading it again: a page that answers
          // a form would be asked to send it once more.
          location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
          return;
        }
        if (!answer.ok) throw new Error(answer.status);
        this.#failures = 0;
        if (answer.status === 200) this.#replace(element, await answer.text());
      } catch {
        this.#failures = Math.min(this.#failures + 1, 6);
      }
      this.wait();
    }

    #replace(element, html) {
      const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(this.#id);
      if (!fresh || !element.isConnected || fresh.isEqualNode(element)) return;
      const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
      const said = element.querySelector("[data-say]")?.textContent.trim();
      element.replaceWith(fresh);
      if (focused) document.getElementById(focused)?.focus();
      const say = fresh.querySelector("[data-say]")?.textContent.trim();
      const region = document.getElementById("said");
      if (region && say && say !== said) region.textContent = say;
    }
  }

  const parts = new Map();
  const watch = () => document.querySelectorAll("[data-live][id]").forEach(({ id }) => {
    if (parts.has(id)) parts.get(id).wait();
    else parts.set(id, new Part(id));
  });
  watch();
  document.addEventListener("htmx:afterSwap", watch);
  document.addEventListener("visibilitychange", () => parts.forEach(part => document.hidden ? part.wait() : part.ask()));
})();
