"""From runs to tables, `summary.json` and a folder."""
