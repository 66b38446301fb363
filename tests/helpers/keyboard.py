"""Keys pressed in headless Chromium as a person presses them: a page used without a mouse."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser import CHROMIUM

KEYS = {
    "Tab": {"code": "Tab", "windowsVirtualKeyCode": 9},
    "Enter": {"code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    " ": {"code": "Space", "windowsVirtualKeyCode": 32, "text": " "},
    "ArrowRight": {"code": "ArrowRight", "windowsVirtualKeyCode": 39},
}
SHIFT = 8
MOST_TABS = 400
LONGEST_S = 60.0
FOCUS = """(() => { const e = document.activeElement;
  return [e.tagName, e.id, (e.textContent || "").trim(), e.getAttribute("type") || ""]; })()"""


class Page:
    """A page in a browser of its own, spoken to through the browser's pipe."""

    def __init__(self, to_browser: int, from_browser: int, address: str) -> None:
        self._to, self._from, self._number, self._left = to_browser, from_browser, 0, b""
        self._session = ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.said: list[str] = []
        """What went wrong in the page's scripts, and errors of its console."""
        self._call("Runtime.enable")
        self._call("Page.enable")
        self._call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self._note(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            self._left += os.read(self._from, 1 << 16)
        whole, _, self._left = self._left.partition(b"\0")
        return json.loads(whole)

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.said.append(parameters["exceptionDetails"]["text"])
        if event.get("method") == "Runtime.consoleAPICalled" and parameters["type"] == "error":
            self.said.append(str(parameters["args"]))

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self._call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait(self, expression: str) -> None:
        """Until an expression holds in the page."""
        until = time.monotonic() + LONGEST_S
        while not self.ask(expression):
            assert time.monotonic() < until, expression

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key and let it go."""
        common = {"key": key, "modifiers": SHIFT if shift else 0, **KEYS[key]}
        self._call("Input.dispatchKeyEvent", type="keyDown", **common)
        self._call("Input.dispatchKeyEvent", type="keyUp", **{k: v for k, v in common.items() if k != "text"})

    def tab_to(self, condition: str) -> list[str]:
        """Go on with Tab until the element in focus, `e`, meets a condition; tags and texts of those on the way."""
        passed = []
        for _ in range(MOST_TABS):
            self.press("Tab")
            passed.append(" ".join(self.ask(FOCUS)[:2]))
            if self.ask(f"(() => {{ const e = document.activeElement; return Boolean({condition}); }})()"):
                return passed
        raise AssertionError(f"no Tab leads to {condition}: {passed[:20]}")


@contextmanager
def opened(address: str, folder: Path) -> Iterator[Page]:
    """A page that keys can be pressed in."""
    to_browser, from_browser = os.pipe(), os.pipe()
    flags = "--headless --no-sandbox --disable-gpu --remote-debugging-pipe --no-first-run --disable-sync --lang=en"
    command = (
        f'exec "{CHROMIUM}" {flags} --user-data-dir="{folder}" 3<&{to_browser[0]} 4>&{from_browser[1]} 2>/dev/null'
    )
    child = subprocess.Popen(["bash", "-c", command], pass_fds=(to_browser[0], from_browser[1]))
    os.close(to_browser[0])
    os.close(from_browser[1])
    try:
        yield Page(to_browser[1], from_browser[0], address)
    finally:
        child.kill()
        child.wait()
        os.close(to_browser[1])
        os.close(from_browser[0])
