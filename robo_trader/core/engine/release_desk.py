"""A person's way out of a symbol's blocks: where book and broker agree by now, or the broker's shares are adopted.

Nothing else is lifted by hand. An order that was never answered may still be at the broker, and an order or execution
that differs is not put right by a word: those end by what statements show.
"""

from decimal import Decimal

from robo_trader.core.domain.discrepancies import Decision, Discrepancy
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.releases import BlocksLifted, ReleaseInstructed, ReleaseRefused
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.allotment_desk import AllotmentDesk
from robo_trader.core.engine.foreign_desk import ForeignDesk
from robo_trader.core.engine.ownership import Ownership
from robo_trader.core.engine.reconciliation_desk import ReconciliationDesk, in_words
from robo_trader.core.engine.senses import Market
from robo_trader.core.execution.adoption import POSITION_KINDS, adopted_price, cash_difference, shares_adopted
from robo_trader.core.execution.figures import figure
from robo_trader.core.execution.passes import Standing
from robo_trader.core.market.corporate_actions import RestatableMarket

_NEVER_LIFTED = frozenset(
    {Control.UNKNOWN_ORDER, Control.BROKER_LINK, Control.MARKET_DATA, Control.EXCHANGE_HALT}
)  # by a person
_MATTERS = (Decision.BLOCK, Decision.HALT)


class ReleaseDesk:
    """Lifts the blocks of a symbol, or says why not."""

    def __init__(
        self,
        account: Account,
        reconciliation: ReconciliationDesk,
        foreign: ForeignDesk,
        allotments: AllotmentDesk,
        ownership: Ownership,
        market: Market,
    ) -> None:
        self._account = account
        self._reconciliation = reconciliation
        self._foreign = foreign
        self._allotments = allotments
        self._ownership = ownership
        self._market = market

    def obey(self, asked: ReleaseInstructed) -> None:
        """Lift every block of a symbol, or none."""
        account, symbol, at = self._account, asked.symbol, asked.occurred_at
        refusal = self._refusal(asked)
        if refusal is not None:
            account.events.append(ReleaseRefused(instruction=asked, reason=refusal, occurred_at=at))
            return
        before, shares_before = account.blocks.of(symbol), account.ledger.position(symbol).quantity
        for standing in self._differing_shares(symbol):
            price = self._price_of(standing.discrepancy)
            assert price is not None
            self._foreign.adopt(symbol, shares_adopted(standing.discrepancy), price, standing.discrepancy_id, at=at)
            self._reconciliation.withdraw(standing, at=at)
        if asked.adopts:
            self._allotments.surrender(symbol, at=at)
        for block in account.blocks.of(symbol):
            account.blocks.lift(symbol, block.cause, at=at)
        account.events.append(
            BlocksLifted(
                symbol=symbol, before=before, shares_before=shares_before,
                shares_after=account.ledger.position(symbol).quantity, actor=asked.actor, reason=asked.reason,
                occurred_at=at,
            )
        )  # fmt: skip

    def _refusal(self, asked: ReleaseInstructed) -> str | None:
        """Return in words why nothing is lifted, None if all is."""
        symbol, differing = asked.symbol, self._differing_shares(asked.symbol)
        if not (asked.actor.strip() and asked.reason.strip()):
            return "it does not say who asks for it, and why"
        blocks = self._account.blocks.of(symbol)
        if not (blocks or differing):
            return f"nothing blocks {symbol}"
        latched = [block for block in blocks if block.control in _NEVER_LIFTED]
        if latched:
            return f"{latched[0].reason}: only what the broker's statements show ends that"
        return self._disagreement(symbol, differing, adopts=asked.adopts)

    def _disagreement(self, symbol: Symbol, differing: list[Standing], *, adopts: bool) -> str | None:
        shown = self._shown(symbol)
        others = [one for one in shown if one.kind not in POSITION_KINDS]
        if others:
            return f"{in_words(others[0])}; shares alone can be adopted, this ends when two statements agree"
        if len(shown) > len(differing):
            return f"{in_words(shown[-1])}, by the last statement alone; ask again after the next"
        if differing:
            return self._not_adopted(symbol, differing) if adopts else _unasked(differing[0])
        if not self._reconciliation.has_agreed(symbol):
            return f"two statements in a row have not agreed on {symbol} yet"
        against = self._ownership.surrendered(symbol)
        if against and not adopts:
            lost = abs(sum((part.quantity for part in against), ZERO))
            return f"others traded away {lost} shares that strategies hold; --adopt takes them from these"
        return None

    def _not_adopted(self, symbol: Symbol, differing: list[Standing]) -> str | None:
        """Return in words why the broker's shares cannot be adopted, None if they can."""
        held = figure(self._account.ledger.position(symbol).quantity)
        if any(standing.absent_since is not None for standing in differing):
            return "the last statement agrees with the books; the next one will end this, or show it again"
        if any(one.discrepancy.ours != held for one in differing):
            return f"the books have come to {held} shares since the last statement; ask again after the next"
        if any(self._price_of(one.discrepancy) is None for one in differing):
            return f"no price of {symbol} is known yet"
        return None

    def _differing_shares(self, symbol: Symbol) -> list[Standing]:
        standing = self._reconciliation.passes.all_standing()
        return [one for one in standing if one.discrepancy.symbol == symbol and one.discrepancy.kind in POSITION_KINDS]

    def _shown(self, symbol: Symbol) -> list[Discrepancy]:
        """Return what is believed of a symbol, and then what the last statement alone shows, if it would stop it."""
        shown = self._reconciliation.passes.all_shown()
        return [one for one in shown if one.symbol == symbol and one.decision in _MATTERS]

    def _price_of(self, one: Discrepancy) -> Decimal | None:
        assert one.symbol is not None
        is_known = isinstance(self._market, RestatableMarket) and self._market.knows(one.symbol)
        last = self._market.price(one.symbol) if is_known else None
        return adopted_price(shares_adopted(one), cash_difference(self._reconciliation.passes.all_shown()), last)


def _unasked(standing: Standing) -> str:
    return f"{in_words(standing.discrepancy)}; --adopt takes the broker's shares into the books"
