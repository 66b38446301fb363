"""The small county of `conftest` as a file."""

from io import StringIO

from conftest import SMALL
from ruamel.yaml import YAML


def _dump() -> str:
    yaml = YAML()
    yaml.representer.ignore_aliases = lambda _: True
    stream = StringIO()
    yaml.dump(SMALL, stream)
    return stream.getvalue()


SMALL_YAML = _dump()
