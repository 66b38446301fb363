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
const number = (cell) => Number.parseFloat(cell.textContent.replace(/,/g, "").replace(/−/g, "-"));
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
const quoted = (text) => `"${text.replace(/\s+/g, " ").trim().replace(/"/g, '""')}"`;
for (const region of document.querySelectorAll("[data-csv]")) {
  const rows = [...region.querySelectorAll("tr")].map((row) => [...row.cells].map((cell) => quoted(cell.textContent)).join(","));
  const link = document.createElement("a");
  link.className = "csv";
  link.download = `${region.dataset.csv}.csv`;
  link.href = `data:text/csv;charset=utf-8,${encodeURIComponent("\ufeff" + rows.join("\r\n"))}`;
  link.textContent = region.closest("main").lang === "zh" ? "下载表格（CSV）" : "Save this table (CSV)";
  region.after(link);
}
