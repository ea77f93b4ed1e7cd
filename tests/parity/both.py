"""One table of bars through both backtests, and the first difference between them."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from msgspec.structs import replace

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.core.domain.allotments import Allotment, SharesCrossed
from robo_trader.core.domain.events import AccountMarked, FillBooked, OrderDenied, SessionStarted
from robo_trader.core.domain.outcomes import SignalSettled
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.size_basis import TradeBasis
from robo_trader.core.ports.journal import Batch
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.compiled_controls import CONTROLS
from robo_trader.research.backtest.compiled_run import Played, play_compiled
from robo_trader.research.backtest.event_play import EventPlay
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.runtime.invariants.checker import CheckedEngine
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.runtime.unjournaled import UnjournaledRun
from robo_trader.simulation.venue.venue import Venue, VenueSettings

Part = tuple[str, str, int, float]  # symbol, strategy, signed shares, price
Broken = tuple[Control, Decimal, Decimal]  # limit and value; how their digits are written in words may differ
Trade = tuple[str, int, str, float, float, float]  # symbol, UTC nanoseconds, side, shares, price, commission


@dataclass
class Record:
    """What one backtest did."""

    trades: list[Trade] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)
    denials: list[tuple[int, str, str]] = field(default_factory=list)  # slice's end, symbol, control
    outcomes: list[tuple[SignalSettled, list[Broken]]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)  # whose the shares are, where several strategies share the account

    def take(self, batch: Batch) -> None:
        """Listen to the trading loop."""
        for step in batch.steps:
            for event in step.decisions:
                match event:
                    case AccountMarked(mark=mark):
                        self.equity.append(float(mark.equity))
                    case FillBooked(fill=fill):
                        numbers = (float(fill.quantity), float(fill.price), float(fill.commission))
                        self.trades.append((fill.symbol, fill.occurred_at, fill.side.value, *numbers))
                        self._divide(fill.symbol, fill.price, event.allotments)
                    case SharesCrossed(symbol=symbol, price=price, allotments=allotments):
                        self._divide(symbol, price, allotments)
                    case SignalSettled():
                        violations = [(one.control, one.limit, one.value) for one in event.violations]
                        self.outcomes.append((replace(event, violations=()), violations))
                    case OrderDenied(intent=intent, violations=violations, occurred_at=at):
                        self.denials.extend((at, intent.symbol, violation.control.value) for violation in violations)

    def _divide(self, symbol: str, price: Decimal, allotments: Iterable[Allotment]) -> None:
        self.parts.extend((symbol, part.strategy, int(part.quantity), float(price)) for part in allotments)


def play_event(
    table: BarTable, settings: EngineSettings, venue: VenueSettings, *, cash: float, engine: Engine | None = None
) -> Record:
    """The engine and the venue, through the loop that trades."""
    record, broker = Record(), SimulatedBroker(Venue(venue))
    trading = TradingLoop(
        engine or CheckedEngine(settings), UnjournaledRun(), broker, observers=[broker.observe], listeners=[record.take]
    )

    async def play() -> None:
        await trading.take([SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(repr(cash)))])
        for t in range(table.slices):
            await trading.close_slice(table.slice_at(t))

    asyncio.run(play())
    return record


def play_event_on_table(
    table: BarTable, settings: EngineSettings, venue: VenueSettings, compiler: Compiler, *, cash: float
) -> tuple[Record, EventPlay]:
    """The engine and the venue, shown only what may concern them."""
    record, broker = Record(), SimulatedBroker(Venue(venue))
    play = EventPlay(table, settings, compiler)
    trading = TradingLoop(play.engine, UnjournaledRun(), broker, observers=[broker.observe], listeners=[record.take])

    async def run() -> None:
        await trading.take([SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(repr(cash)))])
        for slice_ in play.slices():
            await trading.close_slice(slice_)

    asyncio.run(run())
    return record, play


def record_of(played: Played, names: Sequence[str] = ("",)) -> Record:
    """The compiled backtest in the words of the other."""
    table, fills, orders = played.table, played.fills, played.orders
    record = Record(equity=played.equity.tolist())
    for fill in fills:
        order, t = orders[int(fill["order"])], int(fill["slice"])
        times = table.market.started_at if fill["at_open"] else table.market.ended_at
        record.trades.append((
            table.symbols[int(order["symbol"])], int(times[t]), "BUY" if order["sign"] > 0 else "SELL",
            float(fill["quantity"]), float(fill["price"]), float(fill["commission"]),
        ))  # fmt: skip
    for row in played.denials:
        at, symbol = int(table.ended_at[int(row[0])]), table.symbols[int(row[1])]
        record.denials.append((at, symbol, CONTROLS[int(row[2])][0].value))
    for part in () if played.allotments is None else played.allotments:
        sleeve, place = divmod(int(part["lane"]), len(table.symbols))
        shares, price = int(part["shares"]), float(part["price"])
        record.parts.append((table.symbols[place], names[sleeve], shares, price))
    return record


def assert_equal(
    table: BarTable, settings: EngineSettings, venue: VenueSettings, compiler: Compiler, *, cash: float
) -> Record:
    """Play both; fail with the first differing bar and both sides' state."""
    names = [sleeve.name for sleeve in settings.sleeves]
    played = play_compiled(table, settings, venue, cash=cash, compiler=compiler)
    compiled = record_of(played, names)
    event, engine = assert_both_forms_equal(table, settings, venue, compiler, cash=cash)
    first = first_difference(table, event, compiled)
    assert first is None, first
    assert event.denials == compiled.denials
    assert event.parts == compiled.parts
    assert_same_trades_are_remembered(played, engine)
    return event


def assert_both_forms_equal(
    table: BarTable, settings: EngineSettings, venue: VenueSettings, compiler: Compiler, *, cash: float
) -> tuple[Record, Engine]:
    """Play the engine bar by bar, and shown only what may concern it; fail where they differ."""
    engine = CheckedEngine(settings)
    event = play_event(table, settings, venue, cash=cash, engine=engine)
    quick, play = play_event_on_table(table, settings, venue, compiler, cash=cash)
    assert (quick.trades, quick.denials, quick.parts) == (event.trades, event.denials, event.parts)
    assert quick.outcomes == event.outcomes
    pending = sum(map(len, engine.account.open_signals.values()))
    assert len(event.outcomes) + pending == engine.account.tally.signals
    assert play.marks[0].tolist() == event.equity
    memories = zip(memory_of(play.engine).items(), memory_of(engine).values(), strict=True)
    assert [(name, one, other) for (name, one), other in memories if one != other] == []
    assert play.engine.state_hash() == engine.state_hash()
    return event, engine


def assert_same_trades_are_remembered(played: Played, engine: Engine) -> None:
    """Both run one rule, on commissions that may differ by the smallest amount the books know."""
    for number, desk in enumerate(engine._strategy._sleeves):
        if isinstance(desk.basis, TradeBasis):
            _, trades = desk.basis.state()
            assert played.books.trades is not None and isinstance(trades, list)
            row: list[float] = played.books.trades.ended[number].tolist()
            assert np.allclose(row[: len(trades)], trades, rtol=0.0, atol=1e-6)


def memory_of(engine: Engine) -> dict[str, object]:
    """What the state hash covers and a run with computed senses could get wrong, so that a difference shows."""
    return {
        "valuation": engine.account.valuation.state(),
        "market": engine._market.state(),
        "features": {symbol: list(map(list, states)) for symbol, states in engine._panel.states.items()},
        "strategies": engine._strategy.state(),
        "tally": engine.account.tally,
        "overnight": engine._overnight.state(),
    }


def first_difference(table: BarTable, event: Record, compiled: Record) -> str | None:
    """Return in words the first bar at which the two differ, None if they do not."""
    one, other = np.array(event.equity), np.array(compiled.equity)
    assert len(one) == len(other) == table.slices
    differ = np.flatnonzero(np.abs(one - other) > 1e-9 * np.abs(one))
    at_trade = next(
        (n for n, (a, b) in enumerate(zip(event.trades, compiled.trades, strict=False)) if a[:4] != b[:4]), None
    )
    if at_trade is None and len(event.trades) != len(compiled.trades):
        at_trade = min(len(event.trades), len(compiled.trades))
    if at_trade is None and not len(differ):
        return None
    t = int(differ[0]) if len(differ) else table.slices - 1
    lines = [f"slice {t} of {table.slices}: event {one[t]!r}, compiled {other[t]!r}; {table.slice_at(t)}"]
    if at_trade is not None:
        lines += [
            f"trade {at_trade}: {side} {record.trades[max(0, at_trade - 1) : at_trade + 2]}"
            for side, record in (("event", event), ("compiled", compiled))
        ]
    return "\n".join(lines)
