"""Who watches the engine, how long is waited for what, and what becomes of orders when it stops."""

from typing import Literal

from pydantic import Field

from robo_trader.app.settings.fields import OptionalPath, Seconds
from robo_trader.app.settings.section import Section


class SupervisionSettings(Section):
    """When the supervisor of `run` takes the engine for frozen, and how often it starts it again."""

    freeze_seconds: Seconds = Field(
        default=10.0, ge=1, le=14, description="Silence after which an engine that trades counts as frozen, in seconds."
    )
    start_seconds: Seconds = Field(
        default=300.0,
        ge=5,
        le=86_400,
        description="The same for one that is starting and plays its journal again, in seconds.",
    )
    restart_seconds: Seconds = Field(
        default=0.5,
        ge=0.05,
        le=60,
        description="Wait before the first restart, in seconds; each further one waits twice as long, up to a minute.",
    )
    deaths_max: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Deaths of the engine within the window, as a count, that end the restarts.",
    )
    window_seconds: Seconds = Field(
        default=600.0, ge=1, le=86_400, description="Window in which deaths are counted, in seconds."
    )


class ShutdownSettings(Section):
    """What a session does when it is asked to stop."""

    orders: Literal["leave", "cancel"] = Field(
        default="leave",
        description="What becomes of open orders at the end: they stay, or are canceled. Protective ones stay.",
    )
    seconds: Seconds = Field(
        default=10.0, ge=0.1, le=300, description="How long an end waits for the broker's answers, in seconds."
    )


class SafetySettings(Section):
    """Ways to stop trading from outside."""

    kill_file: OptionalPath = Field(
        default=None, description="File that halts trading as soon as it exists. Relative to the working directory."
    )


class WatchdogSettings(Section):
    """`robo-trader watchdog`: a process outside that notices an engine which is frozen or dead."""

    action: Literal["alarm", "cancel", "restart"] = Field(
        default="alarm",
        description="What it does: only tell; tell and cancel every open order of the account; or end the engine and "
        "start it again, halted.",
    )
    stale_seconds: Seconds = Field(
        default=12.0,
        ge=1,
        le=15,
        description="Silence after which an engine counts as frozen or dead, in seconds; longer than freeze_seconds.",
    )
    client_id: int = Field(
        default=990,
        ge=1,
        le=999_999,
        description="Number under which the watchdog connects to the gateway; no other client may use it.",
    )
