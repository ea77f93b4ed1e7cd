"""The page as a user sees it: the real program, its real web process, a real browser.

Equity moves, a fill appears, the console stays clean, and no content security policy is violated. Screenshots are kept
under artifacts/.
"""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import ARTIFACTS, Program

pytestmark = [pytest.mark.browser, pytest.mark.process]

PATIENCE_SECONDS = 40
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
    time.sleep(1.5)
    assert program.process.poll() is None, "trading goes on"
    wait_for(browser, lambda _: _child_of(program.process.pid) not in (0, web))


def _child_of(pid: int) -> int:
    """Return the process id of the web process, 0 while there is none."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:  # noqa: PTH123 - no file on a disk
        found = children.read().split()
    return int(found[0]) if found else 0
