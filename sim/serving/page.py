"""The page of the server."""

from typing import Any

from sim.report.templates import asset, by_language, rendered, script_data
from sim.report.words import LANGUAGES, kind_word, metric_word
from sim.scenario import Scenario
from sim.serving.form import Measure
from sim.serving.jobs import SHOWN

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Simulate a choice of measures", "措施组合即时模拟"),
    "stamp": ("model estimate", "模型推演"),
    "measures": ("Measures", "措施"),
    "numbers": ("numbers", "参数"),
    "runs": ("runs", "模拟次数"),
    "go": ("Simulate exactly", "精确模拟"),
    "stop": ("Stop", "停止"),
    "switch": ("中文", "English"),
    "waiting": ("running ...", "正在模拟……"),
    "rough": ("a first, rough run of some days", "先给出数天的粗略结果"),
    "run": ("run {} of {}, the whole time", "第 {} 次，共 {} 次，完整时段"),
    "done": ("done", "完成"),
    "stopped": ("stopped; runs that were done are kept", "已停止；已完成的模拟已保存"),
    "lost": ("the connection was lost", "连接中断"),
    "ratio": ("accident rate over that without measures", "事故率与无措施之比"),
    "without": ("without", "无措施"),
    "with": ("with", "有措施"),
    "year": ("a year", "一年"),
    "of_chance": ("95 % interval of chance in the runs", "95% 区间（仅随机波动）"),
    "what_if": ("all sets at a glance: the what-if page", "全部组合一览：推演网页"),
    "one_run": ("no interval from one run", "一次模拟没有区间"),
}


LIVE: dict[str, tuple[str, str]] = {
    "title": ("This choice, simulated exactly", "当前组合的精确模拟"),
    "rate": ("Accident rate {} ({}).", "事故率 {}（{}）。"),
    "between": ("95 % interval {} to {}, chance in the runs", "95% 区间 {}～{}，仅随机波动"),
    "from_to": ("A year's {}: {} without, {} with.", "一年的{}：无措施 {}，有措施 {}。"),
    "other": ("The choice was changed since.", "此后组合已有改动。"),
    **{
        key: TEXTS[key]
        for key in ("runs", "go", "stop", "waiting", "rough", "run", "done", "stopped", "lost", "one_run")
    },
}
"""Of the panel beside the what-if page."""
PLACE = '<h2 data-text="compare"></h2>'
"""What stands below the panel."""


def live_page(what_if: str, token: str) -> str:
    """A what-if page with the panel that simulates its choice.

    Raises
    ------
    ValueError
        if it is no page of `hairpin explore`
    """
    if PLACE not in what_if or "window.hairpin" not in what_if:
        raise ValueError("is no page of hairpin explore")
    data = script_data({"token": token, "texts": by_language(LIVE)})
    page = what_if.replace(PLACE, rendered("live.html.j2", "sim.serving") + PLACE, 1)
    script = asset("live.js", package="sim.serving")
    own = f'<script type="application/json" id="live-data">{data}</script>\n<script>{script}</script>\n'
    before, _, after = page.rpartition("</body>")
    return f"{before}{own}</body>{after}"


def page_of(programme: Scenario, form: list[Measure], token: str, *, link: bool = False) -> str:
    """The page, with all that its script needs; with a link to the what-if page where there is one."""
    data: dict[str, Any] = {
        "token": token,
        "form": [
            {
                **one._asdict(),
                "numbers": [n._asdict() for n in one.numbers],
                "names": [kind_word(one.kind, w) for w in LANGUAGES],
            }
            for one in form
        ],
        "shown": [[name, *(metric_word(name, language) for language in LANGUAGES)] for name in SHOWN],
        "texts": by_language(TEXTS),
    }
    return rendered(
        "serve.html.j2",
        "sim.serving",
        place={"en": programme.place or programme.shown_title, "zh": programme.place_zh or programme.place},
        data=script_data(data),
        link=f"/explore?token={token}" if link else "",
        style=asset("explore.css"),
        script=asset("serve.js", package="sim.serving"),
    )
