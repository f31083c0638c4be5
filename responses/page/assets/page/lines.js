import { tell } from "./keep.js";

// lines sends a form once, however often the button is pressed, and where there
// is no connection as soon as there is one.
export function lines({ form, status, on }) {
  if (!form) return;
  let sent = false, waits = null;
  const button = form.querySelector(".on");
  const mark = (busy) => (busy ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled"));
  on(form, "submit", (e) => {
    if (sent) return e.preventDefault();
    if (navigator.onLine === false) {
      e.preventDefault();
      waits = e.submitter || button;
      return tell(status, "offline");
    }
    sent = true;
    mark(true);
    setTimeout(() => mark((sent = false)), 10000); // a line that was lost meanwhile
  });
  on(window, "online", () => {
    const by = waits;
    waits = null;
    if (status.textContent === status.dataset.offline) status.textContent = "";
    if (by) by.click();
  });
  on(window, "pageshow", () => mark((sent = false)));
}
