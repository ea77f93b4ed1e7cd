"""What is done about each kind of discrepancy, and how much may differ before it is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from robo_trader.core.domain.discrepancies import SEVERITY_OF, Decision, Discrepancy, DiscrepancyKind
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol

_K, _D = DiscrepancyKind, Decision
DEFAULT_DECISIONS: dict[DiscrepancyKind, Decision] = {
    _K.POSITION_MISSING: _D.BLOCK,
    _K.POSITION_EXTRA: _D.BLOCK,
    _K.POSITION_QUANTITY: _D.BLOCK,
    _K.POSITION_SIDE: _D.BLOCK,
    _K.AVERAGE_COST: _D.WAIT,  # it hangs on commissions, and on the order trades became known in
    _K.UNKNOWN_SYMBOL: _D.BLOCK,
    _K.ORDER_UNKNOWN_TO_US: _D.BLOCK,
    _K.ORDER_UNKNOWN_TO_BROKER: _D.BLOCK,
    _K.ORDER_QUANTITY: _D.BLOCK,
    _K.ORDER_PRICE: _D.ADOPT,
    _K.ORDER_SIDE: _D.HALT,
    _K.ORDER_FILLED: _D.BLOCK,
    _K.ORDER_STATUS: _D.ADOPT,
    _K.ORDER_ID_REUSED: _D.HALT,
    _K.ORDER_CONTRADICTION: _D.HALT,
    _K.ORDER_LOST: _D.HALT,
    _K.EXECUTION_MISSING_HERE: _D.ADOPT,
    _K.EXECUTION_MISSING_THERE: _D.BLOCK,
    _K.EXECUTION_DIFFERENT: _D.ADOPT,
    _K.CASH_BELOW_THRESHOLD: _D.ADOPT,
    _K.CASH_ABOVE_THRESHOLD: _D.HALT,
}
ADOPTABLE = frozenset(kind for kind, decision in DEFAULT_DECISIONS.items() if decision is _D.ADOPT)
WITHOUT_SYMBOL = frozenset({_K.CASH_BELOW_THRESHOLD, _K.CASH_ABOVE_THRESHOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationPolicy:
    """When the broker's word differs enough to matter, and what then."""

    cash_minimum: Decimal = Decimal(10)  # dollars
    cash_fraction: Decimal = Decimal("0.0005")  # of equity; the larger of the two is the threshold
    average_cost_fraction: Decimal = Decimal("0.001")  # of our average cost
    decisions: Mapping[DiscrepancyKind, Decision] = field(default_factory=lambda: DEFAULT_DECISIONS)

    def __post_init__(self) -> None:
        """Raise InvalidConfig for a policy that cannot be followed."""
        missing = [kind.value for kind in DiscrepancyKind if kind not in self.decisions]
        if missing:
            raise InvalidConfig(f"no decision for {', '.join(missing)}", next_step="Decide about every kind.")
        for kind, decision in self.decisions.items():
            if decision is Decision.ADOPT and kind not in ADOPTABLE:
                advice = "Choose WAIT, BLOCK or HALT: shares come into the books by executions only."
                raise InvalidConfig(f"{kind.value} cannot be adopted", next_step=advice)
            if decision is Decision.BLOCK and kind in WITHOUT_SYMBOL:
                raise InvalidConfig(f"{kind.value} has no symbol to block", next_step="Choose WAIT, ADOPT or HALT.")
        if self.decisions[_K.ORDER_LOST] is not Decision.HALT:
            advice = "Leave it at HALT: a journal that has lost its end knows neither its orders nor its positions."
            raise InvalidConfig("an order that the journal has lost must halt trading", next_step=advice)
        if min(self.cash_minimum, self.cash_fraction, self.average_cost_fraction) < 0:
            raise InvalidConfig(f"thresholds are 0 or above, were {self}", next_step="0 lets nothing differ.")

    def cash_threshold(self, equity: Decimal) -> Decimal:
        """Return the dollars that cash may differ by before trading halts."""
        return max(self.cash_minimum, self.cash_fraction * equity)

    def discrepancy(  # noqa: PLR0913 - the fields of what it makes
        self,
        kind: DiscrepancyKind,
        subject: str,
        symbol: Symbol | None,
        *,
        ours: str,
        theirs: str,
        unit: str,
        is_adoptable: bool = True,
    ) -> Discrepancy:
        """Return a discrepancy with what is to be done about it. What cannot be adopted after all blocks its symbol."""
        decision = self.decisions[kind]
        if decision is Decision.ADOPT and not is_adoptable:
            decision = Decision.BLOCK
        return Discrepancy(
            kind=kind, subject=subject, symbol=symbol, ours=ours, theirs=theirs, unit=unit,
            severity=SEVERITY_OF[decision], decision=decision,
        )  # fmt: skip


DEFAULT_POLICY = ReconciliationPolicy()
