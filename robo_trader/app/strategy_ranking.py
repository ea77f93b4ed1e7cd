"""The strategies of one account side by side: what each made, how steadily, and what part of the risk is its own.

A strategy's daily return is what it made in a session over the capital it sized by as the session began: the account's
equity at the close before times its fraction of it. So returns weighted by fractions sum to the account's, also where
capital is divided anew. Sharpe ratio and drawdown are of these returns, a session each; trades are round trips that
were closed in the time asked for.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from typing import TypedDict

import numpy as np
import polars as pl

from robo_trader.app.strategy_records import NOTHING, StrategyDay, StrategyRecords
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.money import ZERO
from robo_trader.core.ledger.strategy_books import StrategyFigures
from robo_trader.core.market.bar_sizes import SESSIONS_A_YEAR
from robo_trader.core.portfolio.allocation import risk_shares
from robo_trader.core.rules.performance import sharpe_ratio
from robo_trader.research.backtest.drawdowns import underwater
from robo_trader.research.backtest.statistics import Figure, defined, of_trades

SESSIONS_MIN = 20  # for a Sharpe ratio: of fewer, most is chance
ACCOUNT = "account"  # the row of all together


class Criterion(Enum):
    """What strategies are ranked by."""

    PNL = "pnl"
    SHARPE = "sharpe"
    WIN_RATE = "win_rate"
    RISK_CONTRIBUTION = "risk_contribution"
    DRAWDOWN = "drawdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedStrategy:
    """How one strategy did. Fractions are of its capital: 0.10 is 10 %. None is what has no value."""

    rank: int | None  # 1 is first; None for what cannot be ranked
    strategy: str
    mode: str | None
    capital_share: float | None  # fraction of the account's equity that it sizes by, now
    net_profit: Decimal  # dollars: realised and unrealised less commission, and other cash
    realised: Decimal  # dollars, before commission
    unrealised: Decimal
    commission: Decimal
    other_cash: Decimal  # dollars: dividends less borrow fees, and what a statement added
    return_: float | None
    sessions: int
    sharpe: float | None  # of a year; None for fewer than `SESSIONS_MIN` sessions
    win_rate: Figure  # of `trades`
    trades: Figure  # closed round trips
    open_trades: Figure
    profit_factor: Figure  # net profits of the winners over net losses of the losers
    average_win: Figure  # net dollars
    average_loss: Figure  # net dollars, positive
    max_drawdown: float | None  # of its growth from close to close
    risk_contribution: float | None  # part of the variance of the account's daily profit; all sum to 1
    exposure: Decimal  # dollars: absolute value of its positions at the last mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Strategies, the best first and what no strategy traded last; then the account they sum to."""

    by: Criterion
    first_session: str
    last_session: str
    as_of: int  # UTC nanoseconds
    strategies: Sequence[RankedStrategy]
    account: RankedStrategy


def rank_strategies(records: StrategyRecords, *, by: Criterion, since: str | None) -> Ranking:
    """Return the ranking of the sessions from a day on, ISO; of all sessions if none is given.

    Raises InvalidConfig if there is no such session.
    """
    window = _window(records, since)
    profits = {name: window.profits(name) for name in records.names}
    risks = risk_shares(list(profits.values()), [1.0] * len(profits))
    rows = [_row(window, name, own, risk) for (name, own), risk in zip(profits.items(), risks, strict=True)]
    last = window.days[-1].mark
    return Ranking(
        by=by,
        first_session=window.days[0].mark.session,
        last_session=last.session,
        as_of=last.as_of,
        strategies=_ranked(rows, by),
        account=_account_row(window, rows),
    )


@dataclass(frozen=True, slots=True)
class _Window:
    """The days that are asked for."""

    records: StrategyRecords
    days: Sequence[StrategyDay]
    before: StrategyDay | None  # the day before them
    opened: Sequence[float]  # the account's equity as each began, dollars
    trades: pl.DataFrame  # that were closed in them, or are open

    def figures(self, name: str) -> StrategyFigures:
        """Return what a strategy made in them, and its exposure at their end."""
        last = self.days[-1].figures.get(name, NOTHING)
        return last if self.before is None else _less(last, self.before.figures.get(name, NOTHING))

    def profits(self, name: str) -> list[float]:
        """Return the dollars that a strategy made in each."""
        before = NOTHING if self.before is None else self.before.figures.get(name, NOTHING)
        made = [before.made, *(day.figures.get(name, NOTHING).made for day in self.days)]
        return [float(now - then) for then, now in pairwise(made)]


def _window(records: StrategyRecords, since: str | None) -> _Window:
    first = next((n for n, day in enumerate(records.days) if since is None or day.mark.session >= since), None)
    if first is None:
        last = records.days[-1].mark.session
        raise InvalidConfig(f"there is no session since {since}", next_step=f"The last one was on {last}.")
    days, before = records.days[first:], records.days[first - 1] if first else None
    opening = records.opening_cash if before is None else before.mark.equity
    opened = [float(equity) for equity in (opening, *(day.mark.equity for day in days[:-1]))]
    began_at = 0 if before is None else before.mark.as_of
    is_in_it = pl.col("is_open") | (pl.col("closed_at").dt.epoch("ns") > began_at)
    return _Window(records, days, before, opened, records.trades.filter(is_in_it))


def _less(figures: StrategyFigures, before: StrategyFigures) -> StrategyFigures:
    return StrategyFigures(
        made=figures.made - before.made,
        realised=figures.realised - before.realised,
        unrealised=figures.unrealised - before.unrealised,
        commission=figures.commission - before.commission,
        received=figures.received - before.received,
        exposure=figures.exposure,
    )


def _row(window: _Window, name: str, profits: Sequence[float], risk: float | None) -> RankedStrategy:
    figures, days, mode = window.figures(name), window.days, window.records.modes.get(name)
    capital = [equity * day.capital.get(name, 0.0) for equity, day in zip(window.opened, days, strict=True)]
    return RankedStrategy(
        rank=None,
        strategy=name,
        mode=mode and mode.value,
        capital_share=days[-1].capital.get(name),
        net_profit=figures.made,
        realised=figures.realised,
        unrealised=figures.unrealised,
        commission=figures.commission,
        other_cash=figures.received,
        sessions=len(days),
        risk_contribution=risk,
        exposure=figures.exposure,
        **(_growth(profits, capital) if mode else _UNKNOWN_GROWTH),
        **round_trip_figures(window.trades.filter(pl.col("strategy") == name)),
    )


def _account_row(window: _Window, rows: Sequence[RankedStrategy]) -> RankedStrategy:
    """Return how the account did. Its dollars are the sums of its strategies', its exposure beside each other."""
    profits = [float(day.mark.equity) - before for day, before in zip(window.days, window.opened, strict=True)]
    return RankedStrategy(
        rank=None,
        strategy=ACCOUNT,
        mode=None,
        capital_share=1.0,
        net_profit=sum((row.net_profit for row in rows), ZERO),
        realised=sum((row.realised for row in rows), ZERO),
        unrealised=sum((row.unrealised for row in rows), ZERO),
        commission=sum((row.commission for row in rows), ZERO),
        other_cash=sum((row.other_cash for row in rows), ZERO),
        sessions=len(window.days),
        risk_contribution=None if rows[0].risk_contribution is None else 1.0,
        exposure=window.days[-1].mark.gross_exposure,
        **_growth(profits, window.opened),
        **round_trip_figures(window.trades),
    )


class _Growth(TypedDict):
    return_: float | None
    sharpe: float | None
    max_drawdown: float | None


_UNKNOWN_GROWTH = _Growth(return_=None, sharpe=None, max_drawdown=None)


def _growth(profits: Sequence[float], capital: Sequence[float]) -> _Growth:
    """Return what daily profits are of the capital of each day; nothing earns without capital."""
    returns = [profit / base if base > 0.0 else 0.0 for profit, base in zip(profits, capital, strict=True)]
    growth = np.cumprod(1.0 + np.array(returns, np.float64), dtype=np.float64)
    sharpe = sharpe_ratio(returns, SESSIONS_A_YEAR) if len(returns) >= SESSIONS_MIN else math.nan
    return _Growth(
        return_=float(growth[-1]) - 1.0,
        sharpe=None if math.isnan(sharpe) else sharpe,
        max_drawdown=float(underwater(growth, 1.0).max()),
    )


class RoundTripFigures(TypedDict):
    """What closed round trips tell, fields as in `RankedStrategy`."""

    win_rate: Figure
    trades: Figure
    open_trades: Figure
    profit_factor: Figure
    average_win: Figure
    average_loss: Figure


def round_trip_figures(trades: pl.DataFrame) -> RoundTripFigures:
    """Return the figures of round trips, columns as in `trades.TRADES_SCHEMA`."""
    found = {name: defined(value) for name, value in of_trades(trades).items()}
    return RoundTripFigures(
        win_rate=found["win_rate"],
        trades=found["trades"],
        open_trades=found["open_trades"],
        profit_factor=found["profit_factor"],
        average_win=found["average_win"],
        average_loss=found["average_loss"],
    )


_SCORES: dict[Criterion, Callable[[RankedStrategy], float | None]] = {
    Criterion.PNL: lambda row: float(row.net_profit),
    Criterion.SHARPE: lambda row: row.sharpe,
    Criterion.WIN_RATE: lambda row: row.win_rate,
    Criterion.RISK_CONTRIBUTION: lambda row: row.risk_contribution,
    Criterion.DRAWDOWN: lambda row: None if row.max_drawdown is None else -row.max_drawdown,
}


def _ranked(rows: Sequence[RankedStrategy], by: Criterion) -> list[RankedStrategy]:
    """Return strategies with their ranks, equal ones in the order they were named; what has no score last."""
    scored = [(_SCORES[by](row) if row.mode else None, row) for row in rows]
    known = sorted(((score, row) for score, row in scored if score is not None), key=lambda one: -one[0])
    ranked = [replace(row, rank=place) for place, (_, row) in enumerate(known, 1)]
    return [*ranked, *(row for score, row in scored if score is None)]
