"""How a session stands, as one JSON object. Exact decimals are text."""

from typing import Any

from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.tally import Tally
from robo_trader.core.ledger.ledger import COMMISSION
from robo_trader.core.ports.decisions import PENDING
from robo_trader.runtime.invariants.checker import CheckedEngine


def _outcomes(tally: Tally) -> dict[str, int]:
    """Return how signals ended, those that have no end yet as pending: the counts sum to all signals."""
    pending = tally.signals - tally.outcomes.total()
    return {**dict(sorted(tally.outcomes.items())), **({PENDING: pending} if pending else {})}


def summarise(engine: Engine, *, seconds: float) -> dict[str, Any]:
    """Return the counts and figures since the journal began; `seconds` is how long this run took."""
    tally, valuation = engine.account.tally, engine.account.valuation
    opening = -engine.account.ledger.balances["capital"]
    return {
        "bars": tally.bars,
        "bars_rejected": dict(sorted(tally.bars_rejected.items())),
        **({"quotes": tally.quotes, "prints": tally.trades} if tally.quotes + tally.trades else {}),
        **({"quotes_rejected": dict(sorted(tally.quotes_rejected.items()))} if tally.quotes_rejected else {}),
        "signals": tally.signals,
        "outcomes": _outcomes(tally),
        "orders": tally.orders,
        "fills": tally.fills,
        "violations": dict(sorted(tally.violations.items())),
        "quarantined_reports": tally.quarantined,
        **({"blocked": _blocked(engine)} if engine.account.blocks.by_symbol else {}),
        "cash": f"{engine.account.ledger.cash:f}",
        "commission": f"{engine.account.ledger.balances[COMMISSION]:f}",
        "equity": f"{valuation.equity:f}",
        "return": float(valuation.equity / opening - 1),
        "max_drawdown": float(valuation.max_drawdown),
        "trading_state": engine.account.trading_state.value,
        "state_hash": engine.state_hash(),
        **({"events_checked": engine.checker.events} if isinstance(engine, CheckedEngine) else {}),
        "seconds": round(seconds, 3),
    }


def _blocked(engine: Engine) -> dict[str, str]:
    """Return why no order leaves, by symbol."""
    causes = engine.account.blocks.by_symbol
    return {symbol: "; ".join(block.reason for block in causes[symbol].values()) for symbol in sorted(causes)}
