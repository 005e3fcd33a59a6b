// Keeps parts of a page up to date: an element with data-live asks that address every data-every seconds, and is replaced by
// the element of the same id in the answer; 204 says that nothing is new. Nobody asks for a page that nobody sees.
(() => {
  const slowest = 60;
  const watched = new WeakSet();

  const watch = element => {
    if (watched.has(element)) return;
    watched.add(element);
    const usual = Math.max(1, Number(element.dataset.every) || 2);
    let pause = usual;
    const next = () => setTimeout(ask, pause * 1000);
    const ask = async () => {
      if (!element.isConnected) return;
      if (document.hidden) {
        document.addEventListener("visibilitychange", ask, { once: true });
        return;
      }
      try {
        const answer = await fetch(element.dataset.live, { headers: { accept: "text/html" } });
        if (answer.status === 200 && !answer.redirected) {
          const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(element.id);
          if (made) {
            element.replaceWith(document.adoptNode(made));
            if (made.dataset.live) watch(made);
          }
          return;
        }
        if (answer.redirected) return; // The session has ended.
        pause = answer.status === 204 ? usual : Math.min(slowest, pause * 2);
      } catch {
        pause = Math.min(slowest, pause * 2);
      }
      next();
    };
    next();
  };

  const watchAll = () => document.querySelectorAll("[data-live]").forEach(watch);
  watchAll();
  document.addEventListener("htmx:afterSwap", watchAll);
})();
