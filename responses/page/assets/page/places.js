const arrows = { up: "M5 12l5-5 5 5", down: "M5 8l5 5 5-5" };

// places adds buttons that move what is ranked up and down, and keeps the
// places right however they were chosen: the list stands in its order.
export function places({ form, on, status }) {
  for (const list of form.querySelectorAll(".places")) {
    const rows = () => [...list.children];
    const select = (row) => row.querySelector("select");
    const number = (row) => +select(row).value || Infinity;
    const tell = (row) => (status.textContent = select(row).getAttribute("aria-label") + ": " + select(row).value);
    // What has a place stands before what has none.
    const sort = () => list.append(...rows().map((r, i) => [r, i]).sort((a, b) => (number(a[0]) - number(b[0]) || 0) || a[1] - b[1]).map(([r]) => r));
    const settle = (row, focus) => {
      sort();
      focus.focus();
      tell(row);
      list.dispatchEvent(new Event("change", { bubbles: true }));
    };
    for (const row of rows()) {
      const buttons = document.createElement("span");
      buttons.className = "moves";
      for (const way of ["up", "down"]) {
        const b = document.createElement("button");
        b.type = "button";
        b.setAttribute("aria-label", row.dataset[way]);
        b.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${arrows[way]}"/></svg>`;
        on(b, "click", () => {
          const order = rows();
          const at = order.indexOf(row);
          const to = Math.min(Math.max(at + (way === "up" ? -1 : 1), 0), order.length - 1);
          order.splice(to, 0, order.splice(at, 1)[0]);
          order.forEach((r, i) => (select(r).value = i + 1));
          settle(row, b);
        });
        buttons.append(b);
      }
      row.append(buttons);
      let before = select(row).value;
      on(select(row), "focus", () => (before = select(row).value));
      on(select(row), "change", (e) => {
        const s = select(row);
        // Who held the place takes the one that is free now.
        for (const r of rows()) if (r !== row && s.value && select(r).value === s.value) select(r).value = before;
        const open = rows().filter((r) => !select(r).value);
        if (s.value && open.length === 1) {
          const taken = new Set(rows().map((r) => select(r).value));
          select(open[0]).value = rows().findIndex((_, i) => !taken.has(String(i + 1))) + 1;
        }
        before = s.value;
        e.stopPropagation();
        settle(row, s);
      });
    }
    sort();
  }
}
