"use strict";
(() => {
  const FIRST = 100;
  const table = document.getElementById("runs"), body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells], form = document.getElementById("filters");
  const search = document.getElementById("search"), more = document.getElementById("more");
  const lists = [...form.querySelectorAll("select")];
  const column = (key) => headings.findIndex((heading) => heading.dataset.key === key);
  const rows = [...body.rows].map((element) => {
    const cells = [...element.cells];
    const keys = cells.map((cell) => ("v" in cell.dataset ? (cell.dataset.v === "" ? null : Number(cell.dataset.v))
      : cell.textContent));
    return { element, keys, text: cells.map((cell) => cell.textContent).join(" ").toLowerCase() };
  });
  let order = rows.slice(), limit = FIRST;

  function compare(one, other, sign) {
    if (one === null || other === null) return (one === null) - (other === null); // what is missing comes last
    if (typeof one === "number") return sign * (one - other);
    return sign * one.localeCompare(other, undefined, { numeric: true });
  }

  function show() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = lists.filter((list) => list.value).map((list) => [column(list.dataset.key), list.value]);
    const found = order.filter((row) => wanted.every(([place, value]) => row.keys[place] === value)
      && words.every((word) => row.text.includes(word)));
    body.replaceChildren(...found.slice(0, limit).map((row) => row.element));
    const n = Math.min(limit, found.length);
    document.getElementById("shown").textContent = n < found.length ? `first ${n} of ${found.length} runs`
      : `${found.length} of ${rows.length} runs`;
    more.hidden = n === found.length;
  }

  function sort(heading, place) {
    const number = heading.dataset.kind === "number", known = heading.getAttribute("aria-sort");
    const up = known === null || known === "none" ? !number : known === "descending"; // figures: the largest first
    headings.forEach((each) => each.setAttribute("aria-sort", "none"));
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    order = rows.slice().sort((one, other) => compare(one.keys[place], other.keys[place], up ? 1 : -1));
    show();
  }

  headings.forEach((heading, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sort(heading, place));
    heading.replaceChildren(button);
    heading.setAttribute("aria-sort", "none");
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { limit = FIRST; show(); });
  more.addEventListener("click", () => { limit = Infinity; show(); });
  addEventListener("beforeprint", () => { limit = Infinity; show(); });
  form.hidden = false;
  show();
})();
