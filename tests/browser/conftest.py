"""A headless Chromium with a fresh profile, and the whole program to look at."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from tests.running import command, environment

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """A running session and the address that logs in."""

    process: subprocess.Popen[str]
    login_url: str


StartProgram = Callable[..., Program]


def _binary(*names: str) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        reason = f"none of {', '.join(names)} is installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A browser window of 1400 by 1000 pixels that records its console."""
    options = Options()
    options.binary_location = _binary("chromium", "chromium-browser", "google-chrome")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1400,1000"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(_binary("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def program(start: StartProgram) -> Program:
    """The sample, replayed at 25 slices a second, with its dashboard on a free port."""
    return start("--feed", "sample", "--speed", "25")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartProgram]:
    """Start a program of a new session that ends after the test; its dashboard takes a free port if none is named."""
    with ExitStack() as running:
        yield lambda *arguments: running.enter_context(_running(tmp_path, arguments))


@contextmanager
def _running(folder: Path, arguments: tuple[str, ...]) -> Iterator[Program]:
    log = folder / "program.log"
    given = ("--database", str(folder / "session.db"), "--web-port", "0", *arguments)
    with log.open("w") as told:
        process = subprocess.Popen(
            command("run", *given), env=environment(), stderr=told, stdout=subprocess.DEVNULL, text=True
        )
    try:
        yield Program(process, _login_url(process, log))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _login_url(process: subprocess.Popen[str], log: Path) -> str:
    while process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+/#code=\S+", log.read_text())
        if found:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"the program ended without telling where its dashboard is: {log.read_text()}")
