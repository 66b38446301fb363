"""The table of metrics as Markdown and as rows."""

from collections.abc import Iterator
from typing import Any

from sim.core.metrics import TABLE, Metric

FAMILIES = {
    "{road}": "<road class or semi>",
    "{truck}": "<truck class>",
    "{mechanism}": "<mechanism>",
    "{violation}": "<violation>",
}
HEAD = (
    "# Metrics",
    "",
    "What `summary.json`, `runs.parquet` and targets of a calibration hold, printed by `hairpin metrics`. Numbers of a",
    "sort that grows with time are of all recorded days. What an intervention measures of itself is named after it.",
    "",
    "| metric | unit | sort | what it is | 中文 |",
    "| --- | --- | --- | --- | --- |",
)


def metric_markdown() -> Iterator[str]:
    """Lines of the document."""
    yield from HEAD
    for row in TABLE:
        name, en, zh = (_told(text) for text in (row.name, row.en, row.zh))
        missing = "; empty where there was none" if row.may_not_exist else ""
        yield f"| `{name}` | {row.unit} | {row.kind.value}{missing} | {en} | {zh} |"


def metric_rows() -> list[dict[str, Any]]:
    """The same for programs."""
    return [_row(row) for row in TABLE]


def _row(row: Metric) -> dict[str, Any]:
    return {
        "name": row.name,
        "unit": row.unit,
        "kind": row.kind.value,
        "en": row.en,
        "zh": row.zh,
        "grows_with_time": row.kind.grows_with_time,
        "may_not_exist": row.may_not_exist,
    }


def _told(text: str) -> str:
    """Families with words in place of their signs."""
    for sign, words in FAMILIES.items():
        text = text.replace(sign, words)
    return text
