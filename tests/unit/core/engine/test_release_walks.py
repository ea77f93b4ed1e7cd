"""A person who releases at random moments never makes the books wrong: shares moved in and out of the account, adopted.

Random walks as in `test_reconciliation_walks`, where reports are late but never lost. Somebody moves shares into the
account and out of it, bought or sold elsewhere at the last price; the checker of invariants watches every event.
"""

from collections.abc import Iterator
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.events import InstructionGiven
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.releases import BlocksLifted, ReleaseInstructed
from robo_trader.core.execution.adoption import POSITION_KINDS
from robo_trader.simulation.venue.holdings import NOTHING, Holding
from tests.builders import AAPL, MSFT
from tests.examples import examples
from tests.unit.core.engine.desk import only
from tests.unit.core.engine.test_random_walks import HOURS, Moves
from tests.unit.core.engine.test_reconciliation_walks import LatePost

ACTS = st.sampled_from(["deliver", "deliver", "hold", "state", "state", "overtaken", "move in", "move out", "release"])


class MovingPost(LatePost):
    """With a person at the desk, and another who moves shares."""

    def do(self, act: str) -> None:
        if act in {"move in", "move out"}:
            self.move(Decimal(10 if act == "move in" else -10))
        elif act == "release":
            self.release()
        else:
            super().do(act)

    def move(self, shares: Decimal) -> None:
        state = self.account._holdings.state
        held, price = state.positions.get(AAPL, NOTHING), state.prices.get(AAPL, Decimal(100))
        state.positions[AAPL] = Holding(held.quantity + shares, held.cost + shares * price)
        state.cash -= shares * price

    def release(self) -> None:
        """Adopt whatever can be, and trade again."""
        for symbol in (AAPL, MSFT):
            given = {"actor": "ann", "reason": "looked", "occurred_at": self.now}
            self.take(ReleaseInstructed(symbol=symbol, adopts=True, **given))  # type: ignore[arg-type]
            if only(BlocksLifted, self.decided):
                self.check_sides(symbol)
        if self.engine.account.trading_state is TradingState.HALTED:
            self.take(InstructionGiven(
                kind=InstructionKind.RESUME, actor="ann", reason="looked", expected=TradingState.HALTED,
                occurred_at=self.now,
            ))  # fmt: skip

    def check_sides(self, symbol: Symbol) -> None:
        """As a symbol is released, nobody's shares stand against no strategy's; what fills later may do so again."""
        shares = self.engine._strategy.ownership.sub_accounts.shares_by_strategy(symbol)
        nobodys = shares.get(UNASSIGNED, Decimal(0))
        assert not nobodys or all(own * nobodys >= 0 for own in shares.values()), shares


@given(HOURS, st.data())
@settings(deadline=None, max_examples=examples(60))
def test_what_a_person_adopts_is_what_the_broker_has(
    hours: list[tuple[Moves, Moves]], data: st.DataObject
) -> None:  # fmt: skip
    post = MovingPost(is_clean=True)
    acts: Iterator[str] = iter(lambda: data.draw(ACTS), "")
    post.play(hours, acts)
    for _ in range(2):
        post.do("deliver")
        post.do("state")
    post.release()
    differing = {one.kind for one in post.differences()}
    engine = post.engine
    if differing & POSITION_KINDS:
        assert not engine._market.knows(AAPL), f"{differing}: only shares that nobody knows a price of stay"  # type: ignore[attr-defined]
        assert engine.account.blocks.of(AAPL), "and their symbol stays blocked"
        return
    held = engine.account.ledger.position(AAPL).quantity
    shares = engine._strategy.ownership.sub_accounts.shares_by_strategy(AAPL)
    assert not shares or sum(shares.values()) == held
