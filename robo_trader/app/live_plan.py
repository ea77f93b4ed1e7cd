"""From settings to a session through a gateway: whom it connects to, and what its journal is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget
from robo_trader.adapters.brokers.interactive_brokers.restart_window import parse_window
from robo_trader.adapters.brokers.interactive_brokers.safety import refuse_target
from robo_trader.adapters.brokers.interactive_brokers.speech import TicksWanted
from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.app.arming import ArmingFile, ArmingWatch
from robo_trader.app.places import cache_directory, sessions_directory
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.session_plan import deciding_settings, strategy_text, warm_up_of
from robo_trader.app.settings import Settings
from robo_trader.app.settings.live_section import allowed_targets
from robo_trader.app.strategies import build_strategies
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.strategies.event_strategy import EventStrategy

FEED = "ibkr"
_BARS_A_DAY = 6  # at least, of the longest bar below a day; history is asked for in days


@dataclass(frozen=True, slots=True)
class LivePlan:
    """Whom to trade with, and where the session is kept."""

    settings: Settings
    target: GatewayTarget
    database: Path

    def record(self, opening_cash: Decimal) -> SessionRecord:
        """Return what the journal is about. opening_cash: of the account when the session began."""
        settings, symbols = self.settings, self.settings.data.symbols
        return SessionRecord(
            account=self.target.account,
            mode=self.target.allowed.mode.value,
            broker=settings.execution.broker,
            bar_size=settings.data.bar_size.value,
            strategy=strategy_text(settings),
            feeds=dict.fromkeys(symbols, FEED),
            opening_cash=opening_cash,
            settings={**deciding_settings(settings), "execution.opening_cash": f"{opening_cash.normalize():f}"},
            warm_up=warm_up_of(settings),
        )


def plan_live_session(settings: Settings, environment: Mapping[str, str]) -> LivePlan:
    """Return the plan. Raises InvalidConfig where no account is named, or account and port do not fit the mode."""
    target = target_of(settings)
    strategies = "-".join(chosen.name for chosen in build_strategies(settings))[:60]
    size = settings.data.bar_size.value.replace(" ", "")
    name = f"ibkr-{target.account}-{strategies}-{size}.db"
    return LivePlan(settings, target, settings.storage.database or sessions_directory(environment) / name)


def target_of(settings: Settings) -> GatewayTarget:
    """Return whom the settings connect to. Raises InvalidConfig as `plan_live_session`."""
    ibkr = settings.ibkr
    if not ibkr.account:
        raise InvalidConfig(
            "no account is named to trade with Interactive Brokers",
            next_step="Name your account, for example --account DU1234567, or `ibkr.account` in the file.",
        )
    allowed = allowed_targets(settings.execution.mode, settings.live)
    refused = refuse_target(allowed, ibkr.port, ibkr.account)
    if refused is not None:
        raise InvalidConfig(refused, next_step="docs/live.md says what mode, account and port must be.")
    return GatewayTarget(
        host=ibkr.host, port=ibkr.port, account=ibkr.account, allowed=allowed, client_id=ibkr.client_id,
        history_clients=ibkr.history_clients, routes=routes_of(ibkr.routes),
        windows=tuple(parse_window(text) for text in (ibkr.restart_window, ibkr.weekend_window) if text),
    )  # fmt: skip


def routes_of(pairs: Iterable[str]) -> dict[Symbol, str]:
    """Return the venue of each symbol of `ibkr.routes`."""
    return {Symbol(symbol): venue for symbol, _, venue in (pair.partition(":") for pair in pairs)}


def watch_arming(plan: LivePlan, environment: Mapping[str, str]) -> ArmingWatch | None:
    """Return the watch over a person's permission, None where no real money is traded. Raises NotArmed."""
    if not plan.target.allowed.is_live:
        return None
    sessions = cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(environment))
    watch = ArmingWatch(ArmingFile(environment, plan.target.account, sessions))
    watch.demand()
    return watch


def ticks_wanted(settings: Settings) -> TicksWanted:
    """Return which ticks the strategies read beside bars; rules read none."""
    told = [chosen.strategy for chosen in build_strategies(settings) if isinstance(chosen.strategy, EventStrategy)]
    return TicksWanted(
        quotes=any(strategy.hears("on_quote") for strategy in told),
        prints=any(strategy.hears("on_trade") for strategy in told),
        streams_max=settings.ibkr.tick_streams_max,
        silence_seconds=settings.ibkr.tick_silence_seconds,
    )


def history_wanted(settings: Settings) -> str:
    """Return how much history features need until they have a value, as the gateway is asked for it."""
    bars = max(warm_up_of(settings).values(), default=1) + 1
    size = settings.data.bar_size
    if size.is_daily:
        days = bars * 7 // 5 + 10  # weekends and holidays
        return f"{days} D" if days <= 365 else f"{-(-days // 365)} Y"
    a_day = _BARS_A_DAY if size is BarSize.HOUR_1 else 390 * 60_000_000_000 // size.nanos
    return f"{-(-bars // a_day) + 1} D"
