import { walk } from "../../../../surveys/logic/logic.js";

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

// read gives what the fields of a question make of an answer, as JSON has it.
export function read(box) {
  const id = box.dataset.q;
  const all = [...box.querySelectorAll("input,select,textarea")];
  const named = (name) => all.filter((e) => e.name === name);
  const checked = (name) => named(name).filter((e) => e.checked).map((e) => e.value);
  const first = checked(id)[0];
  const input = named(id)[0];
  const text = input && input.type !== "radio" ? input.value.trim() : first;
  switch (box.dataset.as) {
    case "number":
      return text ? (numeric.test(text) ? +text : text) : undefined;
    case "list":
      return checked(id);
    case "true":
      return first ? true : undefined;
    case "file":
      return text || box.querySelector(".kept") ? { id: "fil_" } : undefined;
    case "rows":
    case "lists":
    case "places": {
      const out = Object.create(null);
      for (const e of all) {
        if (e.type === "radio" || e.type === "checkbox" ? !e.checked : !e.value) continue;
        const part = e.name.slice(id.length + 1);
        if (box.dataset.as === "lists") (out[part] ||= []).push(e.value);
        else out[part] = e.value;
      }
      if (box.dataset.as !== "places") return out;
      const list = Object.keys(out).sort((a, b) => out[a] - out[b]);
      return list.length === box.querySelectorAll("li").length ? list : undefined;
    }
  }
  return text || undefined;
}

// own reads what an object holds itself: ids may be called "constructor".
const own = (o, name) => (o && Object.prototype.hasOwnProperty.call(o, name) ? o[name] : undefined);

// value gives an answer, or a part of it, to expressions.
export function value(answer, part) {
  if (answer === undefined || answer === null) return null;
  if (Array.isArray(answer)) return part ? null : answer.map((a) => (typeof a === "object" ? "other" : a));
  if (typeof answer !== "object") return part ? null : answer;
  if (part) return value(own(answer, part), "");
  if ("other" in answer && Object.keys(answer).length === 1) return "other";
  return { parts: String(answer.id).startsWith("fil_") ? 1 : Object.keys(answer).length }; // a file is one thing
}

// follow shows and hides questions as the survey's logic says while the answers
// before them change. What is hidden is not sent.
export function follow({ form, on }) {
  if (!form.dataset.flow) return;
  const { flow, answers = {}, properties, contact } = JSON.parse(form.dataset.flow);
  const boxes = new Map([...form.querySelectorAll("[data-q]")].map((b) => [b.dataset.q, b]));
  const mark = document.createElement("input");
  Object.assign(mark, { type: "hidden", name: "wm-script", value: "1" });
  form.prepend(mark);
  const outside = (name) => {
    const at = name.indexOf(".");
    return own({ property: properties, contact }[name.slice(0, at)], name.slice(at + 1)) ?? null;
  };
  const go = () => {
    const now = flow.q.map(({ id }) => (boxes.has(id) ? read(boxes.get(id)) : own(answers, id)));
    const { shown, required } = walk(flow, (i, part) => value(now[i], part), outside);
    flow.q.forEach(({ id }, i) => boxes.has(id) && show(boxes.get(id), shown[i], required[i]));
  };
  on(form, "input", go);
  on(form, "change", go);
  on(window, "pageshow", go);
  go();
}

function show(box, shown, required) {
  box.hidden = !shown;
  if (box.nodeName === "FIELDSET") box.disabled = !shown;
  else for (const e of box.querySelectorAll("input,textarea")) e.disabled = !shown;
  const optional = box.querySelector("small");
  if (optional) optional.hidden = required;
  const group = box.getAttribute("role") ? [box] : [...box.querySelectorAll("[role=radiogroup]")];
  for (const g of group) required ? g.setAttribute("aria-required", "true") : g.removeAttribute("aria-required");
  for (const e of box.querySelectorAll('[id$="-i"]')) e.required = required;
}
