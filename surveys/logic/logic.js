// evaluate computes an expression of package logic (see json.go) with value(name)
// giving null, a number, a text, a boolean, or a list of option ids. A record is
// {parts: n}. It agrees with eval.go on every case of testdata/cases.json.
export function evaluate(node, value) {
  if (!Array.isArray(node)) return node;
  const [op, ...args] = node;
  if (op === "$") return present(value(args[0]));
  if (op === "and" || op === "or") return logical(op === "or", args, value);
  if (op === "answered") return evaluate(args[0], value) !== null;
  if (op === "count") return size(evaluate(args[0], value));
  if (op === "in") return member(args[0], args[1], value);
  const v = [];
  for (const a of args) {
    const e = evaluate(a, value);
    if (e === null) return null;
    v.push(e);
  }
  const [a, b] = v;
  switch (op) {
    case "not": return typeof a === "boolean" ? !a : null;
    case "==": return a === b;
    case "!=": return a !== b;
    case "<": return a < b;
    case "<=": return a <= b;
    case ">": return a > b;
    case ">=": return a >= b;
    case "neg": return number(-a);
    case "round": return number(Math.sign(a) * Math.floor(Math.abs(a)) + Math.sign(a) * (Math.abs(a) % 1 >= 0.5 ? 1 : 0));
    case "min": return number(Math.min(...v));
    case "max": return number(Math.max(...v));
    case "+": return number(a + b);
    case "-": return number(a - b);
    case "*": return number(a * b);
    case "/": return number(a / b);
  }
  return null;
}

const present = (v) => v === undefined || (Array.isArray(v) && !v.length) || (v && v.parts === 0) ? null : v;
const number = (f) => (Number.isFinite(f) ? f + 0 : null);
const size = (v) => (v === null ? 0 : Array.isArray(v) ? v.length : v.parts || 1);

function logical(decides, args, value) {
  let unknown = false;
  for (const a of args) {
    const v = evaluate(a, value);
    if (typeof v !== "boolean") unknown = true;
    else if (v === decides) return v;
  }
  return unknown ? null : !decides;
}

function member(left, right, value) {
  const v = evaluate(left, value);
  if (v === null) return null;
  if (right[0] !== "[") {
    const list = evaluate(right, value);
    return list === null ? null : list.includes(v);
  }
  let unknown = false;
  for (const a of right.slice(1)) {
    const e = evaluate(a, value);
    if (e === null) unknown = true;
    else if (e === v) return true;
  }
  return unknown ? null : false;
}

// walk follows the answers through a flow (see json.go), as walk.go does.
// answer(i, part) gives the answer to question i or a part of it, outside(name)
// what property.… and contact.… are; both null where there is nothing.
export function walk(flow, answer, outside) {
  const shown = flow.q.map(() => false);
  const required = flow.q.map(() => false);
  const index = new Map(flow.q.map((q, i) => [q.id, i]));
  const values = new Map(flow.c || []);
  const known = new Map();
  const value = (name) => {
    const dot = name.indexOf(".");
    const first = dot < 0 ? name : name.slice(0, dot);
    const rest = dot < 0 ? "" : name.slice(dot + 1);
    if (dot >= 0 && (first === "property" || first === "contact")) return outside(name);
    if (dot >= 0 && first === "calc") {
      if (!known.has(rest)) known.set(rest, values.has(rest) ? evaluate(values.get(rest), value) : null);
      return known.get(rest);
    }
    return shown[index.get(first)] ? answer(index.get(first), rest) : null;
  };
  let next = 0;
  flow.q.forEach((q, i) => {
    if (i < next || (q.show !== undefined && evaluate(q.show, value) !== true)) return;
    required[i] = !!q.req || (q.reqif !== undefined && evaluate(q.reqif, value) === true);
    shown[i] = true;
    const jump = (q.jump || []).find(([when]) => evaluate(when, value) === true);
    if (jump) next = jump[1];
  });
  const calculated = {};
  for (const [id] of flow.c || []) {
    const v = value("calc." + id);
    if (v !== null) calculated[id] = v;
  }
  return { shown, required, calculated };
}
