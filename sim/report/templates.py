"""Pages from templates: a file each, with style, script and data inside, that ask nobody for anything."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.report.words import LANGUAGES

HERE = "sim.report"


def rendered(template: str, package: str = HERE, **content: Any) -> str:
    """A page from a template that lies in a package."""
    environment = Environment(
        loader=PackageLoader(package, "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    text: str = environment.get_template(template).render(**content)
    return text


def asset(*names: str, package: str = HERE) -> Markup:
    """Files that lie in a package, one after the other, as they stand in a page."""
    return Markup("".join((files(package) / name).read_text(encoding="utf-8") for name in names))  # noqa: S704


def css_text(text: str) -> Markup:
    """A text as CSS writes it, which can't end the element in which it stands."""
    kept = "".join(letter if letter.isalnum() or letter in " .,;:()·–-" else f"\\{ord(letter):x} " for letter in text)
    return Markup(f'"{kept}"')  # noqa: S704


def script_data(content: Any) -> Markup:
    """What a page's script reads, as JSON that can't end the element in which it stands."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


def by_language(texts: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    """A page's own texts as its script reads them."""
    return {language: {key: pair[n] for key, pair in texts.items()} for n, language in enumerate(LANGUAGES)}
