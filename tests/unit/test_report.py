"""The report: what it says, what its charts draw, and how it behaves in a browser."""

import itertools
import json
import re
import shutil
from dataclasses import replace
from html import escape
from math import nan

import numpy as np
import pandas as pd
import pytest
from accessibility import WINDOWS, grave_findings
from browser import CHROMIUM, browse, requests
from conftest import ROOT
from keyboard import opened
from matplotlib.colors import to_rgba
from poisson_words import chance_by_simulation
from typer.testing import CliRunner

from sim import compare
from sim.analysis.drawn_worth import Worth
from sim.analysis.uncertainty import Shares
from sim.charts import report as drawn
from sim.charts import saving
from sim.charts.basic import colours
from sim.cli import app
from sim.core.metrics import RATE
from sim.interventions.cost import annuity
from sim.interventions.registry import BUILT_IN
from sim.report import findings
from sim.report.card import SHIPPED_SCORECARD
from sim.report.chance import chance_words
from sim.report.descents import ALONE, MATTERS, WITH_RETARDER, WRONG_GEAR, worst_descent
from sim.report.drawings import NARROW_INCHES, banned_line, drawings
from sim.report.material import material
from sim.report.numbers import changes, interval, millions
from sim.report.page import page
from sim.report.places import places
from sim.report.rows import by_truck_class, indices, sites, worst_places
from sim.report.section_risk import along, risk_per_km
from sim.report.source_words import source_text
from sim.report.sources import _sources, assumptions
from sim.report.summary import summary, told
from sim.report.words import KINDS, LANGUAGES, WORDS, kind_word
from sim.results.folder import write_results, write_shares
from sim.risk.mechanisms import MECHANISMS
from sim.scenario import load_scenario
from sim.statistics.intervals import Interval
from sim.statistics.queueing import waiting_probability

runner = CliRunner()
SCENARIOS = ROOT / "scenarios"
BOTH = {"driver_contact": {}, "early_warning": {}}
NASTY = "<script>alert(1)</script> & “quotes” " + "很长的名字" * 30


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    base = small(days=40)
    calls = small(days=40, name="calls", title="Calls", title_zh="电话劝离", interventions={"driver_contact": {}})
    both = small(days=40, name="both", title=NASTY[:300], interventions=BOTH)
    results = compare(base, calls, both, replications=3, seed=2, workers=1)
    out = tmp_path_factory.mktemp("report") / "out"
    write_results(results, out, events=False)
    return out


@pytest.fixture(scope="module")
def found(folder):
    return material(folder)


@pytest.fixture(scope="module")
def html(folder):
    assert runner.invoke(app, ["report", str(folder)]).exit_code == 0
    return folder / "report.html"


def test_it_is_one_small_page_that_asks_nobody(html) -> None:
    text = html.read_text()
    assert len(text) < 5_000_000
    assert not re.findall(r'(?:src|href|action)\s*=\s*"(?!#)', re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))
    assert "url(http" not in text
    assert "@import" not in text


def test_names_are_escaped(html) -> None:
    text = html.read_text()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_answer_is_the_summarys(found) -> None:
    ratio = found.summary["comparisons"][found.programme]["accident_rate_ratio"]
    assert found.programme == "both"
    english, chinese = told(found, "en")[0], told(found, "zh")[0]
    fall = f"{100 * (1 - ratio['estimate']):.0f}"
    english = english.replace("\N{NO-BREAK SPACE}", " ")
    assert f"by {fall} %" in english
    assert "not counting uncertainty in the assumptions" in english
    assert f"降低 {fall}%" in chinese
    low, high = sorted((100 * (1 - ratio["high"]), 100 * (1 - ratio["low"])))
    assert f"95 % interval {low:.0f} to {high:.0f} %" in english


def test_what_the_assumptions_leave_open_is_part_of_the_answer(found) -> None:
    """Where parameters were drawn, their interval is told, and it decides whether there is an effect."""
    drawn_parameters = {"comparisons": {"both": {"accident_rate_ratio": {"estimate": 0.8, "low": 0.6, "high": 1.02}}}}
    other = type(found)(**{**vars(found), "uncertainty": drawn_parameters})
    english = told(other, "en")[0].replace("\N{NO-BREAK SPACE}", " ")
    assert "−2 to 40 % with uncertainty in the assumptions" in english
    assert "this is no clear effect" in english
    assert "计入假设的不确定性后，从升高 2% 到降低 40%" in told(other, "zh")[0]


def test_deaths_and_money_are_told_with_what_the_assumptions_leave_open(found) -> None:
    """On the first screen, in the table of indicators and in the workbook, in both languages."""
    own = {
        "accident_rate_ratio": {"estimate": 0.8, "low": 0.6, "high": 0.9},
        "ratios": {"expected_deaths": {"estimate": 0.7, "low": 0.45, "high": 1.05}},
        "benefit_cost_ratio": {"median": 2.0, "low": 0.3, "high": 9.0, "pays": 0.8},
    }
    every = ["interventions.both.cost.level", "severity.fatal_share.0", "valuation.delay_cny_h"]
    other = type(found)(**{**vars(found), "uncertainty": {"comparisons": {"both": own}, "parameters": every}})
    score = {"totals": {"median_width": 9.0, "observations": 18, "cases": 13, "inside": 17}}
    english, chinese = ("\n".join(line.text for line in summary(other, score, one)) for one in ("en", "zh"))
    assert "severity among them, deaths −55.0 to +5.0 %" in english
    assert "死亡人数变化 −55.0～+5.0%" in chinese
    assert "0.3 to 9 times its cost in nine draws of ten and more than its cost in 80 % of the draws" in english
    assert "九成抽样为 0.3～9 倍，80% 的抽样中效益大于费用" in chinese
    fewer = {**own, "benefit_cost_ratio": {"median": 2.0, "low": None, "high": None, "pays": 0.4}}
    rates = {"comparisons": {"both": fewer}, "parameters": ["risk.calibration_factor"]}
    bare = type(found)(**{**vars(found), "uncertainty": rates})
    english, chinese = ("\n".join(line.text for line in summary(bare, score, one)) for one in ("en", "zh"))
    assert "with uncertainty in the assumptions, deaths −55.0 to +5.0 %" in english
    assert (
        "With effects and the value of a life uncertain it returns more than its cost in 40 % of the draws." in english
    )
    assert "效果与生命价值不确定时，40% 的抽样中效益大于费用" in chinese
    row = next(row for row in indices(other, "en") if row["key"] == "deaths")
    assert row["wide"] == "−55.0 to +5.0 %"
    assert not any(row["wide"] for row in indices(other, "en") if row["key"] not in ("deaths", "rate"))
    assert page(other).count("interval with uncertain assumptions") == 1
    assert "interval with uncertain assumptions" not in page(found)


def test_what_was_added_from_other_scenarios_is_not_read(folder, small, tmp_path) -> None:
    """Draws of a changed scenario stay out of a report of results that were made before."""
    out = tmp_path / "out"
    shutil.copytree(folder, out)
    pair = [small(days=40), small(days=40, name="both", title="b", interventions=BOTH)]
    shares = {"both": {RATE: Shares(Interval(0.7, 0.5, 0.9), 0.5, 0.1, 0.1)}}
    worth = {"both": Worth(2.0, nan, nan, 0.75)}
    write_shares(shares, worth, pair, ["risk.fog_factor"], 5, 1, 2, out)
    read = material(out)
    assert read.wide_ratio("both")["estimate"] == 0.7
    assert read.wide_ratio("both", "expected_deaths") is None
    assert read.wide_worth("both") == {"median": 2.0, "low": None, "high": None, "pays": 0.75}
    changed = [pair[0], pair[1].changed({"risk.fog_factor": 1.6})]
    write_shares(shares, worth, changed, ["risk.fog_factor"], 5, 1, 2, out)
    assert material(out).uncertainty is None


def test_a_rise_is_told_in_its_own_direction(found) -> None:
    worse = json.loads(json.dumps(found.summary))
    worse["comparisons"]["both"]["accident_rate_ratio"] = {"estimate": 1.05, "low": 1.02, "high": 1.08}
    one_run = json.loads(json.dumps(found.summary))
    one_run["comparisons"]["both"]["accident_rate_ratio"] = {"estimate": 0.9, "low": None, "high": None}
    rise, single = (
        told(type(found)(**{**vars(found), "summary": summary}), "en")[0].replace("\N{NO-BREAK SPACE}", " ")
        for summary in (worse, one_run)
    )
    assert "raises the expected accident rate of trucks by 5 % (95 % interval 2 to 8 %" in rise
    assert "no clear effect" not in rise
    assert "one run, no interval" in single
    assert "this is no clear effect" in single


def test_no_part_wins_where_intervals_overlap() -> None:
    apart = [("a", 3.0, 2.5, 3.5), ("b", 1.0, 0.5, 1.5)]
    assert "a add most: 3.0" in findings.parts(apart, "en")
    assert "can't be told" in findings.parts([("a", 3.0, 1.0, 5.0), ("b", 1.0, 0.5, 1.5)], "en")


def test_equal_titles_are_told_apart(found) -> None:
    """By name, in charts too, where long titles are cut."""
    manifest = json.loads(json.dumps(found.manifest))
    for entry in manifest["scenarios"].values():
        entry["title"] = "The same long title that no chart of a narrow page has room for"
    other = type(found)(**{**vars(found), "manifest": manifest})
    assert other.title("calls", "en") == manifest["scenarios"]["calls"]["title"] + " (calls)"
    for language in LANGUAGES:
        assert set(drawings(other, language)) >= {"strip", "counted", "months"}
        assert "(both)" in page(other, ("en",))


def test_a_road_cut_into_other_sections_has_the_baseline_alone(found) -> None:
    """The programme's road is a section longer before the others: neither chart nor words take its kilometres."""
    scenarios, sections = json.loads(json.dumps(found.scenarios)), found.sections.copy()
    upper = next(link for link in scenarios["both"]["road"]["links"] if link["name"] == "upper")
    upper["sections"] = [{**upper["sections"][0], "length_km": 5.0}, *upper["sections"]]
    more = sections[(sections["scenario"] == "both") & (sections["link"] == "upper")].copy()
    sections = pd.concat([sections, more.assign(section=more["section"] + 100)], ignore_index=True)
    other = type(found)(**{**vars(found), "scenarios": scenarios, "sections": sections})
    figure, finding = drawings(other, "en")["strip"]
    assert len(figure.axes[2].patches) == 1
    whole = drawings(found, "en")["strip"][1]
    assert finding == whole[: whole.index(" without")] + " without."
    assert whole.endswith("with the programme.")


def test_what_was_simulated_is_said() -> None:
    def said(days: int) -> str:
        return findings.horizon({"days": days, "start_date": "2025-01-01"}, "en")

    assert said(365) == "Simulated: a year from 2025-01-01."
    assert "60 days from 2025-01-01 only" in said(60)
    assert said(730).endswith("those of an average year.")
    assert "Simulated: 1 day from" in said(1)
    assert "366 days" in said(366)
    leap = {"days": 366, "start_date": "2028-01-01"}
    assert findings.horizon(leap, "zh") == "模拟期：2028-01-01 起一年。"


def test_costs_are_of_a_year(found) -> None:
    entry = found.costs["both"]
    text = page(found, ("en",))
    assert f"<td>{entry['cost_cny'] * 365 / 40 / 1e6:.2f}</td>" in text
    assert f"<td>{entry['avoided']['accidents']['estimate'] * 365 / 40:.1f} <small>" in text
    assert "1.0 / 4.1 / 6.7 million CNY" in text


def test_values_of_a_life_are_those_of_the_rows(found) -> None:
    costs_of_both = json.loads(json.dumps(found.scenarios))
    costs_of_both["calls"]["valuation"]["statistical_life_cny"] = [1e6, 2e6, 9e6]
    other = type(found)(**{**vars(found), "scenarios": costs_of_both})
    assert "1.0 / 2.0 / 9.0 or 1.0 / 4.1 / 6.7 million CNY" in page(other, ("en",))
    assert "100 / 200 / 900 或 100 / 410 / 670 万元" in page(other, ("zh",))


def test_where_nobody_drives_there_is_no_report(small, tmp_path) -> None:
    flows = small().model_dump(mode="json")["demand"]["flows"]
    for flow in flows:
        flow["trips_per_year"] = dict.fromkeys(flow["trips_per_year"], 0.0)
    still = {"days": 3, "demand__flows": flows}
    results = compare(small(**still), small(**still, name="other"), replications=1, workers=1)
    write_results(results, tmp_path / "out", events=False)
    done = runner.invoke(app, ["report", str(tmp_path / "out")])
    assert (done.exit_code, "nobody drives in small, other" in done.stderr) == (2, True)


def test_numbers_as_people_say_them() -> None:
    assert interval({"estimate": 0.5, "low": -0.1, "high": 1.1}, 1.0, ".1f") == "0.5 (−0.1 to 1.1)"
    assert interval({"mean": 2.0, "low": None, "high": None}, 2.0, ".1f") == "4.0"
    assert changes([100.0, 50.0], [50.0, 25.0], points=False) == "−50.0 % (±<0.05)"
    assert changes([0.9, 0.9], [0.98, 0.98], points=True) == "+8.0 pp (±<0.05)"
    assert "to" in changes([100.0, 100.0], [90.0, 80.0], points=False)
    assert interval({"estimate": -0.001, "low": -0.004, "high": 0.2}, 1.0, ".2f") == "0.00 (0.00–0.20)"
    assert interval({"estimate": 0.0, "low": -0.001, "high": 0.001}, 1.0, ".2f") == "0.00 (±<0.005)"
    assert changes([0.9, 0.9], [0.98, 0.98], points=True, language="zh").startswith("+8.0 个百分点")
    assert changes([2.0], [2.0], points=False) == "0.0 %"
    assert (millions(49_000.0, "en"), millions(4.94e6, "zh")) == ("<0.1", "494")


def test_every_source_of_the_scenario_is_listed(found) -> None:
    scenario = found.scenarios[found.programme]
    rows = assumptions(scenario, "en")
    assert {row["basis"] for row in rows} <= {"published", "derived", "assumption"}
    listed = {(row["part"], row["key"]) for row in rows}
    assert {("risk", key) for key in scenario["risk"]["sources"]} <= listed
    values = {(row["part"], row["key"]): row["value"] for row in rows}
    assert values["behaviour", "penalty_half_life_days"] == f"{scenario['behaviour']['penalty_half_life_days']:g} d"
    assert values["valuation", "statistical_life_cny"] == "1e+06, 4.1e+06, 6.7e+06 CNY"
    assert {("calls to drivers", key) for key in scenario["interventions"]["driver_contact"]["sources"]} <= listed


def shipped_with_measures() -> list[str]:
    """Of the county and of every measure."""
    return sorted(
        f"{folder}/{file.stem}" for folder in ("taishun", "measures") for file in (SCENARIOS / folder).glob("*.yaml")
    )


@pytest.mark.parametrize("name", shipped_with_measures())
def test_what_is_assumed_is_told_in_chinese(name) -> None:
    """Every plausible range and note of the county and the measures; titles of what was read stay as they are."""
    content = load_scenario(SCENARIOS / f"{name}.yaml").model_dump(mode="json")
    told = [one for *_, source in _sources(content, ()) for key in ("range", "note") if (one := source.get(key))]
    assert len(told) > 100
    assert [text for text in told if re.search("[a-z]{4,}", text) and source_text(text, "zh") == text] == []
    assert all(source_text(text, "en") == text for text in told)
    rows = assumptions(content, "zh")
    assert {row["part"] for row in rows} >= {"事故风险", "驾驶人行为"}
    assert not any(" to " in row["said"] for row in rows if row["basis"] == "假设" and "doi" not in row["said"])


def test_ranges_of_numbers_are_written_as_in_chinese() -> None:
    assert [source_text(text, "zh") for text in ("0.5 to 2", "-5 to -2", "10 to 40 s", "10 to 90 things")] == [
        "0.5～2",
        "-5～-2",
        "10～40 秒",
        "10～90 things",
    ]


def test_a_scenario_has_one_colour_in_all_charts(found) -> None:
    shade = colours(list(found.summary["scenarios"]))["both"]
    figures = {name: figure for name, (figure, _) in drawings(found, "en").items()}
    assert figures["funnel"].axes[0].patches[0].get_facecolor() == to_rgba(shade)
    assert figures["counted"].axes[0].lines[1].get_color() == shade
    assert figures["strip"].axes[2].patches[1].get_edgecolor() == to_rgba(shade)
    assert shade in {line.get_color() for line in figures["forest"].axes[0].lines}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_road_whose_line_is_known_has_a_map(found, language) -> None:
    """Its pieces lie one after the other from node to node, as wide as their accidents; its finding names the worst."""
    scenarios = json.loads(json.dumps(found.scenarios))
    road = scenarios[found.baseline]["road"]
    road["links"] = [link for link in road["links"] if link["name"] == "upper"]
    sections = found.sections[found.sections["link"] == "upper"]
    other = type(found)(**{**vars(found), "scenarios": scenarios, "sections": sections})
    assert "map" not in drawings(other, language)
    start, end = (next(n for n in road["nodes"] if n["name"] == road["links"][0][key]) for key in ("start", "end"))
    ends = [[node["x_km"], node["y_km"]] for node in (start, end)]
    road["links"][0]["shape_km"] = [[ends[0][0] + 1.0, ends[0][1] + 2.0]]
    figure, finding = drawings(other, language)["map"]
    [lines] = figure.axes[0].collections
    segments = lines.get_segments()
    assert [segments[0][0].tolist(), segments[-1][-1].tolist()] == ends
    assert all(a[-1].tolist() == b[0].tolist() for a, b in itertools.pairwise(segments))
    risk = risk_per_km(sections, found.baseline, ["upper"])
    assert f"{found.yearly * risk.max():.2f}" in finding
    assert max(lines.get_linewidths()) == pytest.approx(8.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_says_its_finding(found, language) -> None:
    """With a number of the tables, not the chart's heading."""
    for name, (_, finding) in drawings(found, language).items():
        assert re.search(r"\d", finding), name
        assert finding not in [text for pair in WORDS.values() for text in pair], name


def test_no_effect_is_called_so(found) -> None:
    crossing = json.loads(json.dumps(found.summary))
    crossing["comparisons"]["both"]["accident_rate_ratio"] = {"estimate": 0.98, "low": 0.9, "high": 1.06}
    other = type(found)(**{**vars(found), "summary": crossing})
    assert "this is no clear effect" in told(other, "en")[0]
    assert "尚不能排除“没有效果”" in told(other, "zh")[0]


def test_chances_are_said_as_people_say_them() -> None:
    """12 against 8: the share of periods in which chance hides the difference, against a simulation."""
    hidden = chance_by_simulation(12.0, 8.0)
    said = int(re.search(r"1 time in (\d+)", chance_words(12.0, 8.0, "en"))[1])
    tenths = round(10 * chance_by_simulation(12.0, 11.0))
    assert f"about {tenths} times in 10" in chance_words(12.0, 11.0, "en")
    assert said == round(1 / hidden)
    assert "hardly ever" in chance_words(300.0, 100.0, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_in_one_language_has_no_other(found, language) -> None:
    text = page(found, (language,))
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    assert f'<main lang="{language}">' in text
    assert f'<main lang="{other}">' not in text
    assert "data-switch>" not in text


def test_every_word_is_in_both_languages() -> None:
    for key, texts in WORDS.items():
        assert len(texts) == len(LANGUAGES), key
        assert all(texts), key


def say(key: str) -> str:
    return WORDS[key][0]


def test_the_forest_draws_the_summary(found) -> None:
    titles = {name: found.title(name, "en") for name in found.summary["scenarios"]}
    axes = drawn.forest(found.summary, titles, say).axes[0]
    points = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "s"]
    spans = [tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2 and line.get_linewidth() > 2]
    ratios = [found.summary["comparisons"][name]["accident_rate_ratio"] for name in found.alternatives]
    assert points == sorted(entry["estimate"] for entry in ratios)
    assert spans == [(entry["low"], entry["high"]) for entry in ratios]
    *texts, fewer, more = (text.get_text() for text in axes.texts)
    assert "fewer" in fewer
    assert "more" in more
    assert texts[::2] == [titles[name] for name in found.alternatives]
    assert all(f"{entry['estimate']:.2f}" in text for entry, text in zip(ratios, texts[1::2], strict=True))


def test_uncertain_assumptions_are_drawn_behind_chance_and_told_in_the_table(found) -> None:
    wide = {"estimate": 0.8, "low": 0.6, "high": 1.02}
    other = type(found)(**{**vars(found), "uncertainty": {"comparisons": {"both": {"accident_rate_ratio": wide}}}})
    axes = drawings(other, "en")["forest"][0].axes[0]
    thin = [
        tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 1.0 and line.get_color() == "0.55"
    ]
    assert thin == [(0.6, 1.02)]
    assert axes.get_xlim()[0] < 0.6
    text = page(other, ("en",))
    assert "<td>0.80 <small>(0.60–1.02)</small></td>" in text
    assert "ratio with uncertain assumptions" in text
    assert "ratio with uncertain assumptions" not in page(found, ("en",))


def test_the_finding_is_the_charts_title_and_each_is_drawn_for_a_telephone_too(found) -> None:
    text = page(found, ("en",))
    charts = drawings(found, "en")
    assert text.count('<div class="narrow"><svg') == text.count('<div class="wide"><svg') == len(charts)
    for _, finding in charts.values():
        assert (
            f"<figcaption>{escape(finding)}</figcaption>".replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text
        )
    narrow = drawings(found, "en", NARROW_INCHES)
    assert {figure.get_figwidth() for figure, _ in narrow.values()} <= {NARROW_INCHES, 10.0}


def test_the_answer_has_what_deciders_ask_for(found) -> None:
    """Each number is the summary's or the appraisal's; three runs are called few."""
    score = json.loads(SHIPPED_SCORECARD.read_text())
    said = {line.label: line.text.replace("\N{NO-BREAK SPACE}", " ") for line in summary(found, score, "en")}
    own = [found.runs[found.runs["scenario"] == name] for name in (found.baseline, found.programme)]
    for key in ("deaths", "injuries", "accidents"):
        assert changes(*(frame[f"expected_{key}"].tolist() for frame in own), points=False) in said["Effect"]
    ratio = found.summary["comparisons"]["calls"]["accident_rate_ratio"]["estimate"]
    assert f"Calls {100 * (ratio - 1):+.0f} %".replace("-", "−") in said["Ranking"]
    central = found.costs["both"]["benefit_cost_ratio"]["central"]
    assert f"returns {central:.2g} times".replace("-", "−") in said["Value for money"]
    assert f"{score['totals']['inside']} lie inside" in said["How far to trust it"]
    assert "Only 3 runs" in said["Caution"]
    many = type(found)(**{**vars(found), "manifest": {**found.manifest, "replications": 4}})
    assert "Caution" not in {line.label for line in summary(many, score, "en")}


@pytest.mark.parametrize(("avoided", "cost", "named"), [(7.0, 2.0, True), (4.0, 2.0, False), (7.0, 6.0, False)])
def test_what_gives_most_of_it_for_little_is_named(found, avoided, cost, named) -> None:
    costs = json.loads(json.dumps(found.costs))
    for name, numbers in (("both", (10.0, 10.0)), ("calls", (avoided, cost))):
        costs[name]["avoided"]["accidents"]["estimate"], costs[name]["cost_cny"] = numbers
    other = type(found)(**{**vars(found), "costs": {name: costs[name] for name in ("both", "calls")}})
    text = " ".join(line.text for line in summary(other, json.loads(SHIPPED_SCORECARD.read_text()), "en"))
    assert ("“Calls” avoids 70 % of the accidents that the whole avoids, for 20 % of its cost." in text) is named
    assert ("of the accidents that the whole avoids" in text) is named


@pytest.fixture(scope="module")
def free(small, tmp_path_factory):
    """A road without any ban, and ramps."""
    road = small().road.model_dump(mode="json")
    for link in road["links"]:
        link["ban"] = None
    ramps = {"escape_ramps": {"ramps": [{"link": "lower", "direction": "forward", "at_km": 5.0}]}}
    pair = small(days=20, road=road), small(days=20, road=road, name="ramps", title="Ramps", interventions=ramps)
    out = tmp_path_factory.mktemp("free") / "out"
    write_results(compare(*pair, replications=2, seed=2, workers=1), out, events=False)
    return material(out)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_ban_nothing_is_said_of_one(free, language) -> None:
    assert not {"funnel", "load"} & set(drawings(free, language))
    assert len(drawings(free, language)["months"][0].axes) == 1
    text = page(free, (language,))
    for key in ("compliance_rate", "compliance_axis", "how_text", "ban_strip", "strip_text"):
        assert escape(WORDS[key][LANGUAGES.index(language)]) not in text, key
    assert not re.search(
        r"\bnan\b", re.sub(r"<svg.*?</svg>|<style>.*?</style>|<script>.*?</script>", "", text, flags=re.DOTALL)
    )


def test_trucks_are_listed_by_class_under_their_titles(small, tmp_path) -> None:
    one = small(days=10)
    trucks = {name: own.model_dump(exclude_unset=True) for name, own in one.fleet.classes.items()}
    trucks |= {"rigid": trucks["rigid"] | {"title": "Tippers", "title_zh": "自卸车"}}
    base = small(days=10, fleet=one.fleet.model_dump(exclude_unset=True) | {"classes": trucks})
    calls = base.changed({"name": "calls", "interventions": {"driver_contact": {}}})
    write_results(compare(base, calls, replications=2, seed=2, workers=1), tmp_path, events=False)
    found = material(tmp_path)
    for language, known, own in (("en", "local semi-trailers", "Tippers"), ("zh", "本地半挂车", "自卸车")):
        titles = {row["title"]: row["cells"] for row in by_truck_class(found, language)}
        assert {known, own} <= set(titles)
        assert "rigid" not in titles
    driven = found.summary["scenarios"]["small"]["metrics"]["truck_km_rigid"]
    assert titles["自卸车"][0] == interval(driven, 1e-6 * found.yearly, ".2f", "zh")


def test_works_and_sites_that_touch_are_one_place_with_all_their_costs(small, tmp_path) -> None:
    cameras = {"cameras": [{"link": "upper", "at_km": 1.0}, {"link": "lower", "at_km": 2.0}]}
    works = {"works": [{"link": "upper", "from_km": 0.5, "to_km": 2.0, "lighting": True}]}
    base = small(days=20)
    measures = {"speed_cameras": cameras, "road_works": works, "driver_contact": {}}
    programme = small(days=20, name="programme", interventions=measures)
    write_results(compare(base, programme, replications=2, seed=2, workers=1), tmp_path, events=False)
    found = material(tmp_path)
    upper, lower = sorted(places(found), key=lambda place: place.link, reverse=True)
    assert upper.kinds == {"road_works": 1, "speed_cameras": 1}
    assert lower.kinds == {"speed_cameras": 1}
    assert (upper.low_km, upper.high_km) == (0.0, 3.0)
    cost, rate = programme.interventions["road_works"].cost, programme.valuation.discount_rate
    works_cny = 1.5 * (cost.yearly_cny + cost.capital_cny * annuity(rate, cost.lifetime_years))
    camera = programme.interventions["speed_cameras"].cost
    camera_cny = camera.yearly_cny + camera.capital_cny * annuity(rate, camera.lifetime_years)
    assert lower.cost_cny == pytest.approx(camera_cny)
    assert upper.cost_cny == pytest.approx(works_cny + camera_cny)
    for number, name in enumerate(("small", "programme")):
        own = found.sections[(found.sections["scenario"] == name) & (found.sections["link"] == "upper")]
        own = own[np.where(own["forward"], own["start_m"] < 3000.0, own["start_m"] >= 5000.0)]  # of 8 km, by travel
        total = found.yearly * own[[f"expected_{kind}" for kind in MECHANISMS]].to_numpy().sum() / 2
        assert upper.accidents[number] == pytest.approx(total)
        assert upper.deaths is not None
        assert upper.deaths[number] == pytest.approx(found.yearly * own["expected_deaths"].sum() / 2)
    older = replace(found, sections=found.sections.drop(columns="expected_deaths"))
    assert [place.deaths for place in places(older)] == [None, None]
    assert {row["deaths"] for row in sites(older, "en")} == {row["ratio"] for row in sites(older, "en")} == {"–"}
    for language in LANGUAGES:
        rows = sites(found, language)
        assert len(rows) == 2
        assert page(found, (language,)).count(rows[0]["place"]) >= 1


def test_measures_without_a_place_have_no_table_of_places(found) -> None:
    assert places(found) == []
    assert WORDS["sites"][0] not in page(found, ("en",))


def test_a_portfolio_is_drawn_with_what_most_of_it_costs(found) -> None:
    """Of four sets three are best; 80 % of the 10 that the dearest avoids, 8, are first reached for 3 million."""
    table = pd.DataFrame(
        {
            "parts": ["", "driver_contact", "early_warning", "driver_contact early_warning"],
            "cost_cny": [0.0, 3e6, 4e6, 6e6],
            "avoided": [0.0, 8.0, 5.0, 10.0],
            "front": [True, True, False, True],
        }
    )
    for language, cost in (
        ("en", "costs 3.0 million CNY a year, all of it 6.0"),
        ("zh", "每年需 300 万元，全部则需 600"),
    ):
        figure, finding = drawings(replace(found, portfolio=table), language)["sets"]
        assert cost in finding
        others, front = figure.axes[0].lines
        assert others.get_xydata()[:, 1].tolist() == [5.0]
        assert front.get_xydata()[:, 1].tolist() == [0.0, 8.0, 10.0]


def test_the_worst_places_are_the_sections(found) -> None:
    rows = worst_places(found, "en")
    before = along(found.sections, found.baseline)
    per_km = (before["accidents"] / before["length_m"] * 1000.0 * found.yearly).sort_values(ascending=False)
    assert [row["before"] for row in rows] == [f"{value:.2f}" for value in per_km.head(10)]
    own = found.sections[found.sections["scenario"] == found.baseline]
    total = own[[f"expected_{name}" for name in MECHANISMS]].to_numpy().sum() / 3
    assert before["accidents"].sum() == pytest.approx(total)


def test_operators_who_are_enough_are_erlangs() -> None:
    """The fewest with whom at most a tenth waits."""
    for busy in (0.05, 0.6, 1.2, 4.0):
        enough = findings.operators_enough(busy)
        assert waiting_probability(busy, enough) <= 0.1
        assert enough == int(busy) + 1 or waiting_probability(busy, enough - 1) > 0.1


def test_the_strip_draws_the_sections(found) -> None:
    """Expected accidents along the banned road add up to the table's."""
    road = found.scenarios[found.baseline]["road"]
    links = banned_line(road)
    assert links == ["upper", "lower"]
    risk = risk_per_km(found.sections, found.baseline, links)
    lengths = [s["length_km"] for link in road["links"] if link["name"] in links for s in link["sections"]]
    own = found.sections[(found.sections["scenario"] == found.baseline) & found.sections["link"].isin(links)]
    total = own[[f"expected_{name}" for name in MECHANISMS]].to_numpy().sum() / 3
    assert float(np.dot(risk, lengths)) == pytest.approx(total)
    marks = [(1.0, "exit_mark"), (2.0, "exit_mark")]
    shade = {"before": "#000000", "after": "#0072B2"}
    axes = drawn.strip(road, links, {"before": risk, "after": risk}, marks, say, shade).axes
    assert axes[0].lines[1].get_xdata().tolist() == [1.0, 2.0]
    assert axes[2].patches[0].get_data()[0] == pytest.approx(risk)
    sections = [s for link in road["links"] if link["name"] in links for s in link["sections"]]
    rise = sum(10 * s["length_km"] * s["grade_pct"] for s in sections)
    assert axes[0].lines[0].get_ydata()[-1] == pytest.approx(rise)


@pytest.fixture(scope="module")
def slope(tmp_path_factory):
    base = load_scenario(ROOT / "scenarios/qidaoliang/baseline.yaml").changed({"days": 3})
    signs = load_scenario(ROOT / "scenarios/qidaoliang/weight_signs.yaml").changed({"days": 3})
    out = tmp_path_factory.mktemp("slope")
    write_results(compare(base, signs, replications=2, seed=2, workers=1), out, events=False)
    return material(out)


def test_on_a_descent_the_brakes_are_drawn(slope) -> None:
    descent = worst_descent(slope)
    assert descent is not None
    road = slope.scenarios[slope.baseline]["road"]
    assert descent.link == road["links"][0]["name"]
    assert descent.height_m[0] == descent.height_m.max()
    assert descent.height_m[-1] == 0.0
    wrong, alone, both = (descent.brakes[what] for what in (WRONG_GEAR, ALONE, WITH_RETARDER))
    assert wrong.temperature_c.max() > alone.temperature_c.max() > both.temperature_c.max()
    assert wrong.safe_kmh is not None
    assert wrong.safe_kmh < (alone.safe_kmh or 0.0) <= (both.safe_kmh or 0.0)
    length_km = np.diff(descent.ends_km)
    for name, per_km in descent.runaways.items():
        own = slope.sections[(slope.sections["scenario"] == name) & slope.sections["forward"]]
        assert (per_km * length_km).sum() == pytest.approx(slope.yearly * own["expected_runaway"].sum() / 2)
    for language in LANGUAGES:
        figure, finding = drawings(slope, language)["brakes"]
        assert f"{wrong.safe_kmh:.0f} km/h" in finding
        drawn_c = [line.get_ydata() for line in figure.axes[1].lines[:3]]
        assert [own.max() for own in drawn_c] == [own.temperature_c.max() for own in (wrong, alone, both)]
        assert finding in page(slope, (language,))


def test_the_descent_is_the_roads_with_its_factors(slope) -> None:
    """Half of the limit and a tenth steeper: so the brakes are drawn, and the finding names the limit."""
    before = worst_descent(slope)
    assert before is not None
    own = slope.scenarios[slope.baseline]
    changed = {**own, "road": {**own["road"], "limit_factor": 0.5, "grade_factor": 1.1}}
    found = replace(slope, scenarios={**slope.scenarios, slope.baseline: changed})
    after = worst_descent(found)
    assert after is not None
    assert after.limit_kmh == pytest.approx(before.limit_kmh / 2.0)
    assert after.height_m.max() == pytest.approx(1.1 * before.height_m.max())
    assert f"the limit is {after.limit_kmh:.0f} km/h" in findings.brakes(after, "slope", "en")


def test_where_hardly_anybody_runs_away_no_brakes_are_drawn(found) -> None:
    share = found.mean(found.baseline, "expected_runaway") / found.mean(found.baseline, "expected_accidents")
    assert share < MATTERS
    assert worst_descent(found) is None
    assert "brakes" not in drawings(found, "en")


def test_files_for_slides(folder, tmp_path, monkeypatch) -> None:
    """PNG and SVG of every chart; without a font for Chinese it says so and writes no boxes."""
    shutil.copytree(folder, tmp_path / "out")
    monkeypatch.setattr(saving, "chinese_font", lambda: None)
    done = runner.invoke(app, ["report", str(tmp_path / "out"), "--slides"])
    assert done.exit_code == 0
    assert "no font with Chinese" in done.stderr
    names = {file.name for file in (tmp_path / "out" / "slides").iterdir()}
    assert {"funnel.en.png", "forest.en.svg", "forest.zh.svg", "map.en.png", "funnel.zh.svg"} <= names
    assert not any(name.endswith(".zh.png") for name in names)


@pytest.mark.skipif(saving.chinese_font() is None, reason="needs a font with Chinese")
def test_chinese_charts_hold_no_boxes(found) -> None:
    for figure, _ in drawings(found, "zh").values():
        assert saving.picture(figure).startswith(b"\x89PNG")


def test_the_months_draw_the_table(found) -> None:
    shade = colours(list(found.summary["scenarios"]))
    figure = drawn.months(found.monthly, ("small", "both"), {"small": "a", "both": "b"}, say, shade)
    assert [line.get_color() for line in figure.axes[0].lines] == [shade["small"], shade["both"]]
    own = found.monthly[found.monthly["scenario"] == "both"]
    compliance = 100 * (1 - own["violations"] / own["candidate_trips"])
    drawn_values = figure.axes[0].lines[1].get_ydata()
    assert drawn_values == pytest.approx(compliance.groupby(own["month"]).mean().to_numpy())


def test_svg_keeps_text_as_text_and_says_what_it_shows(found) -> None:
    svg = saving.inline(drawn.funnel([("alarms", 3.0)], lambda key: WORDS[key][1]), 'a "finding" <b>')
    assert 'role="img"' in svg
    assert 'aria-label="a &quot;finding&quot; &lt;b>"' in svg
    assert ">预警<" in svg


def test_a_folder_without_results_is_bad_input(tmp_path) -> None:
    result = runner.invoke(app, ["report", str(tmp_path)])
    assert result.exit_code == 2
    assert "manifest.json" in result.output


def test_the_parts_draw_what_each_adds() -> None:
    shapley = [("calls to drivers", 2.5, 1.0, 4.0), ("alarm on banned entry", -0.5, None, None)]
    axes = drawn.parts(shapley, say, "#D55E00").axes[0]
    assert [bar.get_width() for bar in axes.patches] == [2.5, -0.5]
    assert tuple(axes.lines[0].get_xdata()) == (1.0, 4.0)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["calls to drivers", "alarm on banned entry"]
    assert [text.get_text() for text in axes.texts] == ["2.50", "-0.50"]


def test_every_intervention_has_a_name_in_both_languages() -> None:
    assert set(KINDS) == {cls.kind for cls in BUILT_IN}
    assert kind_word("of_others", "zh") == "of others"


def test_the_load_by_hour_adds_up(found) -> None:
    """Over the day, what operators of each hour do is what the summary calls their utilisation."""
    own = found.hourly[found.hourly["scenario"] == "both"]
    share = own.groupby("replication")["busy_operators"].sum() / own.groupby("replication")["operators"].sum()
    summed = found.summary["scenarios"]["both"]["metrics"]
    assert share.mean() == pytest.approx(summed["operator_utilisation"]["mean"])
    assert own["alarms"].sum() == pytest.approx(summed["alarms"]["mean"] * 3)
    axes = drawn.load(own, say).axes[0]
    assert axes.patches[1].get_data()[0] == pytest.approx(own.groupby("hour")["busy_operators"].mean())


needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium")


@needs_browser
def test_the_switch_changes_the_language(html, tmp_path) -> None:
    script = """
    const shown = (main) => main.offsetHeight > 0;
    const seen = () => [...document.querySelectorAll("main")].filter(shown).map((m) => m.lang).join();
    const before = seen(); document.querySelector("[data-switch]").click();
    const after = seen(); document.querySelectorAll("[data-switch]")[1].click();
    document.title = [before, after, seen(), document.documentElement.lang].join(" ");
    """
    title, console = browse(html, tmp_path, script)
    assert title == "en zh en en"
    assert console == ""


@needs_browser
def test_it_opens_in_the_readers_language_or_the_links(html, tmp_path) -> None:
    script = "document.title = document.documentElement.lang;"
    assert browse(html, tmp_path, script, "--lang=zh-CN", "--accept-lang=zh-CN")[0] == "zh"
    assert browse(html, tmp_path, script, "--lang=en-US", "--accept-lang=en-US")[0] == "en"
    assert browse(html, tmp_path, script, "--lang=en-US", "--accept-lang=en-US", anchor="#zh")[0] == "zh"


@needs_browser
def test_tables_are_saved_as_they_stand(html, tmp_path) -> None:
    script = """
    const link = document.querySelector("main[lang=en] a.csv"); const table = link.previousElementSibling;
    const text = decodeURIComponent(link.href.split(",").slice(1).join(","));
    const rows = text.slice(1).split("\\r\\n"); const cell = table.querySelector("tbody th").textContent;
    document.title = [link.download, rows.length === table.querySelectorAll("tr").length,
      rows[1].startsWith('"' + cell), document.querySelectorAll("th:empty").length].join(" ");
    """
    assert browse(html, tmp_path, script) == ("scenarios.csv true true 0", "")


@needs_browser
def test_the_page_asks_the_network_for_nothing(html, tmp_path) -> None:
    """By the browser's own log; a page that asks for something shows up there."""
    asking = tmp_path / "asking.html"
    asking.write_text('<title>-</title><body><img src="http://127.0.0.1:9/picture.png"></body>')
    assert requests(asking, tmp_path) == ["http://127.0.0.1:9/picture.png"]
    assert requests(html, tmp_path) == []


@needs_browser
def test_tables_sort_by_number(html, tmp_path) -> None:
    script = """
    const table = document.querySelector("[data-sortable]"); const head = table.tHead.rows[0].cells[1];
    const column = () => [...table.tBodies[0].rows].map((r) => Number.parseFloat(r.cells[1].textContent));
    const button = head.querySelector("button");
    button.click(); const up = column(); button.click(); const down = column();
    document.title = [up.every((v, i) => !i || up[i - 1] <= v), down.every((v, i) => !i || down[i - 1] >= v),
      head.getAttribute("aria-sort")].join(" ");
    """
    assert browse(html, tmp_path, script) == ("true true descending", "")


@needs_browser
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_nothing_is_wider_than_the_window(html, tmp_path, width) -> None:
    """Long names break, wide tables and charts scroll by themselves."""
    outer = tmp_path / "outer.html"
    style = f"width:{width}px; height:900px; border:0"
    frame = f'<iframe style="{style}" srcdoc="{escape(html.read_text())}"></iframe>'
    outer.write_text(f"<title>-</title><body>{frame}</body>")
    script = """
    window.addEventListener("load", () => {
        const inside = document.querySelector("iframe").contentDocument.documentElement;
        document.title = inside.scrollWidth + "/" + inside.querySelectorAll("main").length;
    });
    """
    shown_px, languages = browse(outer, tmp_path, script)[0].split("/")
    assert int(shown_px) <= width
    assert int(languages) == 2


@needs_browser
@pytest.mark.parametrize(("width", "language"), WINDOWS)
def test_axe_finds_nothing_grave(html, tmp_path, width, language) -> None:
    assert grave_findings(html.read_text(), tmp_path, width, language) == []


@needs_browser
def test_axe_would_find_it(html, tmp_path) -> None:
    """A picture without words, a field without a name, pale letters."""
    bad = '<img src="data:,"><input><p style="color:#bbb;background:#fff">pale</p>'
    text = html.read_text().replace('<main lang="en"', f'<div lang="en">{bad}</div><main lang="en"', 1)
    found = {rule for _, rule, _ in grave_findings(text, tmp_path, 820, "en")}
    assert {"image-alt", "label", "color-contrast"} <= found


def test_events_are_not_needed(folder) -> None:
    assert not (folder / "events.parquet").exists()
    assert isinstance(material(folder).monthly, pd.DataFrame)


@needs_browser
def test_keys_alone_are_enough(html, tmp_path) -> None:
    """Language, a table sorted up and down, and the sources opened, without a mouse and without a trap."""
    with opened(f"{html.as_uri()}#en", tmp_path / "profile") as shown:
        shown.tab_to("e.dataset.switch !== undefined")
        shown.press("Enter")
        assert shown.ask("document.documentElement.dataset.shown") == "zh"
        shown.tab_to("e.closest('main').lang === 'zh' && e.closest('[data-csv=scenarios] th:nth-child(2)')")
        order = (
            "[...document.querySelectorAll('main[lang=zh] [data-csv=scenarios] tbody th')].map((e) => e.textContent)"
        )
        shown.press("Enter")
        up = shown.ask(order)
        shown.press(" ")
        assert shown.ask("document.activeElement.closest('th').getAttribute('aria-sort')") == "descending"
        assert shown.ask(order) == up[::-1] != up
        shown.tab_to("e.tagName === 'SUMMARY'")
        shown.press("Enter")
        assert shown.ask("document.activeElement.parentElement.open")
        shown.tab_to("e === document.body")  # out of the page: nothing holds the focus
        assert shown.said == []
