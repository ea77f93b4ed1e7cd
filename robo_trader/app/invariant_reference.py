"""Writes docs/invariants.md from the table of invariants.

Run `python -m robo_trader.app.invariant_reference > docs/invariants.md`.
"""

import sys

from robo_trader.runtime.invariants.table import INVARIANTS, Invariant

_INTRODUCTION = """\
# Invariants

<!-- Generated: python -m robo_trader.app.invariant_reference > docs/invariants.md -->

What must hold whatever market, broker and strategies do. A checker (`robo_trader/runtime/invariants`) watches a run
from outside: it is fed each event with the decisions and commands that came of it, reckons orders, shares, cash,
owners, reservations and prices anew from the events alone, with code of its own, and holds the engine's decisions and
books against that. The engine knows nothing of it, and a run that is not checked pays nothing.

```
robo-trader backtest --check-invariants            # every event of a backtest; also journal before broker (I17)
robo-trader journal verify                         # the latest session's journal, or --database FILE; --json
```

`journal verify` opens the database read-only, while the session runs or after it. It demands that the chain of hashes
has no gap and no changed byte, holds the recorded events against the invariants, then plays them again through the
engine: decisions, their bytes and the engine's books must be the same. It prints how often each invariant was held
against something, or why it does not apply, and the hash of the state that the journal leads to, which is the
`state_hash` of the session's summary.

| exit code | means |
| --- | --- |
| 0 | everything holds |
| 6 | the journal is not what was written (I16), or replays to other decisions (I15) |
| 10 | an invariant is broken: stop trading the account, and report it with its journal |
| 2, 7 | the strategy that traded is not in the working directory, or was edited since |

The first thing that is broken ends the checking: what comes after it could only repeat it. The message names the
invariant, the numbers, and the event. In Python, `CheckedEngine` stands wherever `Engine` does and raises
`InvariantBroken` at once; the engine's own tests, its random walks and every event-driven run of the parity tests use
it.

A checked backtest takes about twice as long. Measured once, on one core that others shared: five symbols over 3,270
days with resting stops, 11,071 events and 3,902 orders: 21,000 events a second without the checker,
11,000 with it, engine, venue and loop included. The checker alone, fed with a record, takes 40,000 events a second.

## What is held, and how

"""
_END = """
A checker that stands beside the engine's own arithmetic shares three things with it: the domain's values, the
commission schedule, and the rounding of money and prices. An error in those it cannot see; their own tests must.
"""


def render_reference() -> str:
    """Return the page."""
    rows = ["| | what must hold | how it is held | |", "| --- | --- | --- | --- |", *map(_row, INVARIANTS)]
    return _INTRODUCTION + "\n".join(rows) + "\n" + _END


def _row(one: Invariant) -> str:
    return f"| {one.code} | {one.sentence} | {one.means.value} | {one.remark} |"


if __name__ == "__main__":
    sys.stdout.write(render_reference())
