"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const page = document.documentElement;
const byId = (id) => document.getElementById(id);
const say = (key) => data.texts[page.lang][key];
const place = () => page.lang === "zh" ? 1 : 0;
const asked = `?token=${encodeURIComponent(data.token)}`;
let job = null;
let source = null;
let last = null;
let state = "";

const buildForm = () => {
  for (const measure of data.form) {
    const row = document.createElement("div");
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.dataset.kind = measure.kind;
    const name = document.createElement("span");
    name.title = measure.summary;
    label.append(box, name);
    row.append(label);
    if (measure.numbers.length) {
      const more = document.createElement("details");
      more.append(Object.assign(document.createElement("summary"), {className: "note"}));
      for (const number of measure.numbers) {
        const line = document.createElement("label");
        const input = document.createElement("input");
        input.type = "number";
        input.step = number.whole ? "1" : "any";
        if (number.lowest !== null) input.min = number.lowest;
        if (number.highest !== null) input.max = number.highest;
        input.value = input.defaultValue = number.value;
        input.dataset.of = measure.kind;
        input.dataset.key = number.key;
        line.title = number.meaning;
        line.append(number.key, input);
        more.append(line);
      }
      row.append(more);
    }
    byId("kinds").append(row);
  }
};

const choice = () => {
  const measures = {};
  for (const box of document.querySelectorAll("[data-kind]")) {
    if (!box.checked) continue;
    const own = measures[box.dataset.kind] = {};
    for (const input of document.querySelectorAll(`[data-of="${box.dataset.kind}"]`)) {
      if (input.value !== input.defaultValue && input.value !== "") own[input.dataset.key] = Number(input.value);
    }
  }
  return {measures, runs: Number(byId("runs").value)};
};

const shown = (name, value) => {
  if (value === null) return "–";
  if (name === "compliance_rate") return `${(100 * value).toFixed(1)} %`;
  if (name === "cost_cny") return page.lang === "zh" ? `${(value / 1e4).toFixed(0)} 万元` : `${(value / 1e6).toFixed(2)} million CNY`;
  return value.toFixed(2);
};

const draw = () => {
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = say(one.dataset.text);
  for (const one of document.querySelectorAll("[data-place]")) one.hidden = one.dataset.place !== page.lang;
  document.querySelectorAll("[data-kind]").forEach((box, number) => {
    box.nextSibling.textContent = data.form[number].names[place()];
  });
  for (const one of document.querySelectorAll("summary")) one.textContent = say("numbers");
  byId("state").textContent = state;
  if (last === null) return;
  const [estimate, low, high] = last.ratio;
  byId("headline").textContent = estimate === null ? "–" : estimate.toFixed(3);
  const between = low === null ? say("one_run") : `${low.toFixed(3)} – ${high.toFixed(3)}, ${say("of_chance")}`;
  byId("detail").textContent = `${say("ratio")} (${between})`;
  const rows = data.shown.map(([name, ...words]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = words[place()];
    row.append(head);
    for (const side of ["before", "after"]) row.insertCell().textContent = shown(name, last[side][name]);
    return row;
  });
  const table = document.querySelector("table");
  table.hidden = false;
  table.tBodies[0].replaceChildren(...rows);
};

const told = (key, ...values) => {
  state = values.reduce((text, value) => text.replace("{}", value), say(key));
  draw();
};
const ended = () => {
  if (source) source.close();
  source = null;
  byId("go").disabled = false;
  byId("stop").disabled = true;
};

byId("go").form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (source) return;
  byId("go").disabled = true;
  byId("mistakes").textContent = "";
  told("waiting");
  try {
    const answer = await fetch(`/api/jobs${asked}`, {method: "POST", body: JSON.stringify(choice())});
    const content = await answer.json();
    if (!answer.ok) {
      byId("mistakes").textContent = content.mistakes.join("\n");
      state = "";
      ended();
      draw();
      return;
    }
    job = content.job;
  } catch {
    told("lost");
    ended();
    return;
  }
  byId("stop").disabled = false;
  source = new EventSource(`/api/jobs/${job}${asked}`);
  source.onmessage = (message) => {
    const news = JSON.parse(message.data);
    if (news.error) byId("mistakes").textContent = news.error;
    if (news.end) {
      told(news.end);
      ended();
      return;
    }
    if (!news.ratio) return;
    last = news;
    if (news.rough) told("rough"); else told("run", news.run, news.of);
  };
  source.onerror = () => {
    told("lost");
    ended();
  };
});
byId("stop").addEventListener("click", () => fetch(`/api/jobs/${job}/stop${asked}`, {method: "POST"}));
byId("switch").addEventListener("click", () => {
  page.lang = page.lang === "zh" ? "en" : "zh";
  draw();
});
page.lang = location.hash === "#zh" || (!location.hash && navigator.language.startsWith("zh")) ? "zh" : "en";
buildForm();
draw();
