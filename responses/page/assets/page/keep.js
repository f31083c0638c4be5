// data gives what a form would send, without files: those are sent once, with the form.
export function data(form, more) {
  const out = new URLSearchParams();
  for (const [name, v] of new FormData(form)) if (typeof v === "string") out.append(name, v);
  for (const name in more) out.set(name, more[name]);
  return out;
}

// begun tells whether anything is answered.
export function begun(form) {
  return [...form.querySelectorAll("[data-q] :is(input,select,textarea)")].some((e) => !e.disabled && (e.type === "radio" || e.type === "checkbox" ? e.checked : e.value.trim()));
}

// address is where a form goes; form.action is a field where a question is called so.
export const address = (form) => form.getAttribute("action");

export const post = (form, body, options) => fetch(address(form), { method: "POST", body, ...options });

// renew takes the ticket that the server gave for the one the page has.
async function renew(form, response) {
  const { ticket } = await response.json();
  if (ticket) form.elements["wm-ticket"].value = ticket;
}

// autosave sends what was answered so far while the rest is being written: what
// a person changed, not what the link chose, nor what a scanner's scripts do.
export function autosave({ form, status, on, body, signal }) {
  const all = () => data(form, { "wm-ticket": "" }).toString();
  const first = all();
  let timer = 0, last = first;
  const go = async () => {
    const now = all();
    if (now === last || (last === first && !begun(form)) || navigator.userActivation?.hasBeenActive === false) return;
    try {
      const r = await post(form, data(form, { "wm-autosave": "1" }));
      if (signal.aborted || !r.ok) return;
      last = now;
      await renew(form, r);
      store(body.dataset.resume, form);
      tell(status, "saved");
    } catch {
      tell(status, "offline");
      timer = setTimeout(go, 5000);
    }
  };
  const later = (wait) => (clearTimeout(timer), (timer = setTimeout(go, wait)));
  on(form, "change", () => later(800));
  on(form, "input", () => later(3000));
  on(window, "online", () => later(0));
  on(form, "submit", () => clearTimeout(timer));
  signal.addEventListener("abort", () => clearTimeout(timer));
}

// tell says one of the words that the status brings along.
export function tell(status, word) {
  if (status && status.dataset[word]) {
    status.textContent = status.dataset[word];
    status.classList.toggle("strong", word !== "saved");
  }
}

const attempt = (f) => {
  try {
    return f();
  } catch {} // a browser may keep nothing
};
const store = (key, form) => key && attempt(() => localStorage.setItem(key, form.elements["wm-ticket"].value));

// keep remembers the visit of an open link after its first answer, goes on
// where it stopped, and forgets it at the end.
export async function keep({ form, body, on, replace, signal }) {
  const key = body.dataset.resume;
  if (!form) return attempt(() => localStorage.removeItem(key));
  let touched = false;
  const here = key + ":here";
  on(form, "change", () => (touched = true));
  on(form, "submit", () => {
    if (begun(form)) store(key, form);
    attempt(() => sessionStorage.setItem(here, "1"));
  });
  // A page that the visit itself led to, by a step or in another language, is
  // where it stands already; an address that says so may be a stranger's.
  for (const a of document.querySelectorAll(".lang a")) on(a, "click", () => attempt(() => sessionStorage.setItem(here, "1")));
  const led = attempt(() => sessionStorage.getItem(here));
  attempt(() => sessionStorage.removeItem(here));
  const kept = attempt(() => localStorage.getItem(key));
  if (led) {
    if (kept) store(key, form);
    return;
  }
  if (!kept || begun(form)) return;
  const ask = new URLSearchParams({ "wm-resume": "1", "wm-ticket": kept });
  try {
    const r = await post(form, ask);
    if (signal.aborted || touched) return;
    if (r.ok) {
      attempt(() => sessionStorage.setItem(here, "1"));
      replace(await r.text());
    } else if (r.status < 500 && r.status !== 429) attempt(() => localStorage.removeItem(key));
  } catch {} // without a connection the survey begins anew
}

// live sends the one vote of a one-click link when a person shows: events that
// no script can make, and no scrolling, which scripts can cause. What is sent
// is what the link chose, whatever was touched first. A page that is loaded again
// goes on with the visit that voted.
export function live({ form, status, on, body, signal }) {
  const vote = data(form, { "wm-sign": "1" });
  const key = body.dataset.resume;
  let sent = false;
  const go = async (e) => {
    if (!e.isTrusted || sent) return;
    sent = true;
    const kept = key && attempt(() => localStorage.getItem(key));
    if (kept) vote.set("wm-kept", kept);
    try {
      const r = await post(form, vote, { keepalive: true });
      if (!r.ok || signal.aborted) return;
      await renew(form, r);
      store(key, form);
      tell(status, "noted");
    } catch {
      setTimeout(() => (sent = false), 2000);
    }
  };
  for (const type of ["pointermove", "pointerdown", "touchstart", "keydown", "wheel"]) on(window, type, go, { capture: true, passive: true });
}
