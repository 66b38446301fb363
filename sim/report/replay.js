"use strict";
const day = JSON.parse(document.getElementById("day").textContent);
const COLOURS = ["#8c8c8c", "#d55e00", "#0072b2"];
const EVENT_COLOURS = ["#e69f00", "#0072b2", "#009e73", "#cc79a7", "#000000"];
const SHOWN_HOURS = 0.25;
const NEAR_KM = 3;
const slider = document.querySelector("[data-hour]");
const clock = document.querySelector("output");
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

const drawStrip = (hour) => {
  const [pen, width] = sheet(document.getElementById("strip"), 110);
  const x = (km) => 15 + (width - 30) * km / day.length;
  pen.strokeStyle = "#bbb";
  pen.strokeRect(15, 54, width - 30, 2);
  pen.fillStyle = "#555";
  for (let km = 0; km <= day.length; km += 5) pen.fillText(String(km), x(km) - 4, 104);
  for (const [mode, hours, places] of day.along) {
    if (!between(hours, hour)) continue;
    const [a, b, part] = at(hours, places, hour);
    dot(pen, x(a + (b - a) * part), b >= a ? 66 : 44, 4, COLOURS[mode]);
  }
  for (const [event, when, km] of day.marks) {
    if (km === null || when > hour || hour - when > SHOWN_HOURS) continue;
    pen.strokeStyle = EVENT_COLOURS[event];
    pen.lineWidth = 3;
    pen.beginPath();
    pen.arc(x(km), 55, 9, 0, 7);
    pen.stroke();
    pen.lineWidth = 1;
  }
};

const drawMap = (hour) => {
  const canvas = document.getElementById("map");
  const xs = day.nodes.map((n) => n[0]);
  const ys = day.nodes.map((n) => n[1]);
  const wide = Math.max(...xs) - Math.min(...xs) || 1;
  const high = Math.max(...ys) - Math.min(...ys) || 1;
  const room = canvas.clientWidth - 160;
  const unit = Math.min(room / wide, 420 / high);
  const [pen, width] = sheet(canvas, high * unit + 60);
  const margin = (width - wide * unit) / 2;
  const place = (node) => [margin + (day.nodes[node][0] - Math.min(...xs)) * unit, 30 + (Math.max(...ys) - day.nodes[node][1]) * unit];
  for (const [start, end, banned] of day.links) {
    pen.strokeStyle = banned ? "#d55e00" : "#bbb";
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(...place(start));
    pen.lineTo(...place(end));
    pen.stroke();
  }
  for (const [mode, nodes, hours] of day.moves) {
    if (!between(hours, hour)) continue;
    const [from, to, part] = at(hours, nodes, hour);
    const [a, b] = [place(from), place(to)];
    dot(pen, a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part, mode ? 4.5 : 2.5, COLOURS[mode]);
  }
  pen.fillStyle = "#222";
  day.nodes.forEach((node, number) => {
    const near = (other) => other[0] > node[0] && Math.hypot(other[0] - node[0], other[1] - node[1]) < NEAR_KM;
    const left = day.nodes.some(near);
    pen.textAlign = left ? "right" : "left";
    pen.fillText(node[2], place(number)[0] + (left ? -9 : 9), place(number)[1] + 4);
  });
  pen.textAlign = "left";
};

const draw = () => {
  const hour = Number(slider.value);
  const minutes = Math.floor(hour * 60);
  clock.textContent = `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  drawStrip(hour);
  drawMap(hour);
};
let playing = false;
let last = 0;
const step = (now) => {
  if (!playing) return;
  slider.value = String((Number(slider.value) + Math.min(Math.max(now - last, 0), 100) / 1000 / 5) % 24);
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
}));
slider.addEventListener("input", draw);
window.addEventListener("resize", draw);
draw();
