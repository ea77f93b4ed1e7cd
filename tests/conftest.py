"""What holds for every test: a property is never judged by how long an example takes, for the machine may be busy."""

import pytest
from hypothesis import settings

from tests import night
from tests.examples import IS_NIGHTLY, examples

# By day the same examples every time: a change is judged by what it changed. New ones are drawn at night.
settings.register_profile("day", settings(), deadline=None, derandomize=True)
settings.register_profile(
    "night", settings(), max_examples=examples(100), deadline=None, derandomize=False, print_blob=True
)
settings.load_profile("night" if IS_NIGHTLY else "day")


def pytest_configure(config: pytest.Config) -> None:
    """At night, tell at the end what was tried."""
    if IS_NIGHTLY:
        config.pluginmanager.register(night)
