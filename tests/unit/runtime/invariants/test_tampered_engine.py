"""The engine's own books are held against the events: what is changed behind their back shows at the next event."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.orders import OrderId, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.engine import Engine
from robo_trader.runtime.invariants.broken import InvariantBroken
from tests.builders import AAPL, a_day, engine_settings, venue_settings
from tests.unit.core.engine.desk import Desk
from tests.unit.core.engine.test_sharing import Above, shared
from tests.unit.core.engine.test_stops import Sides


def a_desk(*, days: int = 2) -> Desk:
    """45 shares bought at 110, or, after one day, ordered."""
    desk = Desk(engine_settings(strategy=Sides(100.0, 1)), venue_settings(participation_max=0.00002))
    desk.close(*(a_day(day, AAPL=110.0) for day in range(days)))
    return desk


def shares_lost(engine: Engine) -> None:
    positions = engine.account.ledger.positions
    positions[AAPL] = replace(positions[AAPL], quantity=positions[AAPL].quantity - 1)


def sign_flipped(engine: Engine) -> None:
    positions = engine.account.ledger.positions
    positions[AAPL] = replace(positions[AAPL], quantity=-positions[AAPL].quantity)


def cash_found(engine: Engine) -> None:
    engine.account.ledger.balances["cash"] += Decimal("0.01")


def profit_moved(engine: Engine) -> None:
    engine.account.ledger.balances["realised"] -= 5
    engine.account.ledger.balances["capital"] += 5


def halt_forgotten(engine: Engine) -> None:
    engine.account.trading_state = TradingState.HALTED


def reports_miscounted(engine: Engine) -> None:
    engine.account.tally.quarantined += 1


@pytest.mark.parametrize(
    ("code", "tamper"),
    [
        ("I06", shares_lost), ("I06", sign_flipped), ("I07", cash_found), ("I07", profit_moved),
        ("I12", halt_forgotten), ("I18", reports_miscounted),
    ],
)  # fmt: skip
def test_what_is_changed_without_an_event_is_caught(code: str, tamper: Callable[[Engine], None]) -> None:
    desk = a_desk()
    tamper(desk.engine)
    with pytest.raises(InvariantBroken) as caught:
        desk.close(a_day(2, AAPL=110.0))
    assert caught.value.code == code


def test_a_reservation_that_outlives_its_order_is_caught() -> None:
    desk = a_desk()
    desk.engine.account.ledger.reservations[OrderId(1)] = Decimal(1)
    with pytest.raises(InvariantBroken, match="I11"):
        desk.close(a_day(2, AAPL=110.0))


@pytest.mark.parametrize("factor", ["0", "0.9", "2", "-1"])
def test_a_reservation_that_is_not_what_its_order_needs_is_caught(factor: str) -> None:
    desk = a_desk(days=1)
    held = desk.engine.account.ledger.reservations
    assert held
    held[OrderId(1)] *= Decimal(factor)
    with pytest.raises(InvariantBroken, match="I11"):
        desk.close(a_day(1, AAPL=110.0))


def test_a_strategy_that_loses_shares_to_another_is_caught() -> None:
    desk = Desk(shared(Above(105.0), Above(100.0)))
    desk.close(a_day(0, AAPL=110.0), a_day(1, AAPL=110.0))
    parts = desk.engine._strategy.ownership.sub_accounts.positions
    for name, by in (("s0", -1), ("s1", 1)):
        parts[name, AAPL] = replace(parts[name, AAPL], quantity=parts[name, AAPL].quantity + by)
    with pytest.raises(InvariantBroken, match=r"I06.*s0 holds 44 AAPL, the events give it 45"):
        desk.close(a_day(2, AAPL=110.0))


def test_an_engine_that_books_with_the_wrong_sign_is_caught_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Side.BUY, "sign", -1)
    with pytest.raises(InvariantBroken):
        a_desk()
