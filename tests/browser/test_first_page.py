"""The page as a user sees it: the real program, its real web process, a real browser.

Equity moves, a fill appears, the console stays clean, and no content security policy is violated; what is shown says
where it comes from and how old it is. Screenshots are kept under artifacts/.
"""

import os
import re
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import ARTIFACTS, Program, StartProgram

pytestmark = [pytest.mark.browser, pytest.mark.process]

PATIENCE_SECONDS = 40
BACK_SECONDS_MAX = 3
SLACK_SECONDS = 2  # for a machine that does more than this test
WATCH_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective));
"""


def wait_for(browser: Chrome, found: Callable[[Chrome], Any]) -> Any:  # noqa: ANN401 - whatever was found
    return WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.1).until(found)


def figure(browser: Chrome, label: str) -> str:
    """Return the figure of the top bar under a label."""
    script = """
        const label = [...document.querySelectorAll('dt')].find((dt) => dt.textContent === arguments[0]);
        return label ? label.nextElementSibling.textContent : '';
    """
    return str(browser.execute_script(script, label))


def rows(browser: Chrome, panel: str) -> int:
    return len(browser.find_elements(By.CSS_SELECTOR, f"[data-panel={panel}] tbody tr"))


def open_page(browser: Chrome, program: Program) -> None:
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH_VIOLATIONS})
    browser.get(program.login_url)
    wait_for(browser, lambda page: figure(page, "Equity"))


def keep_screenshot(browser: Chrome, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    browser.save_screenshot(str(ARTIFACTS / f"{name}.png"))


def complaints(browser: Chrome) -> list[str]:
    entries = browser.get_log("browser")  # type: ignore[no-untyped-call]
    logged = [entry["message"] for entry in entries if entry["level"] in {"SEVERE", "WARNING"}]
    return logged + list(browser.execute_script("return window.violations"))


def test_equity_moves_a_fill_appears_and_nothing_complains(browser: Chrome, program: Program) -> None:
    open_page(browser, program)
    assert "code=" not in browser.current_url, "the login code leaves the address"
    wait_for(browser, lambda page: rows(page, "fills") > 0)
    before = figure(browser, "Equity")
    wait_for(browser, lambda page: figure(page, "Equity") != before)
    wait_for(browser, lambda page: rows(page, "positions") > 0 and rows(page, "orders") > 0)
    assert len(browser.find_elements(By.CSS_SELECTOR, "canvas")) >= 2, "equity and candles are drawn"
    keep_screenshot(browser, "first-page")
    assert complaints(browser) == []


def test_the_page_fits_a_phone(browser: Chrome, program: Program) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    )
    open_page(browser, program)
    wait_for(browser, lambda page: rows(page, "fills") > 0)
    keep_screenshot(browser, "first-page-phone")
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    assert complaints(browser) == []


def test_it_says_so_when_the_engine_hangs_up(browser: Chrome, program: Program) -> None:
    open_page(browser, program)
    program.process.send_signal(signal.SIGKILL)
    program.process.wait()
    text = wait_for(browser, _condition_text)
    assert text


def _condition_text(browser: Chrome) -> str:
    """Return what the page says about its connection once it is no longer live."""
    text = browser.find_element(By.TAG_NAME, "body").text.lower()
    return next((word for word in ("disconnected", "reconnect", "engine not running") if word in text), "")


def test_the_engine_does_not_notice_that_the_web_is_killed(browser: Chrome, program: Program) -> None:
    open_page(browser, program)
    web = _child_of(program.process.pid)
    os.kill(web, signal.SIGKILL)
    wait_for(browser, lambda _: _child_of(program.process.pid) not in (0, web))
    assert program.process.poll() is None, "trading goes on"


def test_the_page_is_live_again_in_place_after_its_server_was_killed(browser: Chrome, start: StartProgram) -> None:
    """The port is a fixed one: the page comes back to the address it has. Its login survives, for it is stored."""
    port = free_port()
    program = start("--feed", "sample", "--speed", "10", "--web-port", str(port))
    open_page(browser, program)
    wait_for(browser, lambda page: status(page) == "live")
    browser.execute_script("window.neverReloaded = true")
    os.kill(_child_of(program.process.pid), signal.SIGKILL)
    wait_for(browser, lambda page: status(page) == "disconnected")
    assert browser.find_elements(By.CSS_SELECTOR, "main.frozen")
    before = figure(browser, "Equity")
    keep_screenshot(browser, "disconnected")
    wait_for(browser, lambda _: answers(port))
    answers_since = time.monotonic()
    wait_for(browser, lambda page: status(page) == "live")
    assert time.monotonic() - answers_since < BACK_SECONDS_MAX + SLACK_SECONDS
    assert not browser.find_elements(By.CSS_SELECTOR, "main.frozen, dialog[open]"), "no login is asked for"
    wait_for(browser, lambda page: figure(page, "Equity") not in {before, "", "\N{EN DASH}"})
    assert browser.execute_script("return window.neverReloaded")


def test_a_fresh_account_has_a_chart_and_every_empty_panel_says_why(browser: Chrome, start: StartProgram) -> None:
    open_page(browser, start("--feed", "synthetic", "--symbols", "ACME,WIDGET", "--speed", "2"))
    wait_for(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-panel=candles] canvas"))
    chart = browser.find_element(By.CSS_SELECTOR, "[data-panel=candles] header")
    assert "ACME" in chart.text
    assert "simulated prices" in chart.text
    for panel in ("positions", "orders", "fills", "violations"):
        text = browser.find_element(By.CSS_SELECTOR, f"[data-panel={panel}] p.empty").text
        assert re.fullmatch(r"No [^.]+\.", text), "one sentence"
    keep_screenshot(browser, "fresh-account")
    assert complaints(browser) == []


def test_a_session_whose_feed_has_ended_is_neither_stale_nor_down(browser: Chrome, start: StartProgram) -> None:
    open_page(browser, start("--feed", "sample", "--symbols", "IBM", "--speed", "max"))
    told = wait_for(browser, lambda page: page.find_elements(By.CSS_SELECTOR, ".banner"))[0].text
    assert "The engine runs; its data is as of 2013-03-01 16:00 ET." in told
    assert "feed of this session has ended" in told
    assert status(browser) == "live"
    assert not browser.find_elements(By.CSS_SELECTOR, ".panel.stale")
    assert "real daily bars, replayed" in browser.find_element(By.CSS_SELECTOR, "[data-panel=candles] header").text
    times = browser.find_elements(By.CSS_SELECTOR, "[data-panel=fills] td:first-child")
    assert all(re.fullmatch(r"20(0\d|1[0-3])-\d\d-\d\d \d\d:\d\d", cell.text) for cell in times[:3])
    keep_screenshot(browser, "feed-ended")
    assert complaints(browser) == []


def status(browser: Chrome) -> str:
    """Return the word for the connection."""
    return browser.find_element(By.CSS_SELECTOR, ".connection [role=status]").text


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/health", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _child_of(pid: int) -> int:
    """Return the process id of the web process, 0 while there is none."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:  # noqa: PTH123 - no file on a disk
        found = children.read().split()
    return int(found[0]) if found else 0
