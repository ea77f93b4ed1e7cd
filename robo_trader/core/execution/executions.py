"""Executions by the broker's id: each counts once, in its last version.

A correction carries an id of its own and names the version it corrects; the family is known by its first id. A
commission may be told later than its execution, or earlier: then it waits here.
"""

from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import CommissionReported, ExecutionCorrected, OrderExecuted
from robo_trader.core.domain.statements import StatedExecution


class Executions:
    """What every execution last said."""

    def __init__(self) -> None:
        self.latest: dict[ExecutionId, OrderExecuted] = {}  # by the family's first id
        self.families: dict[ExecutionId, ExecutionId] = {}  # of corrections: their family's first id
        self.renamed: dict[Symbol, Symbol] = {}  # what symbols of old are called now
        self.early_commissions: dict[ExecutionId, Decimal] = {}
        self.unbooked: set[ExecutionId] = set()  # families that were busted before they were told: no fill of them is
        self.foreign: dict[ExecutionId, StatedExecution] = {}  # of orders that are not ours, in their last version
        self.unconfirmed: set[ExecutionId] = set()  # known from a statement; their own report is on its way

    def is_known(self, execution_id: ExecutionId) -> bool:
        """Return whether this very report was taken before."""
        return execution_id in self.latest or execution_id in self.families

    def confirm(self, execution_id: ExecutionId) -> bool:
        """Return whether this report only says what a statement said first; it does so once."""
        if execution_id not in self.unconfirmed:
            return False
        self.unconfirmed.remove(execution_id)
        return True

    def family(self, execution_id: ExecutionId) -> ExecutionId:
        """Return the id under which all versions of an execution are booked."""
        return self.families.get(execution_id, execution_id)

    def take(self, report: OrderExecuted) -> OrderExecuted:
        """Take in a first version; return it with the commission that came before it, if one did."""
        if self.early_commissions:
            early = self.early_commissions.pop(report.execution_id, None)
            if early is not None:
                report = replace(report, commission=early)
        self.latest[report.execution_id] = report
        return report

    def restated(self, report: ExecutionCorrected | CommissionReported) -> OrderExecuted:
        """Return a known execution as this report restates it. It is not stored yet."""
        before = self.latest[self._subject(report)]
        if isinstance(report, CommissionReported):
            return replace(before, commission=report.commission)
        return replace(before, quantity=report.quantity, price=report.price, commission=report.commission)

    def knows_subject(self, report: ExecutionCorrected | CommissionReported) -> bool:
        """Return whether the execution that a report restates is known."""
        return self._subject(report) in self.latest

    def store(self, report: ExecutionCorrected | CommissionReported, after: OrderExecuted) -> None:
        """Let `after` be the version that counts."""
        family = self._subject(report)
        self.latest[family] = after
        if isinstance(report, ExecutionCorrected):
            self.families[report.execution_id] = family

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know the executions of a symbol under its new name, those that are still to come as well."""
        self.renamed = {old: new_symbol if now == symbol else now for old, now in self.renamed.items()}
        self.renamed[symbol] = new_symbol
        for first, known in self.latest.items():
            if known.symbol == symbol:
                self.latest[first] = replace(known, symbol=new_symbol)
        for name, stated in self.foreign.items():
            if stated.symbol == symbol:
                self.foreign[name] = replace(stated, symbol=new_symbol)

    def name_now(self, symbol: Symbol) -> Symbol:
        """Return what a symbol is called now."""
        return self.renamed.get(symbol, symbol)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return (
            self.latest, self.families, self.early_commissions, self.foreign, self.unconfirmed, self.unbooked,
            self.renamed,
        )  # fmt: skip

    def _subject(self, report: ExecutionCorrected | CommissionReported) -> ExecutionId:
        return self.family(report.corrects if isinstance(report, ExecutionCorrected) else report.execution_id)
