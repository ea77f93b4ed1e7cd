"""Strategies side by side, worked by hand.

The account opens with 1,000 dollars. In two sessions *up* makes 60 and then 30, *down* loses 20 and then makes 10, and
nobody's shares make 0 and then 20: the account goes from 1,000 over 1,040 to 1,100. Both size by half of it, so that
up returns 60 / 500 = 12 % and 30 / 520, and down -4 % and 10 / 520.
"""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from msgspec.structs import replace as struct_replace

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.app.strategy_ranking import Criterion, Ranking, rank_strategies
from robo_trader.app.strategy_records import StrategyDay, StrategyRecords, read_strategy_records
from robo_trader.core.domain.commands import Step
from robo_trader.core.domain.corporate_actions import Dividend
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import InputEvent, SessionStarted
from robo_trader.core.domain.positions import AccountMark
from robo_trader.core.domain.strategy_modes import StrategyInstructed, StrategyMode
from robo_trader.core.ledger.strategy_books import StrategyFigures
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.ports.journal import Batch, StepRecord
from robo_trader.research.backtest.trades import TRADES_SCHEMA
from tests.builders import AAPL, FREE, OPEN, a_day, a_sleeve, corrected, engine_settings, venue_settings
from tests.statements import by_hand
from tests.unit.core.engine.desk import CASH, Desk
from tests.unit.core.engine.test_stops import Sides

ZERO = Decimal(0)
HALVES = {"up": 0.5, "down": 0.5}


def a_day_of(session: str, as_of: int, equity: int, capital: dict[str, float], **made: int) -> StrategyDay:
    mark = AccountMark(
        as_of=as_of, session=session, cash=Decimal(equity), reserved=ZERO, equity=Decimal(equity),
        gross_exposure=ZERO, realised=ZERO, commission=ZERO, drawdown=ZERO,
    )  # fmt: skip
    figures = {
        name: StrategyFigures(made=Decimal(dollars), realised=Decimal(dollars)) for name, dollars in made.items()
    }
    return StrategyDay(mark=mark, capital=capital, figures=figures)


def some_records(*, second: dict[str, float] = HALVES, days: int = 2) -> StrategyRecords:
    played = [
        a_day_of("2024-01-02", 10, 1_040, HALVES, up=60, down=-20),
        a_day_of("2024-01-03", 20, 1_100, second, up=90, down=-10, UNASSIGNED=20),
    ]
    return StrategyRecords(
        account="PAPER", is_simulated=True, opening_cash=Decimal(1_000), names=["up", "down", UNASSIGNED],
        modes=dict.fromkeys(HALVES, StrategyMode.ACTIVE), days=played[:days], positions={},
        trades=pl.DataFrame(schema=TRADES_SCHEMA),
    )  # fmt: skip


def names(ranking: Ranking) -> list[str]:
    return [row.strategy for row in ranking.strategies]


def test_dollars_and_risks_sum_to_the_account() -> None:
    ranking = rank_strategies(some_records(), by=Criterion.PNL, since=None)
    up, down, nobody = ranking.strategies
    assert [row.net_profit for row in (up, down, nobody)] == [90, -10, 20]
    assert ranking.account.net_profit == 100
    assert up.return_ == pytest.approx(1.12 * (1 + 30 / 520) - 1)
    assert down.max_drawdown == pytest.approx(0.04)
    assert ranking.account.return_ == pytest.approx(0.10)
    risks = [row.risk_contribution for row in ranking.strategies]
    assert None not in risks and sum(filter(None, risks)) == pytest.approx(1.0)


def test_what_nobody_traded_is_last_and_has_no_rank() -> None:
    ranking = rank_strategies(some_records(), by=Criterion.PNL, since=None)
    assert [(row.strategy, row.rank) for row in ranking.strategies] == [("up", 1), ("down", 2), (UNASSIGNED, None)]
    nobody = ranking.strategies[-1]
    assert (nobody.mode, nobody.capital_share, nobody.return_, nobody.sharpe) == (None, None, None, None)


@pytest.mark.parametrize(
    ("by", "order"),
    [
        pytest.param(Criterion.PNL, ["up", "down"], id="most profit first"),
        pytest.param(Criterion.DRAWDOWN, ["up", "down"], id="smallest fall first"),
        pytest.param(Criterion.RISK_CONTRIBUTION, ["down", "up"], id="largest part of the risk first"),
        pytest.param(Criterion.SHARPE, ["up", "down"], id="without a score in the order they were named"),
    ],
)
def test_the_order(by: Criterion, order: list[str]) -> None:
    """The account made 40 and then 60: what down makes goes with it (+30), what up makes against it (-30)."""
    ranking = rank_strategies(some_records(), by=by, since=None)
    assert names(ranking) == [*order, UNASSIGNED]
    assert all((row.rank is None) == (by is Criterion.SHARPE or row.mode is None) for row in ranking.strategies)


def test_capital_that_is_divided_anew_is_what_returns_are_of() -> None:
    """In the second session up sizes by a quarter of 1,040, down by nothing: what it still makes is no return."""
    ranking = rank_strategies(some_records(second={"up": 0.25, "down": 0.0}), by=Criterion.PNL, since=None)
    up, down, _ = ranking.strategies
    assert up.return_ == pytest.approx(1.12 * (1 + 30 / 260) - 1) and up.capital_share == 0.25
    assert down.return_ == pytest.approx(-0.04) and down.net_profit == -10


def test_since_begins_with_what_was_there_before() -> None:
    ranking = rank_strategies(some_records(), by=Criterion.PNL, since="2024-01-03")
    found = {row.strategy: row for row in ranking.strategies}
    assert {name: row.net_profit for name, row in found.items()} == {"up": 30, "down": 10, UNASSIGNED: 20}
    assert found["up"].return_ == pytest.approx(30 / 520) and found["up"].sessions == 1
    assert ranking.account.return_ == pytest.approx(60 / 1_040)
    assert found["up"].risk_contribution is None, "one day has no variance"


def test_no_session_is_told() -> None:
    with pytest.raises(InvalidConfig, match="2024-01-04"):
        rank_strategies(some_records(), by=Criterion.PNL, since="2024-01-04")


def stored(path: Path, desk: Desk, settings: dict[str, str]) -> Path:
    """Write what a desk was told and decided into a journal."""
    record = SessionRecord(
        account="PAPER", mode="PAPER", broker="paper", bar_size="1 day", strategy="a test's", feeds={},
        opening_cash=CASH, settings=settings,
    )  # fmt: skip
    opening: tuple[InputEvent, Step] = (
        SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=CASH), Step((), ()),
    )  # fmt: skip
    told: Sequence[tuple[InputEvent, Step]] = [opening, *zip(desk.inputs, desk.steps, strict=True)]
    steps = tuple(StepRecord(event, step.events) for event, step in told)
    with closing(SqlJournal(path)) as journal:
        journal.begin(record)
        asyncio.run(journal.commit(Batch(steps, ())))
    return path


def test_a_journal_tells_of_corrections_trades_by_hand_and_who_is_switched_off(tmp_path: Path) -> None:
    """20 shares each at 110; the broker corrects them to 109, somebody buys 10 more, and a dividend is paid on all."""
    sleeves = tuple(a_sleeve(Sides(100.0, 1), name=name, sizer=FixedShares(quantity=20)) for name in ("one", "two"))
    desk = Desk(engine_settings(sleeves=sleeves, commissions=FREE), venue_settings(slippage_bps=0.0, commissions=FREE))
    desk.close(a_day(0, AAPL=110.0), a_day(1, AAPL=110.0))
    (fill,) = desk.engine.account.ledger.fills(AAPL)
    desk._take([corrected(order_id=1, corrects=fill.execution_id, quantity=40, price=109), by_hand(price=111)])
    desk.close(a_day(2, AAPL=112.0))
    dividend = Dividend(symbol=AAPL, amount=Decimal("0.5"))
    off = StrategyInstructed(strategy="two", mode=StrategyMode.OFF, actor="ann", reason="a test", occurred_at=OPEN)
    desk.close(struct_replace(a_day(3, AAPL=112.0), dividends=(dividend,)))
    desk._take([off])
    desk.close(a_day(4, AAPL=112.0))
    given = {"name": "x", "capital": "0.5"}
    settings = {f"strategy.{name}.{key}": text for name in ("one", "two") for key, text in given.items()}
    records = read_strategy_records(stored(tmp_path / "session.db", desk, settings))
    ranking = rank_strategies(records, by=Criterion.PNL, since=None)
    found = {row.strategy: row for row in ranking.strategies}
    assert (found["one"].mode, found["two"].mode) == ("ACTIVE", "OFF")
    assert found["one"].net_profit == 20 * 3 + 10
    assert found["one"].other_cash == 10 and found[UNASSIGNED].net_profit == 10 - 1 + 5
    assert sum(row.net_profit for row in found.values()) == desk.engine.account.valuation.equity - CASH
