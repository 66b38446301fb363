"use strict";
(() => {
  // Beside the what-if page: the choice at hand, simulated exactly by the server that sent the page.
  const live = JSON.parse(document.getElementById("live-data").textContent);
  const { data, state } = window.hairpin;
  const byId = (id) => document.getElementById(`live-${id}`);
  const say = (key, ...values) => values.reduce((text, one) => text.replace("{}", one), live.texts[state.lang][key]);
  const asked = `?token=${encodeURIComponent(live.token)}`;
  let job = null, source = null, last = null, told = [], chosen = "", mistakes = "";

  const valueOf = (slider, place) => slider.centre + Math.abs(place) * ((place > 0 ? slider.high : slider.low) - slider.centre);
  const choice = () => {
    const measures = Object.fromEntries(data.kinds.filter((_, bit) => state.mask >> bit & 1).map((one) => [one.kind, {}]));
    const sliders = {};
    data.sliders.forEach((slider, k) => {
      if (state.places[k] !== 0) sliders[slider.key] = slider.whole ? Math.round(valueOf(slider, state.places[k])) : valueOf(slider, state.places[k]);
    });
    return { measures, sliders, runs: Number(byId("runs").value) };
  };
  const percent = (ratio) => `${ratio < 1 ? "−" : "+"}${Math.abs(100 * (ratio - 1)).toFixed(1)} %`;
  const draw = () => {
    for (const one of document.querySelectorAll("[data-live]")) one.textContent = say(one.dataset.live);
    byId("state").textContent = told.length ? say(...told) : "";
    byId("mistakes").textContent = mistakes;
    byId("answer").textContent = "";
    if (last === null) return;
    const [estimate, low, high] = last.ratio;
    const between = low === null ? say("one_run") : say("between", percent(low), percent(high));
    const outcome = `expected_${state.outcome}`;
    byId("answer").textContent = [
      say("rate", estimate === null ? "–" : percent(estimate), between),
      say("from_to", data.texts[state.lang][state.outcome], last.before[outcome].toFixed(2), last.after[outcome].toFixed(2)),
      chosen === JSON.stringify({ ...choice(), runs: 0 }) ? "" : say("other"),
    ].filter(Boolean).join(" ");
  };
  const ended = () => {
    if (source) source.close();
    source = null;
    byId("go").disabled = false;
    byId("stop").disabled = true;
  };
  const follow = () => {
    source = new EventSource(`/api/jobs/${job}${asked}`);
    source.onmessage = (message) => {
      const news = JSON.parse(message.data);
      if (news.error) mistakes = news.error;
      if (news.end) { told = [news.end]; ended(); }
      if (news.ratio) { last = news; told = news.rough ? ["rough"] : ["run", news.run, news.of]; }
      draw();
    };
    source.onerror = () => { told = ["lost"]; ended(); draw(); };
  };
  byId("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (source) return;
    byId("go").disabled = true;
    [mistakes, last, told] = ["", null, ["waiting"]];
    const body = choice();
    chosen = JSON.stringify({ ...body, runs: 0 });
    draw();
    try {
      const answer = await fetch(`/api/jobs${asked}`, { method: "POST", body: JSON.stringify(body) });
      const content = await answer.json();
      if (answer.ok) {
        job = content.job;
        byId("stop").disabled = false;
        follow();
        return;
      }
      [mistakes, told] = [content.mistakes.join("\n"), []];
    } catch { told = ["lost"]; }
    ended();
    draw();
  });
  byId("stop").addEventListener("click", () => fetch(`/api/jobs/${job}/stop${asked}`, { method: "POST" }));
  for (const kind of ["input", "change", "click"]) document.addEventListener(kind, () => setTimeout(draw));
  draw();
})();
