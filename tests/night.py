"""The table at the end of `make nightly`: how many examples each test was tried on, and how long that took.

Registered by conftest.py in a night run only. A test that counts for itself records the number as the property `TRIED`.
Works in many processes: each sends its figures along with its reports.
"""

import re
from collections.abc import Generator
from typing import Any

import pytest

from tests.examples import SCALE

TRIED = "examples tried"
_COUNTS = re.compile(r"- (\d+) passing, (\d+) failing, and (\d+) invalid test cases")
MACHINE = "runTest"  # what the test of a state machine is called


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the state machines, which take longest."""
    items.sort(key=lambda item: item.name != MACHINE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a property how many examples it was tried on, of those that were valid."""
    report = yield
    if call.when == "call" and hasattr(item, "hypothesis_statistics"):
        report.user_properties.append((TRIED, tried(item.hypothesis_statistics)))
    return report


def tried(statistics: str) -> int:
    """Return the examples that passed or failed, of Hypothesis's own account of a property."""
    return sum(int(passed) + int(failed) for passed, failed, _ in _COUNTS.findall(statistics))


def pytest_terminal_summary(terminalreporter: Any) -> None:  # noqa: ANN401 - a class that pytest keeps to itself
    """Print a line for each property, the longest first, and the sums."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    rows = sorted(
        (
            (one.duration, dict(one.user_properties)[TRIED], one)
            for one in reports
            if TRIED in dict(one.user_properties)
        ),
        key=lambda row: row[0],
        reverse=True,
    )
    terminalreporter.section(f"examples tried, at {SCALE:g} of a whole night")
    for seconds, count, report in rows:
        machine = " (state machine)" if report.nodeid.endswith(MACHINE) else ""
        terminalreporter.line(f"{count:>9,} in {seconds:>8,.1f} s  {report.outcome}  {report.nodeid}{machine}")
    total, spent = sum(count for _, count, _ in rows), sum(seconds for seconds, _, _ in rows)
    terminalreporter.line(f"{total:>9,} in {spent:>8,.1f} s  {len(rows)} properties; {len(reports) - len(rows)} others")
