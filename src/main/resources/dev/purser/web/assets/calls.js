// The list of calls, live: asks every two seconds what has come since. What is read or pointed at never moves: new calls enter
// by themselves only while the list is seen from its top and no pointer is over it; else a button says how many there are. If
// there are more than it can enter without a gap, the list is loaded anew. Calls that were running are brought up to date where
// they stand. In a hidden tab, and while it is paused, nothing is asked.
(() => {
  const EVERY_MILLIS = 2000;
  const MOST_MILLIS = 4000; // While Purser is not reached, so that the list is up to date soon after it is back.
  const MOST_ROWS = 200;
  const MOST_ASKED = 37;
  const MOST_WAITING = 50;
  const PAUSED = "purser-calls-paused";

  const log = document.getElementById("log");
  if (!log?.dataset.newer) return;
  const pause = document.getElementById("live-pause");
  const state = document.getElementById("live-state");
  const words = state.querySelector("[data-live-words]");
  const banner = document.getElementById("log-waiting");
  const older = document.getElementById("log-older");
  const waiting = new Map();
  let more = false; // Whether there are new calls besides those that wait.
  let pointed = false;
  let leaving = false;
  let asked = "";
  let after = log.dataset.after;
  let failures = 0;
  let timer;

  const paused = () => pause.getAttribute("aria-pressed") === "true";

  const show = () => {
    pause.hidden = state.hidden = false;
    state.classList.toggle("is-paused", paused());
    words.textContent = paused() ? "Paused" : failures > 0 ? "Not reached" : "Live";
    banner.hidden = waiting.size === 0 && !more;
    if (!banner.hidden) {
      const many = more ? `${MOST_WAITING}+` : waiting.size;
      const text = `${many} new ${waiting.size === 1 && !more ? "call" : "calls"}`;
      const place = banner.querySelector("span");
      if (place.textContent !== text) place.textContent = text;
    }
  };

  const leave = address => {
    leaving = true;
    location.assign(address);
  };

  // Seen from the top, with nobody at work in it.
  const atTop = () => window.scrollY <= log.getBoundingClientRect().top + window.scrollY
    && !document.getElementById("log-rows")?.contains(document.activeElement);

  // Those that were running, the newest first, as many as an address can name: each time the next ones.
  const running = () => {
    const rows = [...log.querySelectorAll("tr[data-open]"), ...[...waiting.values()].map(({ row }) => row).filter(row => row.hasAttribute("data-open"))];
    const ids = rows.map(row => row.dataset.call).sort().reverse();
    const turn = [...ids.filter(id => id < asked), ...ids.filter(id => id >= asked)].slice(0, MOST_ASKED);
    asked = turn.at(-1) ?? "";
    return turn;
  };

  // Cell by cell, so that what stays the same is not touched.
  const update = (row, fresh) => {
    row.toggleAttribute("data-open", fresh.hasAttribute("data-open"));
    [...row.cells].forEach((cell, i) => {
      const other = fresh.cells[i];
      if (other && !cell.isEqualNode(other)) {
        const focused = cell.contains(document.activeElement) ? document.activeElement.id : "";
        cell.replaceWith(other.cloneNode(true));
        if (focused) document.getElementById(focused)?.focus();
      }
    });
  };

  const dayOf = row => {
    let other = row;
    while (other && !other.classList.contains("log-day")) other = other.previousElementSibling;
    return other;
  };

  // Enters a row where its identifier belongs: the newest first, under the head of its day.
  const enter = ({ row, day }) => {
    const body = document.getElementById("log-rows");
    if (!document.getElementById(day.id)) {
      const next = [...body.querySelectorAll(".log-day")].find(head => head.id < day.id);
      body.insertBefore(day.cloneNode(true), next ?? null);
    }
    let place = document.getElementById(day.id).nextElementSibling;
    while (place?.dataset.call && place.dataset.call > row.dataset.call) place = place.nextElementSibling;
    row.classList.add("log-new");
    body.insertBefore(row, place);
  };

  const trim = () => {
    const body = document.getElementById("log-rows");
    const rows = [...body.querySelectorAll(".log-row")];
    const surplus = rows.slice(MOST_ROWS);
    if (surplus.length === 0) return;
    surplus.forEach(row => row.remove());
    body.querySelectorAll(".log-day").forEach(head => {
      if (!head.nextElementSibling?.dataset.call) head.remove();
    });
    if (older) {
      older.hidden = false;
      const url = new URL(older.href);
      url.searchParams.set("before", rows[MOST_ROWS - 1].dataset.call);
      older.href = url.pathname + url.search;
    }
  };

  const enterAll = () => {
    if (more || !document.getElementById("log-rows")) {
      leave(banner.href);
      return;
    }
    [...waiting.values()].forEach(enter);
    waiting.clear();
    trim();
    show();
  };

  // Not what is on an older page, though it may have been made just now.
  const belongs = id => !older || older.hidden || id > [...log.querySelectorAll(".log-row")].at(-1).dataset.call;

  // What enters by being loaded anew would take the focus, and half-set filters, from whoever is at work on the page.
  const enterIfUnread = () => {
    const anew = more || !document.getElementById("log-rows");
    if ((waiting.size > 0 || more) && !paused() && !leaving && !pointed && atTop() && (!anew || document.activeElement === document.body)) enterAll();
  };

  const take = html => {
    const news = new DOMParser().parseFromString(html, "text/html");
    if (news.querySelector("[data-more]")) more = true;
    news.querySelectorAll(".log-row").forEach(fresh => {
      const id = fresh.dataset.call;
      const row = document.getElementById(`call-${id}`);
      if (id > after) after = id;
      if (row) update(row, fresh);
      else if (waiting.has(id) || (!more && belongs(id))) waiting.set(id, { row: fresh, day: dayOf(fresh) });
      if (waiting.size > MOST_WAITING) more = true;
    });
  };

  const ask = async () => {
    clearTimeout(timer);
    if (paused() || leaving || document.hidden) return;
    try {
      const url = new URL(log.dataset.newer, location.href);
      url.searchParams.set("after", after);
      const open = running();
      if (open.length > 0) url.searchParams.set("open", open.join(","));
      const answer = await fetch(url, { redirect: "manual", headers: { "x-purser-poll": "1" } });
      if (answer.type === "opaqueredirect") {
        // The session has ended.
        leave(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      const html = answer.status === 200 ? await answer.text() : "";
      failures = 0;
      if (html && !paused()) take(html);
      enterIfUnread();
    } catch {
      failures = Math.min(failures + 1, 6);
    }
    show();
    again();
  };

  const again = () => {
    clearTimeout(timer);
    if (!paused() && !leaving && !document.hidden) timer = setTimeout(ask, Math.min(MOST_MILLIS, EVERY_MILLIS * 2 ** failures));
  };

  pause.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(!paused()));
    sessionStorage.setItem(PAUSED, String(paused()));
    show();
    if (!paused()) ask();
  });
  banner.addEventListener("click", event => {
    event.preventDefault();
    enterAll();
    log.scrollIntoView({ block: "start" });
    log.querySelector(".log-row a")?.focus({ preventScroll: true });
  });
  log.addEventListener("pointerover", ({ pointerType, target }) => {
    const before = pointed;
    pointed = pointerType !== "touch" && target.closest("#log-rows, #log-waiting") !== null;
    if (before && !pointed) enterIfUnread();
  });
  log.addEventListener("pointerleave", () => {
    pointed = false;
    enterIfUnread();
  });
  document.addEventListener("visibilitychange", () => {
    leaving = false; // It is seen again: as it was, if a browser kept it.
    if (document.hidden) clearTimeout(timer);
    else ask();
  });

  pause.setAttribute("aria-pressed", String(sessionStorage.getItem(PAUSED) === "true"));
  show();
  again();
})();
