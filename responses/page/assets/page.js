// What a survey's page does besides sending a form: nothing here is needed to
// answer. Every part finds what it works on in the document, and ends with it.
import { follow } from "./page/follow.js";
import { count, exclude, points, sizes, unchoose } from "./page/fields.js";
import { places } from "./page/places.js";
import { autosave, keep, live } from "./page/keep.js";
import { lines } from "./page/lines.js";
import { kiosk } from "./page/kiosk.js";

let end = new AbortController();

// open sets the document that stands now to work.
function open() {
  end.abort();
  end = new AbortController();
  const { body } = document;
  const page = { body, form: document.querySelector("form"), status: document.querySelector(".say"), signal: end.signal, replace };
  page.on = (target, type, f, options) => target.addEventListener(type, f, { signal: end.signal, ...options });
  const { form } = page;
  if (form) {
    points(page); // before what reads the numbers
    exclude(page);
    follow(page);
    count(page);
    unchoose(page);
    sizes(page);
    places(page);
    if (form.dataset.autosave !== undefined) autosave(page);
    if (form.dataset.sign !== undefined) live(page);
  }
  if (body.dataset.kiosk) kiosk(page);
  else {
    lines(page);
    if (body.dataset.resume) keep(page);
  }
  const chooser = document.querySelector("details.lang");
  if (chooser) {
    page.on(document, "click", (e) => chooser.contains(e.target) || (chooser.open = false));
    page.on(chooser, "keydown", (e) => {
      if (e.key !== "Escape" || !chooser.open) return;
      chooser.open = false;
      chooser.firstChild.focus();
    });
  }
  document.querySelector(".alert")?.focus();
}

// replace shows a document that was fetched in place of this one.
function replace(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const root = document.documentElement;
  for (const { name } of [...root.attributes]) root.removeAttribute(name);
  for (const { name, value } of next.documentElement.attributes) root.setAttribute(name, value);
  document.title = next.title;
  document.body.replaceWith(document.adoptNode(next.body));
  scrollTo(0, 0);
  open();
}

open();
