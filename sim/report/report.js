"use strict";
const page = document.documentElement;
for (const button of document.querySelectorAll("[data-switch]")) {
  button.addEventListener("click", () => {
    page.dataset.shown = page.dataset.shown === "en" ? "zh" : "en";
    page.lang = page.dataset.shown;
    window.scrollTo(0, 0);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
const number = (cell) => Number.parseFloat(cell.textContent.replace(/,/g, ""));
const order = (a, b) => {
  const [x, y] = [number(a), number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return a.textContent.localeCompare(b.textContent);
  return x - y;
};
for (const table of document.querySelectorAll("[data-sortable]")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.tabIndex = 0;
    const sort = () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => (up ? 1 : -1) * order(a.cells[column], b.cells[column]));
      table.tBodies[0].append(...rows);
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
  });
}
