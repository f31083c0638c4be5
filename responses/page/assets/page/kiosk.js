import { say } from "./fields.js";
import { address, begun, data, tell } from "./keep.js";

const kept = "waymark-kiosk"; // the hand-in that waits for a connection
const warn = 20; // seconds before a page that was begun is given up
let home = true; // whether the start stands there, and nobody's page
const fresh = 15 * 60; // seconds after which an untouched start is fetched anew

// kiosk keeps a screen that many people use at work: no step leaves the
// document, so that a lost connection never ends at a page of the browser; what
// was handed in meanwhile is kept and sent. It starts again behind the end, and
// where somebody went away.
export function kiosk({ body, form, status, on, signal, replace }) {
  const begin = body.dataset.home;
  const patience = +body.dataset.kiosk;
  let touched = Date.now(), busy = false, wait = 2;
  const opened = Date.now();
  const pause = (s) => new Promise((done) => setTimeout(done, s * 1000));
  const since = () => (Date.now() - touched) / 1000;

  const write = (v) => {
    try {
      v ? localStorage.setItem(kept, JSON.stringify(v)) : localStorage.removeItem(kept);
    } catch {} // then it is kept in memory alone
  };

  // load asks until there is an answer that can be shown.
  async function load(url, options, patient) {
    busy = true;
    for (;;) {
      try {
        const r = await fetch(url, options);
        if (r.status < 500 && r.status !== 429) {
          const text = await r.text();
          if (signal.aborted) return;
          busy = false;
          return text;
        }
      } catch {} // no connection
      if (signal.aborted) return;
      if (patient) tell(status, "offline");
      await pause((wait = Math.min(wait * 1.5, 15)));
      if (signal.aborted) return;
    }
  }

  async function start(quiet) {
    if (busy) return;
    const text = await load(begin, { cache: "no-store" }, !quiet);
    if (text === undefined) return;
    home = true;
    replace(text);
  }

  async function send(pending, body) {
    const text = await load(pending.url, { method: "POST", body }, true);
    if (text === undefined) return;
    write(null);
    busy = false;
    if (since() > patience || pending.left) return start();
    home = false;
    replace(text);
  }

  if (form) {
    on(form, "submit", (e) => {
      e.preventDefault();
      if (busy) return;
      const files = form.enctype === "multipart/form-data";
      const fields = files ? new FormData(form) : data(form);
      if (e.submitter?.name) fields.append(e.submitter.name, e.submitter.value);
      const pending = { url: address(form), body: files ? "" : String(fields) };
      if (!files) write(pending);
      send(pending, fields);
    });
  }
  on(document, "click", (e) => {
    const a = e.target.closest?.("a[href]");
    if (!a || a.getAttribute("href").startsWith("#")) return;
    e.preventDefault();
    if (a.origin !== location.origin || busy) return;
    load(a.href, {}, true).then((text) => {
      if (text === undefined) return;
      home = a.href === new URL(begin, location).href;
      replace(text);
    });
  });
  for (const type of ["pointerdown", "keydown", "touchstart", "wheel"])
    on(window, type, () => {
      touched = Date.now();
      if (form && !busy && status.dataset.soon) status.textContent = status.dataset.soon = "";
    }, { capture: true, passive: true });

  // A screen that slept begins where everybody begins.
  on(document, "visibilitychange", () => !document.hidden && since() > patience && start(true));

  const beat = setInterval(() => {
    if (busy || document.hidden) return;
    const left = Math.ceil(patience - since());
    if (home && form && !begun(form)) {
      if ((Date.now() - opened) / 1000 > fresh && since() > warn) start(true);
      return;
    }
    if (left <= 0) return start(true);
    if (left <= warn) {
      const words = say(body.dataset.soon, left);
      status.dataset.soon = "1";
      status.classList.add("strong");
      // Once aloud, then in silence.
      status.setAttribute("aria-live", status.textContent ? "off" : "polite");
      status.textContent = words;
    } else status.removeAttribute("aria-live");
  }, 1000);
  signal.addEventListener("abort", () => clearInterval(beat));

  // What a broken screen or a restart left behind.
  let left = null;
  try {
    left = JSON.parse(localStorage.getItem(kept));
  } catch {} // nothing
  if (left?.url && left.body) send({ ...left, left: true }, new URLSearchParams(left.body));
}
