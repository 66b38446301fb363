"""The small county of `conftest` as a file."""

import yaml
from conftest import SMALL


class _Plain(yaml.SafeDumper):
    """Every part in full, however often it occurs."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


SMALL_YAML = yaml.dump(SMALL, Dumper=_Plain, sort_keys=False, allow_unicode=True)
