"""Strategies in event form: what they need of a run, and the refusal where a run does not have it."""

import inspect
from collections.abc import Sequence

from robo_trader.core.domain.errors import InvalidConfig, StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.market.columns import QUOTE_COLUMNS, TRADE_COLUMNS
from robo_trader.core.strategies.event_strategy import EventStrategy, is_plain
from robo_trader.core.strategies.strategy import AnyStrategy

HOOKS = {  # name -> how many arguments the engine hands it
    "on_bar": 4, "on_quote": 4, "on_trade": 4, "on_fill": 3, "on_timer": 3,
}  # fmt: skip


def form_of(kind: type[AnyStrategy]) -> str:
    """Return in one word which form a strategy has, and of an event strategy what it is told."""
    if not issubclass(kind, EventStrategy):
        return "rule"
    heard = [hook.removeprefix("on_") for hook in HOOKS if kind.hears(hook)]
    return f"event ({', '.join(heard)})"


def refuse_to_share(strategies: Sequence[AnyStrategy]) -> None:
    """Raise InvalidConfig for a strategy in event form among others: it has an account to itself."""
    alone = next((one for one in strategies if isinstance(one, EventStrategy)), None)
    if alone is not None and len(strategies) > 1:
        raise InvalidConfig(
            f"{alone.name} is in event form, and shares its account with no other strategy",
            next_step="Run it in a session of its own.",
        )


def refuse_to_compile(strategy: AnyStrategy) -> None:
    """Raise StrategyError for a strategy that has no rule to compile."""
    if isinstance(strategy, EventStrategy):
        raise StrategyError(
            f"{strategy.name} is in event form: it takes one event after the other, and cannot be compiled",
            next_step="Use the engine event: --engine event.",
        )


def demand_records(strategy: AnyStrategy, *, quotes: bool, trades: bool, where: str) -> None:
    """Raise InvalidConfig if a strategy reads what a run does not have. where: completes "there are none"."""
    if not isinstance(strategy, EventStrategy):
        return
    for hook, what, there in (("on_quote", "quotes", quotes), ("on_trade", "prints", trades)):
        if strategy.hears(hook) and not there:
            raise InvalidConfig(
                f"{strategy.name} reads {what}, and there are none {where}",
                next_step="Give them to a backtest: robo-trader backtest --quotes FILE, and --trades FILE for prints.",
            )


def check_event_fit(strategy: EventStrategy, symbols: tuple[Symbol, ...]) -> None:
    """Raise InvalidConfig where hooks, memory or features are not what the engine can use."""
    for hook, count in HOOKS.items():
        try:
            inspect.signature(getattr(strategy, hook)).bind(*[None] * count)
        except TypeError as error:
            raise InvalidConfig(
                f"{strategy.name}.{hook} does not take what it is given ({error})",
                next_step=f"Write it as EventStrategy.{hook} is written, with {count} arguments after self.",
            ) from error
    memory = strategy.memory()
    if isinstance(memory, tuple | str) or memory is None or not is_plain(memory):
        raise InvalidConfig(
            f"{strategy.name}.memory answered {memory!r:.100}, which cannot be changed or cannot be stored",
            next_step="Return a list or a msgspec Struct of plain numbers, text, lists and dictionaries.",
        )
    for symbol in symbols:
        _check_columns(strategy, symbol, strategy.quote_features(symbol), QUOTE_COLUMNS, "quotes")
        _check_columns(strategy, symbol, strategy.trade_features(symbol), TRADE_COLUMNS, "prints")


def _check_columns(
    strategy: EventStrategy, symbol: Symbol, features: object, columns: tuple[str, ...], what: str
) -> None:
    if not isinstance(features, tuple | list) or not all(isinstance(feature, Feature) for feature in features):
        raise InvalidConfig(
            f"{strategy.name} answered {features!r:.100} as its features of {what} for {symbol}",
            next_step="Return a tuple of features, as (imbalance(), spread_bps()); a single one needs its comma.",
        )
    for name in (name for feature in features for name in feature.inputs):
        if name not in columns:
            raise InvalidConfig(
                f"{strategy.name} reads {name} of {symbol}, which {what} do not have",
                next_step=f"Use features of {', '.join(columns)}.",
            )
