"""A page in headless Chromium."""

import re
import shutil
import subprocess

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def browse(html, tmp_path, script: str) -> tuple[str, str]:
    """The page's title after a script has acted on it, and what the console said."""
    acted = tmp_path / "acted.html"
    acted.write_text(html.read_text().replace("</body>", f"<script>{script}</script></body>"))
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=2000"]
    done = subprocess.run(
        [CHROMIUM, *flags, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", acted.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    title = re.search(r"<title>(.*?)</title>", done.stdout)[1]
    return title, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
