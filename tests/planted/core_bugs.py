"""Bugs of the core: orders, books, risk, reconciliation."""

from tests.planted.bug import Bug

_BOOK = "core/execution/order_book.py"
_REPORTS = "core/engine/report_desk.py"
_LEDGER = "core/ledger/ledger.py"
_RECONCILING = "core/engine/reconciliation_desk.py"
_ORDERS = "core/engine/order_desk.py"
_PASSES = "core/execution/passes.py"
_EXECUTIONS = "core/execution/executions.py"

CORE_BUGS = (
    Bug(
        "an execution that is told twice is booked twice", _BOOK,
        "        if self.executions.is_known(report.execution_id):\n"
        "            return self._hear_again(order, report)\n"
        "        if self.executions.renamed:",
        "        if self.executions.renamed:",
    ),
    Bug(
        "shares beyond the order are clipped", _BOOK,
        "filled, wanted = order.filled + report.quantity, order.quantity_at_worst",
        "filled, wanted = min(order.filled + report.quantity, order.quantity_at_worst), order.quantity_at_worst",
    ),
    Bug("an overfill does not halt", _REPORTS, "        if result.overfilled:", "        if False:"),
    Bug(
        "a fill after the end of its order is refused", _BOOK,
        "        if isinstance(report, OrderExecuted):\n            return self._execute(order, report)",
        "        if isinstance(report, OrderExecuted):\n"
        "            if order.status in ENDED and not self.executions.is_known(report.execution_id):\n"
        '                return Quarantined("it comes too late")\n'
        "            return self._execute(order, report)",
    ),
    Bug(
        "what waits to be canceled is not counted at its worst", _BOOK,
        "found = [(order.intent, order.remaining_at_worst) for order in self._open_for.get(symbol, _NONE).values()]",
        "found = [(order.intent, order.remaining_at_worst) for order in self._open_for.get(symbol, _NONE).values()\n"
        "                 if not order.cancel_requested]",
    ),
    Bug(
        "a corrected execution counts beside the one it corrects", _BOOK,
        "filled = order.filled - before.quantity + after.quantity", "filled = order.filled + after.quantity",
    ),
    Bug(
        "a commission that is told later is added to the one before", _BOOK,
        "commission=order.commission - before.commission + after.commission",
        "commission=order.commission + after.commission + before.commission",
    ),
    Bug(
        "what is known of an order's worst case is not forgotten as it changes", _BOOK,
        "        self._at_worst.pop(symbol, None)\n", "",
    ),
    Bug(
        "an order that ended stays among the open ones", _BOOK,
        "        if order.status not in ENDED:\n            self.open[order_id] = order",
        "        if order.status is not OrderStatus.FILLED:\n            self.open[order_id] = order",
    ),
    Bug(
        "a commission before its execution is lost", _EXECUTIONS,
        "                report = replace(report, commission=early)", "                pass",
    ),
    Bug(
        "a correction is not known by its own id", _EXECUTIONS,
        "            self.families[report.execution_id] = family", "            pass",
    ),
    Bug(
        "a corrected price is not taken", _EXECUTIONS,
        "return replace(before, quantity=report.quantity, price=report.price, commission=report.commission)",
        "return replace(before, quantity=report.quantity, commission=report.commission)",
    ),
    Bug(
        "a lost order counts as answered", "core/execution/transitions.py",
        "        Move.LOSE: _S.UNKNOWN,", "        Move.LOSE: _S.SUBMITTED,",
    ),
    Bug(
        "an order that never reached the broker stays unknown", "core/execution/transitions.py",
        "        Move.PROVE_ABSENT: _S.REJECTED,", "        Move.PROVE_ABSENT: _S.UNKNOWN,",
    ),
    Bug(
        "money that is held for an order stays held as it is canceled", _REPORTS,
        "        if order.status in ENDED:\n            ledger.release(order.order_id)",
        "        if order.status is OrderStatus.FILLED:\n            ledger.release(order.order_id)",
    ),
    Bug(
        "money that is held does not shrink with fills", _REPORTS,
        "            ledger.shrink(order.order_id, remaining=remaining, before=before)", "            pass",
    ),
    Bug(
        "a report that contradicts the books does not halt", _REPORTS,
        "        if result.breaks_books:", "        if False:",
    ),
    Bug(
        "a correction is booked as a further fill", _REPORTS,
        "            self.restate(fill, result.restates)",
        "            self.book(fill, self._strategies.allotments.note(order, fill))",
    ),
    Bug(
        "a sale is booked as a purchase", _LEDGER,
        "        change = fill.side.sign * fill.quantity\n        after = after_trade",
        "        change = abs(fill.side.sign) * fill.quantity\n        after = after_trade",
    ),
    Bug(
        "commission is not paid from cash", _LEDGER,
        "        cash = -change * price - commission\n"
        '        return after, realised, self._move(before, after, cash, commission, f"fill {fill.execution_id}")',
        "        cash = -change * price\n"
        '        return after, realised, self._move(before, after, cash, ZERO, f"fill {fill.execution_id}")',
    ),
    Bug(
        "a restated commission is not paid", _LEDGER,
        "self._move(before, after, -paid - commission, commission,", "self._move(before, after, -paid, ZERO,",
    ),
    Bug(
        "a restated fill is remembered as it was", _LEDGER,
        "        fills[place] = (fill, realised)\n        commission = fill.commission - old.commission",
        "        fills[place] = (old, realised)\n        commission = fill.commission - old.commission",
    ),
    Bug(
        "an order is proved absent by one statement", _RECONCILING,
        "            elif since is None:\n", "            elif False:\n",
    ),
    Bug(
        "a statement that was asked for before the order counts as evidence", _RECONCILING,
        "event.asked_at < (order.updated_at if since is None else since)", "False",
    ),
    Bug(
        "executions that only a statement tells are not booked", _RECONCILING,
        "        for stated in statement.executions or ():\n            self._book_execution(stated, at=at)\n",
        "",
    ),
    Bug(
        "an unknown order that a statement names is not found", _RECONCILING,
        "                if is_ours(order, stated):", "                if False:",
    ),
    Bug(
        "a difference that is to be adopted is left", _RECONCILING,
        "        if one.decision is Decision.ADOPT:", "        if False:",
    ),
    Bug(
        "a difference of positions blocks nothing", _RECONCILING,
        "        elif one.decision is Decision.BLOCK and one.symbol is not None:", "        elif False:",
    ),
    Bug(
        "a difference that should halt does not", _RECONCILING,
        "        elif one.decision is Decision.HALT:", "        elif False:",
    ),
    Bug(
        "the first statement is believed", _PASSES,
        "    return before is not None and before.discrepancies.get(one.key) == one", "    return True",
    ),
    Bug(
        "two statements of the same moment agree", _PASSES,
        "        if before is not None and asked_at < before.received_at:", "        if False:",
    ),
    Bug(
        "what others trade blocks nothing", "core/engine/foreign_desk.py",
        "        account.blocks.add(\n            execution.symbol, UNASSIGNED, Control.RECONCILIATION, reason, "
        "at=execution.occurred_at\n        )  # fmt: skip\n",
        "",
    ),
    Bug(
        "an order of a lost journal does not halt", "core/engine/foreign_desk.py",
        "        if execution.lost_reference:", "        if False:",
    ),
    Bug(
        "an order that nobody answered blocks nothing", "core/engine/unknown_orders.py",
        "    if before is OrderStatus.UNKNOWN:", "    if True:",
    ),
    Bug(
        "orders leave while the broker is not ready", "core/engine/link_desk.py",
        "        if event.state is LinkState.READY:", "        if event.state is not LinkState.REFUSED:",
    ),
    Bug(
        "blocks hold nothing back", "core/risk/blocks.py",
        'return _first(view, Control.RECONCILIATION, "causes") if view.blocks else None', "return None",
    ),
    Bug(
        "the link's block holds nothing back", "core/risk/blocks.py",
        'return _first(view, Control.BROKER_LINK, "causes") if view.blocks else None', "return None",
    ),
    Bug(
        "an unknown order's block holds nothing back", "core/risk/blocks.py",
        'return _first(view, Control.UNKNOWN_ORDER, "orders") if view.blocks else None', "return None",
    ),
    Bug(
        "orders leave while trading is halted", "core/risk/sessions.py",
        "    if state is _ACTIVE or (state is TradingState.REDUCING and reduces(intent, view)):", "    if True:",
    ),
    Bug(
        "a sale that opens a short position counts as an exit", "core/risk/exposures.py",
        "        return intent.quantity <= exposure.position - exposure.working_sells",
        "        return intent.quantity <= exposure.position",
    ),
    Bug(
        "the largest position is measured without what works", "core/risk/exposures.py",
        "    shares = worst_case(exposure, side=intent.side, quantity=intent.quantity)\n    value = shares",
        "    shares = abs(exposure.position)\n    value = shares",
    ),
    Bug(
        "no money is held for a purchase", _ORDERS,
        "        if needed:\n            account.ledger.reserve(order.order_id, needed)\n", "",
    ),
    Bug(
        "orders that work are not counted towards the target", "core/execution/planner.py",
        "        missing -= order.remaining * order.intent.side.sign", "        pass",
    ),
    Bug(
        "a cancel is asked for and not sent", _ORDERS,
        "        account.commands.append(CancelOrder(order_id=order.order_id, occurred_at=now))", "        pass",
    ),
)  # fmt: skip
