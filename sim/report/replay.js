"use strict";
const day = JSON.parse(document.getElementById("day").textContent);
const COLOURS = ["#8c8c8c", "#d55e00", "#0072b2"];
const EVENT_COLOURS = ["#e69f00", "#0072b2", "#009e73", "#cc79a7", "#000000"];
const SHOWN_HOURS = 0.25;
const NEAR_KM = 3;
const slider = document.querySelector("[data-hour]");
const clock = document.querySelector("output");
const speed = document.querySelector("[data-speed]");
const page = document.documentElement;

const at = (hours, values, hour) => {
  let low = 0;
  let high = hours.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (hours[middle] <= hour) low = middle; else high = middle;
  }
  const span = hours[high] - hours[low];
  const part = span > 0 ? (hour - hours[low]) / span : 0;
  return [values[low], values[high], part];
};
const between = (hours, hour) => hours[0] <= hour && hour <= hours[hours.length - 1];

const sheet = (canvas, height) => {
  const width = canvas.clientWidth;
  const scale = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.font = "12px system-ui, sans-serif";
  return [pen, width];
};
const dot = (pen, x, y, radius, colour) => {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
};

const language = () => page.dataset.shown === "zh" ? 1 : 0;
const words = () => day.words[page.dataset.shown];
const told = (hour) => {
  const minutes = Math.floor(hour * 60 + 1e-6);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
};

const drawStrip = (side, canvas, hour) => {
  const [pen, width] = sheet(canvas, 110);
  const x = (km) => 15 + (width - 30) * km / side.length;
  pen.strokeStyle = "#bbb";
  pen.strokeRect(15, 54, width - 30, 2);
  pen.fillStyle = "#555";
  for (let km = 0; km <= side.length; km += 5) pen.fillText(String(km), x(km) - 4, 104);
  for (const [mode, hours, places] of side.along) {
    if (!between(hours, hour)) continue;
    const [a, b, part] = at(hours, places, hour);
    dot(pen, x(a + (b - a) * part), b >= a ? 66 : 44, 4, COLOURS[mode]);
  }
  for (const [event, when, km] of side.marks) {
    if (km === null || when > hour || hour - when > SHOWN_HOURS) continue;
    pen.strokeStyle = EVENT_COLOURS[event];
    pen.lineWidth = 3;
    pen.beginPath();
    pen.arc(x(km), 55, 9, 0, 7);
    pen.stroke();
    pen.lineWidth = 1;
  }
};

const lengths = new Map();
const alongLine = (points) => {
  if (!lengths.has(points)) {
    const sums = [0];
    for (let i = 1; i < points.length; i += 1) {
      sums.push(sums[i - 1] + Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]));
    }
    lengths.set(points, sums.map((sum) => sums[sums.length - 1] ? sum / sums[sums.length - 1] : 0));
  }
  return lengths.get(points);
};
const placeOn = (points, share) => {
  const [a, b, part] = at(alongLine(points), points, share);
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
};

const drawMap = (side, canvas, hour) => {
  const every = [...side.nodes, ...side.links.flatMap(([points]) => points)];
  const xs = every.map((point) => point[0]);
  const ys = every.map((point) => point[1]);
  const [west, north] = [Math.min(...xs), Math.max(...ys)];
  const wide = Math.max(...xs) - west || 1;
  const high = north - Math.min(...ys) || 1;
  const room = Math.max(canvas.clientWidth - 160, 120);
  const unit = Math.min(room / wide, 420 / high);
  const [pen, width] = sheet(canvas, high * unit + 60);
  const margin = (width - wide * unit) / 2;
  const place = (point) => [margin + (point[0] - west) * unit, 30 + (north - point[1]) * unit];
  for (const [points, banned, posts] of side.links) {
    pen.strokeStyle = banned ? "#d55e00" : "#bbb";
    pen.lineWidth = 2;
    pen.beginPath();
    points.forEach((point, number) => number ? pen.lineTo(...place(point)) : pen.moveTo(...place(point)));
    pen.stroke();
    for (const [km, share] of posts) {
      const [x, y] = place(placeOn(points, share));
      dot(pen, x, y, 2, "#555");
      pen.fillText(String(km), x + 4, y - 4);
    }
  }
  for (const [mode, legs] of side.moves) {
    const leg = legs.find(([, , hours]) => between(hours, hour));
    if (!leg) continue;
    const [link, shares, hours] = leg;
    const [from, to, part] = at(hours, shares, hour);
    dot(pen, ...place(placeOn(side.links[link][0], from + (to - from) * part)), mode ? 4.5 : 2.5, COLOURS[mode]);
  }
  pen.fillStyle = "#222";
  side.nodes.forEach((node) => {
    const near = (other) => other[0] > node[0] && Math.hypot(other[0] - node[0], other[1] - node[1]) < NEAR_KM;
    const left = side.nodes.some(near);
    pen.textAlign = left ? "right" : "left";
    const [x, y] = place(node);
    pen.fillText(node[2 + language()], x + (left ? -9 : 9), y + 4);
  });
  pen.textAlign = "left";
};

const counts = (side, hour) => {
  const sums = words().map(() => 0);
  for (const [event, when] of side.marks) if (when <= hour) sums[event] += 1;
  return words().map((name, event) => `${name} ${sums[event]}`).join(" · ");
};

const where = (side, km, titles) => {
  if (km === null) return titles.length ? titles[language()] : "–";
  let start = 0;
  for (const [length, ...names] of side.line) {
    if (km <= start + length + 1e-6) return `${names[language()]}, km ${(km - start).toFixed(1)}`;
    start += length;
  }
  return `km ${km.toFixed(1)}`;
};

const listEvents = () => {
  const body = document.querySelector(".events tbody");
  const rows = day.sides.flatMap((side, number) => side.marks.map((mark) => [mark[1], number, mark, side]));
  rows.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  body.replaceChildren(...rows.map(([hour, number, [event, , km, titles], side]) => {
    const row = document.createElement("tr");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = told(hour);
    button.addEventListener("click", () => { slider.value = String(hour + 0.002); draw(); });
    const head = document.querySelector(`[data-side="${number}"] h2 [lang="${page.dataset.shown}"]`).textContent;
    const cells = [button, ...(day.sides.length > 1 ? [head] : []), words()[event], where(side, km, titles)];
    for (const content of cells) row.insertCell().append(content);
    return row;
  }));
};

const draw = () => {
  const hour = Number(slider.value);
  clock.textContent = told(hour);
  day.sides.forEach((side, number) => {
    const section = document.querySelector(`[data-side="${number}"]`);
    section.querySelector(".counts").textContent = counts(side, hour);
    drawStrip(side, section.querySelector(".strip"), hour);
    drawMap(side, section.querySelector(".map"), hour);
  });
};
let playing = false;
let last = 0;
const step = (now) => {
  if (!playing) return;
  slider.value = String((Number(slider.value) + Math.min(Math.max(now - last, 0), 100) / 1000 * Number(speed.value)) % 24);
  last = now;
  draw();
  requestAnimationFrame(step);
};
document.querySelector("[data-play]").addEventListener("click", () => {
  playing = !playing;
  last = performance.now();
  requestAnimationFrame(step);
});
document.querySelectorAll("[data-switch]").forEach((button) => button.addEventListener("click", () => {
  page.dataset.shown = page.dataset.shown === "en" ? "zh" : "en";
  page.lang = page.dataset.shown;
  listEvents();
  draw();
}));
slider.addEventListener("input", draw);
window.addEventListener("resize", draw);
if (location.hash === "#zh" || (!location.hash && navigator.language.startsWith("zh"))) page.dataset.shown = page.lang = "zh";
const first = Math.min(...day.sides.flatMap((side) => side.marks.map((mark) => mark[1])), 8);
slider.value = String(Math.max(first - 0.05, 0));
listEvents();
draw();
