"""The sections of the configuration: what may be set, within which bounds, and what it means.

Descriptions are read by people: `config schema` and docs/configuration.md print them as they stand. Defaults
are those of the `development` preset; C.. names the pre-trade control whose live default a value is.
"""

import ipaddress
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from robo_trader.app.settings.algorithm_section import AlgorithmSettings
from robo_trader.app.settings.fields import (
    AccountName,
    BarSizeText,
    BasisPoints,
    BrokerAccount,
    Dollars,
    Fraction,
    HostName,
    LogLevel,
    Minutes,
    Multiple,
    OptionalDuration,
    OptionalPath,
    OptionalSecret,
    OptionalUrl,
    OptionalZone,
    RestartHours,
    Routes,
    Seconds,
    Speed,
    Symbols,
    Waivers,
    refusal,
)
from robo_trader.app.settings.section import Section
from robo_trader.app.settings.server_url import OptionalServerUrl
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize


class ExecutionSettings(AlgorithmSettings):
    """How orders are placed, and what the paper broker charges for them."""

    broker: Literal["paper", "ibkr"] = Field(
        default="paper", description="Who executes the orders: the built-in paper broker, or Interactive Brokers."
    )
    mode: Literal["paper", "live"] = Field(
        default="paper", description="Whose money: none, or real money, which docs/live.md says how to allow."
    )
    order_type: Literal["market", "limit"] = Field(
        default="market", description="Type of every order: at the market, or limited by limit_offset_bps."
    )
    limit_offset_bps: BasisPoints = Field(
        default=Decimal(50),
        ge=0,
        le=300,
        description="How much worse than the last price a limit order may fill, in basis points (100 is 1 %).",
    )
    opening_cash: Dollars = Field(
        default=Decimal(100_000),
        gt=0,
        le=1_000_000_000,
        description="Cash of a new paper account, in US dollars.",
    )
    slippage_bps: BasisPoints = Field(
        default=Decimal(2),
        ge=0,
        le=500,
        description="How much worse than the market the paper broker fills, in basis points (100 is 1 %).",
    )
    borrow_rate: Fraction = Field(
        default=Decimal("0.003"),
        ge=0,
        le=1,
        description="Yearly fee for borrowed shares, as a fraction of a short position; 0.003 is 0.3 %.",
    )
    commission_schedule: Literal["ibkr_fixed", "ibkr_tiered"] = Field(
        default="ibkr_fixed", description="Commission table of Interactive Brokers that the paper broker charges."
    )
    participation_max: Fraction = Field(
        default=Decimal("0.10"),
        gt=0,
        le=1,
        description="Most that the paper broker fills in one bar, as a fraction of the bar's volume; 0.10 is 10 %.",
    )
    account: AccountName = Field(default="PAPER", description="Name of the paper account.")

    @field_validator("mode")
    @classmethod
    def _real_money_needs_a_broker(cls, mode: str, info: ValidationInfo) -> str:
        if mode == "live" and info.data.get("broker") == "paper":
            raise refusal("needs Interactive Brokers as the broker in", field="mode", other="broker")
        return mode


class DataSettings(Section):
    """Which market data is read, and how fast it is played."""

    feed: Literal["auto", "sample", "files", "synthetic"] = Field(
        default="auto",
        description="Source of bars: the built-in sample, own files, made-up prices, or the first that fits.",
    )
    directory: OptionalPath = Field(
        default=None,
        description="Folder of the bar files; the feed `files` needs it. Relative to the working directory.",
    )
    symbols: Symbols = Field(
        default=tuple(map(Symbol, ("AAPL", "IBM", "MSFT", "GOOG", "META"))),
        description="What is watched and traded.",
    )
    bar_size: BarSizeText = Field(default=BarSize.DAY_1, description="Length of one bar.")
    duration: OptionalDuration = Field(
        default=None,
        description="How far back from the end of the data to begin, in calendar days; all of it if not set.",
    )
    speed: Speed = Field(default=10.0, description="Bars played a second, or max for as fast as it goes.")
    max_concurrent: int = Field(default=4, ge=1, le=64, description="Symbols fetched at the same time, as a count.")
    adjusted: bool = Field(default=True, description="Whether prices are adjusted for splits and dividends.")
    splits: OptionalPath = Field(
        default=None, description="CSV file `ex_date,symbol,ratio`: new shares for each old one, for raw prices."
    )
    dividends: OptionalPath = Field(
        default=None, description="CSV file `ex_date,symbol,amount_usd`: dollars a share, for raw prices."
    )
    symbol_changes: OptionalPath = Field(
        default=None, description="CSV file `ex_date,symbol,new_symbol`: under which name shares go on."
    )
    delistings: OptionalPath = Field(
        default=None, description="CSV file `ex_date,symbol,price_usd`: what the last holders are paid; 0 for nothing."
    )
    time_zone: OptionalZone = Field(
        default=None,
        description="Zone of times in own files that carry none, such as America/New_York; unset refuses them.",
    )
    seed: int = Field(
        default=7, ge=0, le=2**32 - 1, description="Start of every random number; the same seed makes the same prices."
    )

    @field_validator("directory")
    @classmethod
    def _files_need_a_folder(cls, directory: Path | None, info: ValidationInfo) -> Path | None:
        if directory is None and info.data.get("feed") == "files":
            raise refusal("needs the folder of the files in", field="feed", other="directory")
        return directory


class IbkrSettings(Section):
    """Interactive Brokers: whom `execution.broker = "ibkr"` connects to."""

    host: HostName = Field(default="127.0.0.1", description="Where IB Gateway or TWS listens.")
    port: int = Field(
        default=4002,
        ge=1,
        le=65_535,
        description="TCP port of IB Gateway (4002) or TWS (7497) in paper mode; live ports need `execution.mode`.",
    )
    client_id: int = Field(
        default=1, ge=1, le=999_999, description="Number that tells this program from other API clients."
    )
    account: BrokerAccount = Field(
        default="", description="Account to trade, such as DU1234567; needed where Interactive Brokers executes."
    )
    history_clients: int = Field(
        default=5,
        ge=0,
        le=16,
        description="Connections that ask for history beside the one that trades, as a count; 0: that one asks itself.",
    )
    routes: Routes = Field(
        default=(), description="Venues of orders that do not go to SMART, by symbol: IBM:NYSE, SPY:ARCA."
    )
    tick_streams_max: int = Field(
        default=3,
        ge=0,
        le=100,
        description=(
            "Streams of single quotes or prints that the login may have at once, a count; symbols beyond them get what "
            "their lines show a few times a second."
        ),
    )
    tick_silence_seconds: Seconds = Field(
        default=5.0,
        ge=1,
        le=600,
        description="How long a symbol whose quotes are read may go without one before entries wait, in seconds (C19).",
    )
    restart_window: RestartHours = Field(
        default="23:45-01:45 America/New_York",
        description="Hours of every night in which the gateway may go away on purpose: orders wait, nobody is alarmed. "
        "Empty: none.",
    )
    weekend_window: RestartHours = Field(
        default="Fri 23:00-Sat 03:00 America/New_York",
        description="The same, once a week, when Interactive Brokers looks after its servers. Empty: none.",
    )


class StopSettings(Section):
    """When a position is left against its strategy's view, judged at the close of each bar. 0 turns a stop off."""

    fixed_fraction: Fraction = Field(
        default=Decimal(0),
        ge=0,
        le=Decimal("0.90"),
        description="Loss at which a position is left, as a fraction of the price paid; 0.05 is 5 %.",
    )
    atr_multiple: Multiple = Field(
        default=Decimal(0),
        ge=0,
        le=100,
        description="Loss at which a position is left, in ATRs of the bar it began with.",
    )
    atr_length: int = Field(
        default=14, ge=1, le=500, description="Length of the average true range of the ATR stop, in bars."
    )
    trailing_fraction: Fraction = Field(
        default=Decimal(0),
        ge=0,
        le=Decimal("0.90"),
        description="Fall from the best price since entry at which a position is left, as a fraction of that price.",
    )
    bars_max: int = Field(default=0, ge=0, le=100_000, description="How long a position is held at most, in bars.")
    break_even_fraction: Fraction = Field(
        default=Decimal(0),
        ge=0,
        le=Decimal("0.90"),
        description="Gain from the price paid after which a position is left before it loses, as a fraction.",
    )


class StrategiesSettings(Section):
    """How several strategies share one account. 0 turns a limit off."""

    conflicts: Literal["net", "priority", "stand_aside"] = Field(
        default="net",
        description="Where two want opposite positions: net both, let the one named first have its way, or neither.",
    )
    allocation: Literal["fixed", "equal", "inverse_volatility", "risk_parity", "ranked"] = Field(
        default="fixed",
        description="How capital is divided: as configured, or anew every so many sessions by what each returned.",
    )
    lookback_sessions: int = Field(
        default=60, ge=20, le=2_520, description="Sessions of returns that are looked back on, as a count."
    )
    rebalance_sessions: int = Field(
        default=21, ge=1, le=2_520, description="Sessions between two divisions of the capital, as a count."
    )
    floor_fraction: Fraction = Field(
        default=Decimal(0),
        ge=0,
        le=1,
        description="Least part of their capital that one strategy gets, as a fraction.",
    )
    cap_fraction: Fraction = Field(
        default=Decimal(1),
        gt=0,
        le=1,
        description="Largest part of their capital that one strategy gets, as a fraction.",
    )
    drawdown_max_fraction: Fraction = Field(
        default=Decimal(0),
        ge=0,
        le=1,
        description="Fall from a strategy's highest equity at which it is switched off, as a fraction.",
    )
    session_loss_max_fraction: Fraction = Field(
        default=Decimal(0),
        ge=0,
        le=1,
        description="Loss of a session at which a strategy is switched off, as a fraction of its capital.",
    )
    errors_max: int = Field(
        default=0,
        ge=0,
        le=1_000,
        description="Wrong answers of a session, as a count, that switch a strategy off; 0 ends the run at the first.",
    )


class ProtectionSettings(Section):
    """Protective orders that rest at the broker, one for every position, whatever happens to this program."""

    resting: bool = Field(
        default=False,
        description="Whether every position has a stop order resting at the broker; it follows the stops above.",
    )
    fallback_fraction: Fraction = Field(
        default=Decimal("0.10"),
        gt=0,
        le=Decimal("0.90"),
        description="Distance of the resting stop from the price paid where no stop above has a price, as a fraction.",
    )
    step_fraction: Fraction = Field(
        default=Decimal("0.001"),
        ge=0,
        le=Decimal("0.10"),
        description="Least move of a resting stop, as a fraction of the price; smaller ones are not sent.",
    )
    flatten: bool = Field(
        default=True,
        description="Whether a position is left at the market when its resting stop fails twice; else it only alarms.",
    )
    waivers: Waivers = Field(
        default={},
        description="Symbols that need no resting stop, each with its reason, in the table [protection.waivers].",
    )


class MonitoringSettings(Section):
    """What is logged, and who is told that all is well."""

    log_level: LogLevel = Field(default="info", description="Least important message that is logged.")
    log_format: Literal["console", "json"] = Field(
        default="console", description="Lines for people, or one JSON object a line for programs."
    )
    ping_url: OptionalUrl = Field(
        default=None,
        description="Address that is asked again and again while trading is sound, so that silence raises an alarm "
        "there; /fail is added to tell of a failure.",
    )
    ping_seconds: Seconds = Field(
        default=60.0, ge=0.1, le=86_400, description="Time between two such questions, in seconds."
    )


class StorageSettings(Section):
    """Where the journal is kept."""

    database: OptionalPath = Field(
        default=None,
        description="File of the journal; the program chooses one if not set. Relative to the working directory.",
    )
    busy_timeout_seconds: Seconds = Field(
        default=5.0, gt=0, le=60, description="How long to wait for a locked database, in seconds."
    )
    url: OptionalServerUrl = Field(
        default=None,
        description="PostgreSQL server that new journals are kept on; in a file of SQLite if not set.",
    )
    accept_old_sqlite: bool = Field(
        default=False,
        description="Whether real money may be traded on a SQLite before 3.51.3, which has a rare fault.",
    )
    verify_minutes: Minutes = Field(
        default=60, gt=0, le=1440, description="How often the whole journal is checked while it trades, in minutes."
    )
    snapshot_seconds: Seconds = Field(
        default=60.0, ge=1, le=86_400, description="A snapshot for the next start is taken this often, in seconds."
    )
    snapshot_events: int = Field(
        default=50_000,
        ge=1,
        le=10_000_000,
        description="Number of journal records after which one is taken, if they come first.",
    )


class WebSettings(Section):
    """The dashboard."""

    enabled: bool = Field(default=True, description="Whether the dashboard is served.")
    host: HostName = Field(default="127.0.0.1", description="Loopback address the dashboard listens on.")
    port: int = Field(default=8787, ge=0, le=65_535, description="TCP port of the dashboard; 0 takes any that is free.")
    session_idle_minutes: int = Field(
        default=30, ge=1, le=1440, description="Inactivity after which a login ends, in minutes."
    )
    login_code: OptionalSecret = Field(
        default=None, description="Fixed login code for automation; the program makes its own if not set. Secret."
    )

    @field_validator("host")
    @classmethod
    def _stays_on_this_machine(cls, host: str) -> str:
        """There are no roles, no audit and no TLS yet: nobody else may reach it, proxy or not."""
        if not _is_loopback(host):
            raise refusal(
                "must be an address of this machine alone, such as 127.0.0.1; from elsewhere use an SSH tunnel"
            )
        return host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name can be made to mean another machine
        return False
