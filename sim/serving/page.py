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
    "one_run": ("no interval from one run", "一次模拟没有区间"),
}


def page_of(programme: Scenario, form: list[Measure], token: str) -> str:
    """The page, with all that its script needs."""
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
        style=asset("explore.css"),
        script=asset("serve.js", package="sim.serving"),
    )
