"""`robo-trader strategies` and `strategies rank`: how the strategies of one session stand, and how they compare."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path

from robo_trader.app.console import print_json, print_rows, print_text
from robo_trader.app.strategy_ranking import SESSIONS_MIN, Criterion, RankedStrategy, Ranking, rank_strategies
from robo_trader.app.strategy_records import StrategyRecords, read_strategy_records
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol

_RANKING = (
    "rank", "strategy", "mode", "net_profit", "return_", "sharpe", "win_rate", "trades", "profit_factor",
    "average_win", "average_loss", "max_drawdown", "risk_contribution", "exposure",
)  # fmt: skip
_STANDING = (
    "strategy", "mode", "capital_share", "positions", "exposure", "realised", "unrealised", "commission", "other_cash",
    "net_profit",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingStrategy:
    """One line of `strategies`. Money is dollars since the account was opened."""

    strategy: str
    mode: str | None
    capital_share: float | None  # fraction of the account's equity that it sizes by
    positions: Mapping[Symbol, Decimal]  # signed shares
    exposure: Decimal
    realised: Decimal
    unrealised: Decimal
    commission: Decimal
    other_cash: Decimal
    net_profit: Decimal


def show_strategies(database: Path, *, as_json: bool) -> None:
    """Print the strategies of a session. Raises RoboTraderError if they cannot be told."""
    records = read_strategy_records(database)
    ranking = rank_strategies(records, by=Criterion.PNL, since=None)
    found = {row.strategy: row for row in ranking.strategies}
    rows = [_standing(found[name], records.positions[name]) for name in records.names]
    account = _standing(ranking.account, {})
    if as_json:
        told = {"strategies": [asdict(row) for row in rows], "account_total": asdict(account)}
        print_json({**_heading(records, ranking), **told})
        return
    print_rows(f"Strategies{_told(records)}", [*rows, account], columns=_STANDING, as_json=False)
    _tell_rest(records)


def show_ranking(database: Path, *, by: str, since: str | None, as_json: bool) -> None:
    """Print how the strategies of a session compare. Raises RoboTraderError if that cannot be told."""
    criterion, day = _criterion(by), _day(since)
    records = read_strategy_records(database)
    ranking = rank_strategies(records, by=criterion, since=day)
    if as_json:
        rows, account = [_plain(row) for row in ranking.strategies], _plain(ranking.account)
        told = {"by": by, "first_session": ranking.first_session, "strategies": rows, "account_total": account}
        print_json({**_heading(records, ranking), **told})
        return
    title = f"Strategies by {by.replace('_', ' ')}{_told(records)}, {ranking.first_session} to {ranking.last_session}"
    print_rows(title, [*ranking.strategies, ranking.account], columns=_RANKING, as_json=False)
    sessions = ranking.account.sessions
    few = f": too few for a Sharpe ratio, which takes {SESSIONS_MIN}" if sessions < SESSIONS_MIN else ""
    print_text(f"{sessions} sessions{few}.")
    _tell_rest(records)


def _standing(row: RankedStrategy, positions: Mapping[Symbol, Decimal]) -> StandingStrategy:
    own = {field.name: getattr(row, field.name) for field in fields(StandingStrategy) if field.name != "positions"}
    return StandingStrategy(positions=positions, **own)


def _heading(records: StrategyRecords, ranking: Ranking) -> dict[str, object]:
    return {
        "account": records.account,
        "simulated": records.is_simulated,
        "as_of": ranking.as_of,
        "last_session": ranking.last_session,
    }


def _plain(row: RankedStrategy) -> dict[str, object]:
    return {name.rstrip("_"): value for name, value in asdict(row).items()}


def _told(records: StrategyRecords) -> str:
    return ", simulated" if records.is_simulated else ""


def _tell_rest(records: StrategyRecords) -> None:
    if UNASSIGNED in records.names:
        print_text(f"{UNASSIGNED} is what no strategy's shares explain: trades of others, cash that was adopted.")


def _criterion(text: str) -> Criterion:
    names = [one.value for one in Criterion]
    if text not in names:
        raise InvalidConfig(f"--by {text!r} is none", next_step=f"Choose one of: {', '.join(names)}.")
    return Criterion(text)


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InvalidConfig(f"--since {text!r} is no day", next_step="Write it as 2026-01-31.") from error
