// Keeps parts of a page up to date. An element with an id and data-live="URL" asks that address every data-every seconds and is
// replaced by the element of the same id in the answer; 204 means that nothing has changed. The element in the answer says
// whether and when to ask again. In a hidden tab nothing is asked. While no good answer comes the element says so, and is asked
// for a little less often, so that it is up to date soon after the server is back.
(() => {
  const LEAST_SECONDS = 1;
  const MOST_SECONDS = 60;
  const MOST_SECONDS_UNREACHED = 4;
  const PATIENCE_MILLIS = 10000;

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
      const wait = this.#failures > 0 ? Math.min(MOST_SECONDS_UNREACHED, seconds * 2 ** this.#failures) : Math.min(MOST_SECONDS, seconds);
      this.#timer = setTimeout(() => this.ask(), wait * 1000);
    }

    async ask() {
      clearTimeout(this.#timer);
      const element = document.getElementById(this.#id);
      if (!element?.dataset.live || document.hidden) return;
      try {
        const answer = await fetch(element.dataset.live, {
          redirect: "manual", headers: { "x-purser-poll": "1" }, signal: AbortSignal.timeout(PATIENCE_MILLIS)
        });
        if (answer.type === "opaqueredirect") {
          // The session has ended: the whole page goes to sign in, and comes back. Not by loading it again: a page that answers
          // a form would be asked to send it once more.
          location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
          return;
        }
        if (!answer.ok) throw new Error(answer.status);
        const html = answer.status === 200 ? await answer.text() : null;
        this.#failures = 0;
        this.#reached(true);
        if (html !== null) this.#replace(element, html);
      } catch {
        this.#failures = Math.min(this.#failures + 1, 6);
        this.#reached(false);
      }
      this.wait();
    }

    // What no longer moves must not look as if it did.
    #reached(yes) {
      const element = document.getElementById(this.#id);
      if (!element || element.classList.contains("is-unreached") === !yes) return;
      element.classList.toggle("is-unreached", !yes);
      if (yes) {
        element.querySelector(":scope > .unreached")?.remove();
      } else {
        const note = document.createElement("p");
        note.className = "unreached";
        note.setAttribute("role", "status");
        const words = document.createElement("b");
        words.textContent = "Not reached.";
        note.append(words, " This is as Purser last said it, and is asked for again every few seconds.");
        element.prepend(note);
      }
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
