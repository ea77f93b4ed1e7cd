"""Bugs of the shell: loop, journal, recovery, and the client of the broker."""

from tests.planted.bug import Bug

_LOOP = "runtime/trading_loop.py"
_READY = "runtime/reconciled_broker.py"
_CLIENT = "adapters/brokers/interactive_brokers/"
_TRACKING = _CLIENT + "tracking.py"
_ORDERING = _CLIENT + "ordering.py"
_BROKER = _CLIENT + "broker.py"

SHELL_BUGS = (
    Bug(
        "orders leave before they are journaled", _LOOP,
        "            await self._journal.commit(batch)\n            for listen in self._listeners:\n"
        "                listen(batch)\n            for command in batch.commands:\n"
        "                await self._carry_out(command)\n",
        "            for listen in self._listeners:\n"
        "                listen(batch)\n            for command in batch.commands:\n"
        "                await self._carry_out(command)\n            await self._journal.commit(batch)\n",
    ),
    Bug(
        "orders are sent twice", _LOOP,
        "            await self._broker.submit(command.order)",
        "            await self._broker.submit(command.order)\n            await self._broker.submit(command.order)",
    ),
    Bug(
        "a broker that is back is ready before his statements", _READY,
        "        self._passes_left = PASSES if is_ready else 0", "        self._passes_left = 0",
    ),
    Bug(
        "a broker that went is still ready", _READY,
        "            if isinstance(report, BrokerLinkChanged):\n                self._note_link(report)",
        "            if isinstance(report, BrokerLinkChanged):\n"
        "                if report.state is not LinkState.READY:\n                    continue\n"
        "                self._note_link(report)",
    ),
    Bug(
        "the first orders of an epoch bear the one before", "core/domain/reference_table.py",
        "        if not self.epochs or self.epochs[-1] != epoch:", "        if not self.epochs:",
    ),
    Bug(
        "numbers of the wire begin again with the program", _CLIENT + "numbers.py",
        "        self._next = 1 if used is None else int(used) + 1", "        self._next = 1",
    ),
    Bug(
        "the gateway's offer of a lower number is taken", _CLIENT + "numbers.py",
        "        self._next = max(self._next, number)", "        self._next = number",
    ),
    Bug(
        "a commission before its execution is forgotten", _TRACKING,
        "        self._commissions[report.execId] = commission\n", "",
    ),
    Bug(
        "an order that is filled counts as canceled", _TRACKING,
        '        elif status in CANCELED:\n            self._end(known)\n        elif status == "Inactive":\n'
        "            self._reject(known, known.refusal or",
        '        elif status in CANCELED or status == "Filled":\n            self._end(known)\n'
        '        elif status == "Inactive":\n            self._reject(known, known.refusal or',
    ),
    Bug(
        "an error that names a working order ends it", _TRACKING,
        "            if not known.is_accepted:\n                self._reject(known, words)",
        "            self._reject(known, words)",
    ),
    Bug(
        "another client's status counts as ours", _TRACKING,
        "        is_own = client_id == self._client_id", "        is_own = True",
    ),
    Bug(
        "a correction is told as a new execution", _TRACKING,
        "        if before is None:\n            self._say(_executed(stated, order_id, commission))",
        "        if True:\n            self._say(_executed(stated, order_id, commission))",
    ),
    Bug(
        "nobody notices that an order was not answered", _CLIENT + "open_orders.py",
        "if sent.answer_by is not None and now >= sent.answer_by]", "if False]",
    ),
    Bug(
        "a cancel is forgotten with the process", _BROKER,
        "        self._orders.ask_cancel(order_id)\n", "",
    ),
    Bug(
        "a cancel that was lost with the line is not asked for again", _ORDERING,
        "            if order.is_cancel_asked:", "            if False:",
    ),
    Bug(
        "an order that may have left is said to be rejected", _BROKER,
        "            self._orders.add(order, reference, answer_by=answer_by)\n        else:",
        "            self._orders.add(order, reference, answer_by=answer_by)\n        if True:",
    ),
    Bug(
        "a question that is not answered counts as nothing", _CLIENT + "statements.py",
        "    except (NoAnswerError, RequestRefusedError):\n        return None",
        "    except (NoAnswerError, RequestRefusedError):\n        return []  # type: ignore[return-value]",
    ),
    Bug(
        "all versions of an execution are told", _CLIENT + "executions.py",
        "        if family not in last or version > _parts(last[family].execution_id)[1]:\n"
        "            last[family] = one",
        "        last[one.execution_id] = one",
    ),
    Bug(
        "an execution's next version is not new", _CLIENT + "executions.py",
        "        return latest is None or version > latest[0]", "        return latest is None",
    ),
)  # fmt: skip
