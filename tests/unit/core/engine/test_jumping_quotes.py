"""A quote far from the price before is not believed until a second one is near it: no price, no order, no loss of it.

The price before is 100; beyond a fifth of it is far.
"""

import pytest

from robo_trader.core.domain.events import QuoteRejected, TradeRejected
from robo_trader.core.domain.positions import TradingState
from tests.builders import AAPL, OPEN, some_limits
from tests.unit.core.engine.desk import Desk, only
from tests.unit.core.engine.scripted import a_desk, minute, printed, quote, scripted, told, want

NEAR = {"bid": 99.99, "ask": 100.01}
FAR = {"bid": 69.99, "ask": 70.01}
UP = {"bid": 129.99, "ask": 130.01}


def a_wary_desk(*, jump: str | None = "0.2") -> Desk:
    desk = a_desk(scripted(script={"quote": want(1.0)}), limits=some_limits(jump_fraction=jump, daily_loss="0.001"))
    desk.tell(quote(OPEN + 1, **NEAR), quote(OPEN + 2, **NEAR))  # bought, and filled
    assert desk.engine.account.ledger.position(AAPL).quantity > 0
    return desk


def faults(desk: Desk, *quotes: dict[str, float]) -> list[str]:
    """What was refused of quotes that come one after the other."""
    decided = desk.tell(*(quote(OPEN + 10 + number, **one) for number, one in enumerate(quotes)))
    return [event.fault.value for event in only(QuoteRejected, decided)]


def test_one_bad_quote_moves_nothing() -> None:
    desk = a_wary_desk()
    heard = len(told(desk))
    assert faults(desk, FAR) == ["JUMPED"]
    account = desk.engine.account
    assert account.trading_state is TradingState.ACTIVE and len(told(desk)) == heard
    assert float(desk.engine._market.price(AAPL)) == 100.0
    desk.close(minute(1, price=100.0))
    assert account.trading_state is TradingState.ACTIVE
    assert account.tally.quotes_rejected == {"JUMPED": 1}


def test_a_second_quote_near_the_first_is_believed() -> None:
    desk = a_wary_desk()
    assert faults(desk, FAR, FAR) == ["JUMPED"]
    assert float(desk.engine._market.price(AAPL)) == 70.0
    desk.close(minute(1, price=70.0))
    assert desk.engine.account.trading_state is TradingState.REDUCING, "the loss is one now"


@pytest.mark.parametrize(
    ("quotes", "refused"),
    [
        pytest.param([FAR, UP], 2, id="the other way"),
        pytest.param([FAR, NEAR, FAR], 2, id="a sound one between forgets the first"),
        pytest.param([FAR, UP, FAR], 3, id="each is the first of its kind"),
        pytest.param([{"bid": 119.98, "ask": 120.02}], 0, id="just a fifth"),
    ],
)
def test_only_the_very_next_quote_confirms(quotes: list[dict[str, float]], refused: int) -> None:
    assert len(faults(a_wary_desk(), *quotes)) == refused


def test_a_print_far_away_is_refused_and_confirms_nothing() -> None:
    desk = a_wary_desk()
    decided = desk.tell(printed(OPEN + 3, price=70.0), printed(OPEN + 4, price=70.0), printed(OPEN + 5, price=99.0))
    assert [event.fault.value for event in only(TradeRejected, decided)] == ["JUMPED", "JUMPED"]
    assert faults(desk, FAR) == ["JUMPED"]


def test_without_the_limit_every_sound_quote_is_believed() -> None:
    assert not faults(a_wary_desk(jump=None), FAR)
