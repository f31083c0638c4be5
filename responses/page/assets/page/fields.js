// say gives a word with plural forms for a number, in the page's language.
export function say(forms, n) {
  const words = JSON.parse(forms);
  const { lang } = document.documentElement;
  let form = "other", digits = String(n);
  try {
    form = new Intl.PluralRules(lang).select(n);
    digits = n.toLocaleString(lang, { numberingSystem: "latn" });
  } catch {} // a tag that the browser does not know
  return (words[form] || words.other).replace("{n}", digits);
}

// count says how many characters are left; to screen readers only where the
// writing pauses.
export function count({ form, on, signal }) {
  for (const left of form.querySelectorAll(".left")) {
    const input = left.parentNode.querySelector("[id$='-i']");
    const aloud = document.createElement("p");
    aloud.className = "unseen";
    aloud.setAttribute("role", "status");
    left.after(aloud);
    let timer = 0;
    const go = () => {
      const n = left.dataset.most - [...input.value.replace(/\r\n/g, "\n")].length;
      left.textContent = n < 0 ? "−" + -n + " / " + left.dataset.most : say(left.dataset.forms, n);
      left.style.color = n < 0 ? "var(--bad)" : "";
      clearTimeout(timer);
      if (n < 50) timer = setTimeout(() => (aloud.textContent = left.textContent), 1000);
    };
    on(input, "input", go);
    on(window, "pageshow", go);
    signal.addEventListener("abort", () => clearTimeout(timer));
  }
}

// exclude keeps what excludes others alone, and chooses the own text that
// somebody writes. An own text that is not chosen any more is not sent.
export function exclude({ form, on }) {
  on(form, "change", ({ target: t }) => {
    if (t.type === "checkbox" && t.checked)
      for (const e of form.querySelectorAll(`[name="${t.name}"]:checked`)) if (e !== t && ("exclusive" in t.dataset || "exclusive" in e.dataset)) e.checked = false;
    for (const own of form.querySelectorAll(".own")) {
      const [box, text] = own.querySelectorAll("input");
      if (box.checked) text.value ||= text.dataset.was || "";
      else if (text !== t && text.value) [text.dataset.was, text.value] = [text.value, ""];
    }
  });
  on(form, "input", ({ target: t }) => {
    const own = t.closest(".words") && t.value && t.closest(".own").querySelector(".c input");
    if (own && !own.checked) own.click();
  });
}

// points writes numbers with a point where the page's language has a comma.
export function points({ form, on }) {
  on(form, "change", ({ target: t }) => {
    if (!t.matches(".number") || !/^\s*[+-]?\d*,\d+\s*$/.test(t.value)) return;
    try {
      if ((1.5).toLocaleString(document.documentElement.lang, { numberingSystem: "latn" })[1] === ",") t.value = t.value.replace(",", ".");
    } catch {} // a tag that the browser does not know
  });
}

// sizes tells of a file that is too large before it is sent in vain.
export function sizes({ form, on }) {
  for (const input of form.querySelectorAll("[type=file]")) {
    const told = document.createElement("p");
    told.className = "wrong";
    told.setAttribute("role", "alert");
    told.hidden = true;
    input.before(told);
    on(input, "change", () => {
      const large = input.files[0]?.size > input.dataset.most;
      told.hidden = !large;
      told.textContent = large ? input.dataset.large : "";
      if (large) input.value = "";
    });
  }
}

// unchoose offers to take back an answer to a question that needs none: radios
// cannot be emptied otherwise.
export function unchoose({ form, body, on }) {
  for (const box of form.querySelectorAll('[data-q][role="radiogroup"]')) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "clear";
    button.textContent = form.dataset.clear;
    box.append(button);
    const show = () => (button.hidden = box.getAttribute("aria-required") === "true" || !box.querySelector("input:checked"));
    on(button, "click", () => {
      const chosen = box.querySelector("input:checked");
      chosen.checked = false;
      chosen.focus();
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
    });
    on(form, "change", show);
    on(window, "pageshow", show);
    show();
  }
}
