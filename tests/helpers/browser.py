"""A page in headless Chromium."""

import json
import re
import shutil
import subprocess

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


OWN = re.compile(r"//([a-z0-9-]+\.)*(google|googleapis|gvt1|chromium)\.(com|org)/")
"""What the browser asks for itself."""
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000")
QUIET = ("--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync")


def requests(html, tmp_path) -> list[str]:
    """Addresses that a page asks the network for."""
    log = tmp_path / "network.json"
    flags = [*FLAGS, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}"]
    subprocess.run([CHROMIUM, *flags, "--dump-dom", html.as_uri()], capture_output=True, check=True, timeout=120)
    events = json.loads(log.read_text())["events"]
    asked = [event["params"]["url"] for event in events if "url" in event.get("params", {})]
    return sorted({url for url in asked if url.startswith(("http:", "https:", "ws:")) and not OWN.search(url)})


def browse(html, tmp_path, script: str, *flags: str, anchor: str = "") -> tuple[str, str]:
    """The page's title after a script has acted on it, and what the console said."""
    acted = tmp_path / "acted.html"
    acted.write_text(html.read_text().replace("</body>", f"<script>{script}</script></body>"))
    given = [*FLAGS, "--enable-logging=stderr", *flags]
    done = subprocess.run(
        [CHROMIUM, *given, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", acted.as_uri() + anchor],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    title = re.search(r"<title>(.*?)</title>", done.stdout)[1]
    return title, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
