"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const SETS = data.cost.length;
const Z = data.quantile;
const state = { mask: SETS - 1, places: data.sliders.map(() => 0), budget: 100, outcome: "accidents", open: false, pins: [], lang: LANGUAGES[0] };

// --- The model: exact sets, and what sliders do by the fitted surrogate ---
const value = (slider, place) => slider.centre + Math.abs(place) * ((place > 0 ? slider.high : slider.low) - slider.centre);
const placed = (slider, given) => {
  const end = given > slider.centre ? slider.high : slider.low;
  return given === slider.centre || end === slider.centre ? 0 : Math.sign(given - slider.centre) * Math.abs((given - slider.centre) / (end - slider.centre));
};
const moved = (places) => places.some((place) => place !== 0);
const ofUse = (slider, mask) => slider.needs.length === 0 || data.kinds.some((one, bit) => mask >> bit & 1 && slider.needs.includes(one.kind));
const costOf = (mask, places) => data.cost[mask] + places.reduce((sum, d, k) => sum + (ofUse(data.sliders[k], mask) ? (d > 0 ? d * data.costByPlace[k][1] : -d * data.costByPlace[k][0]) : 0), 0);
const estimate = (mask, places, outcome, open) => {
  const yearly = data.yearly[outcome], fit = data.fit[outcome];
  const size = mask ? Math.log(Math.max(yearly[mask], 1e-9) / Math.max(yearly[0], 1e-9)) : 0;
  const level = fit.c * places[0] + fit.q * places[0] ** 2;
  let shift = 0;
  places.forEach((d, k) => { if (mask && ofUse(data.sliders[k], mask)) shift += d * (fit.a[k] + fit.b[k] * size); });
  const base = yearly[0] * Math.exp(level), ratio = Math.exp(size + shift);
  const outer = moved(places) && mask ? fit.error_ratio : 0;
  const sd = mask ? Math.hypot(data.chance[outcome], outer, open ? data.unknown[outcome] * (size + shift) : 0) : 0;
  return { base, ratio, after: base * ratio, low: base * ratio * Math.exp(-Z * sd), high: base * ratio * Math.exp(Z * sd), sd };
};
window.hairpin = { data, state, estimate, costOf };

// --- Words ---
const filled = (text, given) => { let next = 0; return text.replace(/\{(\d*)\}/g, (_, n) => given[n === "" ? next++ : Number(n)]); };
const t = (key, ...given) => filled(data.texts[state.lang][key], given);
const named = (text, given) => text.replace(/\{(\w+)\}/g, (_, key) => given[key]);
const money = (cny) => { const x = cny * data.money[state.lang]; return state.lang === "zh" ? Math.round(x).toLocaleString("en") : x.toFixed(1); };
const shown = (x) => x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2);
const said = (slider, place) => { const v = value(slider, place); return slider.whole ? Math.round(v) : `${Math.round(100 * v)}${state.lang === "zh" ? "" : " "}%`; };
const title = (mask) => data.kinds.filter((_, bit) => mask >> bit & 1).map((one) => one[state.lang]).join(state.lang === "zh" ? "、" : ", ") || t("before");

// --- Drawing ---
const svg = (width, height, inside, label) => `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label.replace(/"/g, "&quot;")}">${inside}</svg>`;
const text = (x, y, words, anchor = "start", more = "") => `<text x="${x}" y="${y}" text-anchor="${anchor}" ${more}>${words.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</text>`;
const line = (x1, y1, x2, y2, stroke, width = 1, more = "") => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}" stroke-width="${width}" ${more}/>`;
const ticks = (low, high, most = 6) => {
  const raw = (high - low) / most, step = [1, 2, 5, 10].map((s) => s * 10 ** Math.floor(Math.log10(raw))).find((s) => s >= raw);
  const found = []; for (let v = Math.ceil(low / step) * step; v <= high + 1e-9; v += step) found.push(Number(v.toPrecision(6))); return found;
};

// As wide as there is room, so that letters stay as large as they are.
const roomOf = (id) => Math.min(740, Math.max(320, $(id).clientWidth || 740));
const pinTitle = (pin, n) => `${t("pinned", n + 1)}: ${title(pin.mask)}${moved(pin.places) ? ` (${t("sliders_moved")})` : ""}`;
const clipped = (words, most) => words.length > most ? `${words.slice(0, most - 1)}…` : words;

function drawCompare() {
  const wide = roomOf("compare"), narrow = wide < 560;
  const rows = [[t("chosen"), state.mask, state.places, "#005a8f"], ...state.pins.map((pin, n) => [pinTitle(pin, n), pin.mask, pin.places, "#7a3b8f"]), [t("whole"), SETS - 1, state.places, "#1b1b1b"], ...data.kinds.map((one, bit) => [t("alone", one[state.lang]), 1 << bit, state.places, "#8a8a8a"])];
  const found = rows.map(([, mask, places]) => estimate(mask, places, state.outcome, state.open));
  const ratios = found.flatMap((one) => [one.low / one.base, one.high / one.base]);
  const low = Math.min(1, ...ratios) - 0.02, high = Math.max(1, ...ratios) + 0.02, left = narrow ? 12 : 250, right = wide - 50, step = narrow ? 42 : 26;
  const x = (v) => left + (right - left) * (v - low) / (high - low), height = 34 + step * rows.length;
  let inside = line(x(1), 6, x(1), height - 24, "#777", 1, 'stroke-dasharray="2 3"');
  rows.forEach(([name, , , colour], n) => {
    const y = (narrow ? 34 : 20) + step * n, one = found[n], fits = state.lang === "zh" ? 0.5 : 1;
    inside += (narrow ? text(left, y - 12, clipped(name, Math.floor(fits * wide / 6.6))) : text(left - 10, y + 4, clipped(name, Math.floor(fits * 38)), "end")) + line(x(one.low / one.base), y, x(one.high / one.base), y, colour, 3) + `<rect x="${x(one.ratio) - 4}" y="${y - 4}" width="8" height="8" fill="${colour}"/>` + text(right + 10, y + 4, one.ratio.toFixed(3));
  });
  for (const v of ticks(low, high, narrow ? 4 : 6)) inside += line(x(v), height - 24, x(v), height - 19, "#777") + text(x(v), height - 5, v.toFixed(2), "middle", 'class="soft"');
  $("compare").innerHTML = svg(wide, height, inside, `${t("compare")}: ${t("chosen")} ${found[0].ratio.toFixed(2)}`);
}

function drawFront() {
  const unit = data.money[state.lang], wide = roomOf("front");
  const points = data.cost.map((_, mask) => { const one = estimate(mask, state.places, state.outcome, false); return { mask, cost: costOf(mask, state.places) * unit, gain: one.base - one.after }; });
  const chosen = estimate(state.mask, state.places, state.outcome, false);
  const top = Math.max(...points.map((p) => p.gain), chosen.base - chosen.after) * 1.08, floor = Math.min(0, ...points.map((p) => p.gain)), most = Math.max(...points.map((p) => p.cost)) * 1.04 || 1;
  const x = (v) => 60 + (wide - 80) * v / most, y = (v) => 290 - 270 * (v - floor) / (top - floor || 1), budget = Math.max(...data.cost) * unit * state.budget / 100;
  let inside = "";
  for (const v of ticks(0, most, wide < 560 ? 4 : 6)) inside += line(x(v), 290, x(v), 295, "#777") + text(x(v), 310, v.toLocaleString("en"), "middle", 'class="soft"');
  for (const v of ticks(floor, top, 5)) inside += line(55, y(v), wide - 20, y(v), "#eee") + text(50, y(v) + 4, String(v), "end", 'class="soft"');
  let best = -Infinity, path = "";
  for (const p of [...points].sort((a, b) => a.cost - b.cost || b.gain - a.gain)) if (p.gain > best) { best = p.gain; path += path ? `H${x(p.cost).toFixed(1)}V${y(p.gain).toFixed(1)}` : `M${x(p.cost).toFixed(1)} ${y(p.gain).toFixed(1)}`; }
  for (const p of points) inside += `<circle cx="${x(p.cost).toFixed(1)}" cy="${y(p.gain).toFixed(1)}" r="4" fill="${p.cost <= budget + 1e-9 ? "#3f86b5" : "#fff"}" stroke="${p.cost <= budget + 1e-9 ? "#3f86b5" : "#767676"}" data-mask="${p.mask}"><title>${title(p.mask).replace(/&/g, "&amp;").replace(/</g, "&lt;")}</title></circle>`;
  inside += `<path d="${path}" fill="none" stroke="#999"/>` + line(x(budget), 20, x(budget), 290, "#b34700", 1, 'stroke-dasharray="4 3"');
  const hx = x(costOf(state.mask, state.places) * unit), hy = y(chosen.base - chosen.after), end = hx > wide / 2;
  inside += `<circle cx="${hx}" cy="${hy}" r="7" fill="none" stroke="#005a8f" stroke-width="3"/>` + text(hx + (end ? -12 : 12), hy - 8, t("here"), end ? "end" : "start", 'font-weight="600"');
  inside += text(wide / 2 + 20, 332, t("front_x"), "middle") + text(60, 14, t("front_y", t(state.outcome)));
  $("front").innerHTML = svg(wide, 340, inside, `${t("front")}: ${t("here")} ${shown(chosen.base - chosen.after)}`);
  for (const dot of $("front").querySelectorAll("[data-mask]")) dot.addEventListener("click", () => { state.mask = Number(dot.dataset.mask); show(); });
}

function drawStrip() {
  const one = estimate(state.mask, state.places, "accidents", false), exact = data.yearly.accidents;
  const before = data.risk[0].map((v) => v * one.base / exact[0]), after = data.risk[state.mask].map((v) => v * one.after / Math.max(exact[state.mask], 1e-9));
  const longest = data.ends[data.ends.length - 1], top = Math.max(...before, ...after) * 1.05 || 1, wide = roomOf("strip"), x = (km) => 45 + (wide - 75) * km / longest, y = (v) => 150 - 135 * v / top;
  const steps = (values) => values.map((v, n) => `${n ? "L" : "M"}${x(data.ends[n]).toFixed(1)} ${y(v).toFixed(1)}L${x(data.ends[n + 1]).toFixed(1)} ${y(v).toFixed(1)}`).join("");
  let inside = `<path d="${steps(before)}" fill="none" stroke="#1b1b1b" stroke-width="1.5"/><path d="${steps(after)}" fill="none" stroke="#005a8f" stroke-width="2"/>`;
  for (const v of ticks(0, longest, wide < 560 ? 4 : 7)) inside += text(x(v), 170, `${v} km`, "middle", 'class="soft"');
  for (const v of ticks(0, top, 3)) inside += text(40, y(v) + 4, String(v), "end", 'class="soft"');
  const key = wide - 270;
  inside += line(key, 10, key + 20, 10, "#1b1b1b", 2) + text(key + 25, 14, t("before")) + line(key + 160, 10, key + 180, 10, "#005a8f", 2) + text(key + 185, 14, t("after"));
  $("strip").innerHTML = svg(wide, 178, inside, t("strip"));
}

const poisson = (mean, most) => { const logs = [-mean]; for (let k = 1; k <= most; k++) logs.push(logs[k - 1] + Math.log(mean / k)); return logs.map(Math.exp); };
function drawYear() {
  const one = estimate(state.mask, state.places, "accidents", false);  // deaths and injuries come several at a time
  const highest = Math.max(one.base, one.after), most = Math.ceil(highest + 4 * Math.sqrt(highest) + 5);
  const [a, b] = [poisson(one.base, most), poisson(one.after, most)], top = Math.max(...a, ...b);
  const wide = roomOf("year"), key = wide - 150, x = (k) => 20 + (wide - 40) * k / (most + 1), y = (p) => 130 - 115 * p / top;
  const outline = (p, colour, width) => `<path d="M${x(0).toFixed(1)} 130${p.map((v, k) => `V${y(v).toFixed(1)}H${x(k + 1).toFixed(1)}`).join("")}V130" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
  let inside = outline(a, "#1b1b1b", 1.5) + outline(b, "#005a8f", 2) + line(key, 10, key + 20, 10, "#1b1b1b", 2) + text(key + 25, 14, t("before")) + line(key, 28, key + 20, 28, "#005a8f", 2) + text(key + 25, 32, t("after")) + text(wide / 2, 166, t("count_x"), "middle"); for (const k of ticks(0, most, wide < 560 ? 5 : 8)) if (Number.isInteger(k)) inside += text(x(k + 0.5), 148, String(k), "middle", 'class="soft"');
  $("year").innerHTML = svg(wide, 172, inside, t("year"));
  let below = 0, hidden = 0; b.forEach((p, k) => { below += a[k]; hidden += p * below; });
  $("year-said").textContent = state.mask && one.ratio < 1 ? t("year_text", Math.round(100 * hidden)) : "";
}

// --- The answer ---
function drawAnswer() {
  const one = estimate(state.mask, state.places, state.outcome, state.open), change = Math.round(100 * (one.ratio - 1)), name = t(state.outcome);
  $("headline").textContent = change === 0 ? t("same", "", name) : t(change < 0 ? "fewer" : "rise", Math.abs(change), name);
  const cost = costOf(state.mask, state.places), over = cost > Math.max(...data.cost) * state.budget / 100 + 1, ratio = data.compliance[state.mask];
  const signed = (r) => `${r < 1 ? "−" : "+"}${Math.abs(100 * (r - 1)).toFixed(1)}`;
  const unsure = state.mask && one.low <= one.base && one.base <= one.high ? t("unsure") : "";
  const parts = [state.mask ? t("from_to", shown(one.base), shown(one.after), signed(one.ratio), signed(one.low / one.base), signed(one.high / one.base)) + unsure : t("only", shown(one.base)), t("cost", money(cost))];
  if (ratio !== null && !moved(state.places)) parts.push(t("compliance", (100 * ratio).toFixed(1)));
  $("chosen").textContent = [title(state.mask), ...data.sliders.map((slider, k) => state.places[k] ? `${slider[state.lang]} ${said(slider, state.places[k])}` : "").filter(Boolean)].join(state.lang === "zh" ? "；" : "; ");
  $("detail").textContent = parts.join(state.lang === "zh" ? "；" : "; ") + (state.lang === "zh" ? "。" : ".");
  if (over) { const mark = document.createElement("span"); mark.className = "over"; mark.textContent = ` ${t("over")}`; $("detail").append(mark); }
  $("how").textContent = moved(state.places) ? t("estimated", (100 * Math.hypot(data.fit[state.outcome].error_ratio, data.fit[state.outcome].error_base)).toFixed(1)) : t("exact");
  document.title = `${$("headline").textContent} · Hairpin`;
}

// --- Saving ---
const scaled = (factor) => {
  const flows = data.traffic.flows.map((flow) => ({ ...flow, trips_per_year: Object.fromEntries(Object.entries(flow.trips_per_year).map(([name, trips]) => [name, trips * factor])) }));
  const links = Object.fromEntries(Object.entries(data.traffic.aadt).map(([name, aadt]) => [name, { aadt: aadt * factor }]));
  return [`demand: ${JSON.stringify({ flows })}`, `road: ${JSON.stringify({ links })}`];
};
function yaml() {
  const own = data.kinds.map((one, bit) => [one.kind, state.mask >> bit & 1 ? {} : null]), other = [], tree = {};
  data.sliders.forEach((slider, k) => {
    if (state.places[k] === 0) return;
    const v = value(slider, state.places[k]), path = slider.key.split("."), given = slider.whole ? Math.round(v) : Number(v.toFixed(3));
    if (slider.key === "traffic") other.push(...scaled(given));
    else if (path[0] === "interventions") { const at = own.find(([kind]) => kind === path[1]); if (at[1]) at[1][path[2]] = given; }
    else path.reduce((at, key, n) => (at[key] = n === path.length - 1 ? given : at[key] ?? {}), tree);
  });
  const changed = own.filter(([, values]) => values === null || Object.keys(values).length);
  const measures = changed.length ? ["interventions:", ...changed.map(([kind, values]) => `  ${kind}: ${JSON.stringify(values)}`)] : [];
  const nested = Object.entries(tree).map(([key, values]) => `${key}: ${JSON.stringify(values)}`);
  return [`extends: ${JSON.stringify(data.base)}`, "name: chosen", `title: ${JSON.stringify(title(state.mask))}`, ...other, ...nested, ...measures, ""].join("\n");
}
function csv() {
  const head = ["measures", "cost_cny", ...data.outcomes], rows = data.cost.map((cost, mask) => [`"${data.kinds.filter((_, bit) => mask >> bit & 1).map((one) => one.kind).join(" ")}"`, cost, ...data.outcomes.map((name) => data.yearly[name][mask])].join(","));
  return "\ufeff" + [head.join(","), ...rows].join("\r\n");
}
const asFile = (link, name, kind, content) => { link.download = name; link.href = `data:${kind};charset=utf-8,${encodeURIComponent(content)}`; };
const hash = () => `#${[state.lang, state.mask, state.places.map((p) => p.toFixed(3)).join("_"), state.budget, state.outcome, Number(state.open)].join("/")}`;
function read() {
  const [lang, mask, places, budget, outcome, open] = location.hash.slice(1).split("/");
  const known = [lang, ...(navigator.languages ?? []).map((one) => one.slice(0, 2))].find((one) => LANGUAGES.includes(one));
  state.lang = known ?? LANGUAGES[0];
  if (mask && Number(mask) >= 0 && Number(mask) < SETS && Number.isInteger(Number(mask))) state.mask = Number(mask);
  const given = (places ?? "").split("_").map(Number);
  if (given.length === data.sliders.length && given.every((p) => p >= -1 && p <= 1)) state.places = given.map((p, k) => data.sliders[k].whole ? placed(data.sliders[k], Math.round(value(data.sliders[k], p))) : p);
  if (budget && Number(budget) >= 0 && Number(budget) <= 100) state.budget = Number(budget);
  if (data.outcomes.includes(outcome)) state.outcome = outcome;
  state.open = open === "1";
}

// --- The page ---
function words() {
  document.documentElement.lang = state.lang;
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = t(one.dataset.text);
  $("place").textContent = data.place[state.lang]; $("switch").hidden = LANGUAGES.length < 2;
  $("made").textContent = named(data.texts[state.lang].made, { ...data.made, unknown: Object.values(data.unknown).some(Boolean) ? t("unknown") : "" });
  $("kinds").innerHTML = ""; $("sliders").innerHTML = ""; $("outcomes").innerHTML = "";
  data.kinds.forEach((one, bit) => {
    const label = document.createElement("label"), box = document.createElement("input"), name = document.createElement("span"), cost = document.createElement("span");
    box.type = "checkbox"; box.id = `kind-${one.kind}`; box.addEventListener("change", () => { state.mask ^= 1 << bit; show(); });
    name.textContent = one[state.lang]; cost.className = "cost"; cost.textContent = t("cost", money(data.cost[1 << bit])); label.append(box, name, cost); $("kinds").append(label);
  });
  data.sliders.forEach((slider, k) => {
    const label = document.createElement("label"), range = document.createElement("input"), output = document.createElement("output");
    range.type = "range"; range.id = `slider-${k}`; range.min = slider.low; range.max = slider.high; range.step = slider.whole ? 1 : 0.01;
    range.addEventListener("input", () => { state.places[k] = placed(slider, Number(range.value)); show(); });
    label.append(slider[state.lang], output, range); $("sliders").append(label);
  });
  for (const outcome of data.outcomes) {
    const label = document.createElement("label"), radio = document.createElement("input");
    radio.type = "radio"; radio.name = "outcome"; radio.value = outcome; radio.addEventListener("change", () => { state.outcome = outcome; show(); });
    label.append(radio, t(outcome)); $("outcomes").append(label);
  }
}
function show() {
  data.kinds.forEach((one, bit) => { $(`kind-${one.kind}`).checked = Boolean(state.mask >> bit & 1); });
  data.sliders.forEach((slider, k) => { const range = $(`slider-${k}`); range.value = value(slider, state.places[k]); range.previousElementSibling.textContent = said(slider, state.places[k]); range.setAttribute("aria-valuetext", said(slider, state.places[k])); });
  for (const radio of $("outcomes").querySelectorAll("input")) radio.checked = radio.value === state.outcome;
  $("open").checked = state.open; $("open").parentElement.hidden = !Object.values(data.unknown).some(Boolean);
  $("budget").value = state.budget; $("budget-said").textContent = t("cost", money(Math.max(...data.cost) * state.budget / 100));
  drawAnswer(); drawCompare(); drawFront(); drawStrip(); drawYear();
  asFile($("yaml"), "chosen.yaml", "text/yaml", yaml()); asFile($("csv"), "sets.csv", "text/csv", csv());
  clearTimeout(show.later); show.later = setTimeout(() => history.replaceState(null, "", hash()), 150);
}
$("switch").addEventListener("click", () => { state.lang = LANGUAGES.find((one) => one !== state.lang); words(); show(); });
$("print").addEventListener("click", () => window.print());
$("all").addEventListener("click", () => { state.mask = SETS - 1; show(); });
$("none").addEventListener("click", () => { state.mask = 0; show(); });
$("reset").addEventListener("click", () => { state.places = data.sliders.map(() => 0); show(); });
$("budget").addEventListener("input", () => { state.budget = Number($("budget").value); show(); });
$("open").addEventListener("change", () => { state.open = $("open").checked; show(); });
$("pin").addEventListener("click", () => { state.pins = [...state.pins, { mask: state.mask, places: [...state.places] }].slice(-3); show(); });
$("unpin").addEventListener("click", () => { state.pins = []; show(); });
$("link").addEventListener("click", () => navigator.clipboard?.writeText(location.href).then(() => { $("link").textContent = t("copied"); }, () => {}));
window.addEventListener("resize", () => show());
window.addEventListener("hashchange", () => { if (location.hash !== hash()) { read(); words(); show(); } });
$("choices").addEventListener("submit", (event) => event.preventDefault());
read(); words(); show();
