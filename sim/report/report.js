"use strict";
const page = document.documentElement;
const languages = [...document.querySelectorAll("main")].map((main) => main.lang);
const show = (language) => {
  page.dataset.shown = language;
  page.lang = language;
  document.title = document.querySelector(`main[lang="${language}"] h1`).textContent + " · Hairpin";
};
const wanted = [location.hash.slice(1), ...(navigator.languages ?? []).map((one) => one.slice(0, 2))];
show(wanted.find((one) => languages.includes(one)) ?? languages[0]);
for (const button of document.querySelectorAll("[data-switch]")) {
  button.addEventListener("click", () => {
    show(languages.find((one) => one !== page.dataset.shown));
    history.replaceState(null, "", `#${page.dataset.shown}`);
    window.scrollTo(0, 0);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
const number = (cell) => Number.parseFloat(cell.dataset.sort ?? cell.textContent.replace(/,/g, "").replace(/−/g, "-"));
const order = (a, b) => {
  const [x, y] = [number(a), number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return a.textContent.localeCompare(b.textContent);
  return x - y;
};
for (const table of document.querySelectorAll("[data-sortable]")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => (up ? 1 : -1) * order(a.cells[column], b.cells[column]));
      table.tBodies[0].append(...rows);
    });
  });
}
window.addEventListener("hashchange", () => { if (languages.includes(location.hash.slice(1))) show(location.hash.slice(1)); });
const quoted = (text) => `"${text.replace(/\s+/g, " ").trim().replace(/"/g, '""')}"`;
for (const region of document.querySelectorAll("[data-csv]")) {
  const kept = [];  // what cells of earlier rows still cover, by column
  const spread = (row) => {
    const line = [];
    for (const cell of row.cells) {
      while (kept[line.length] > 0) { kept[line.length] -= 1; line.push(quoted("")); }
      for (let n = 0; n < cell.colSpan; n += 1) { if (cell.rowSpan > 1) kept[line.length] = cell.rowSpan - 1; line.push(quoted(n ? "" : cell.textContent)); }
    }
    return line.join(",");
  };
  const rows = [...region.querySelectorAll("tr")].map(spread);
  const link = document.createElement("a");
  link.className = "csv";
  link.download = `${region.dataset.csv}.csv`;
  link.href = `data:text/csv;charset=utf-8,${encodeURIComponent("\ufeff" + rows.join("\r\n"))}`;
  link.textContent = region.closest("main").lang === "zh" ? "下载表格（CSV）" : "Save this table (CSV)";
  region.after(link);
}
