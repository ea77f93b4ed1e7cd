"""Builds the dashboard into the package."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DashboardBuildHook(BuildHookInterface[Any]):
    """Replaced soon."""
