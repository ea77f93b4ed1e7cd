"""How a session stands, as one JSON object. Exact decimals are text."""

from typing import Any

from robo_trader.core.engine.engine import Engine
from robo_trader.core.ledger.ledger import COMMISSION


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
        "orders": tally.orders,
        "fills": tally.fills,
        "violations": dict(sorted(tally.violations.items())),
        "quarantined_reports": tally.quarantined,
        "cash": f"{engine.account.ledger.cash:f}",
        "commission": f"{engine.account.ledger.balances[COMMISSION]:f}",
        "equity": f"{valuation.equity:f}",
        "return": float(valuation.equity / opening - 1),
        "max_drawdown": float(valuation.max_drawdown),
        "trading_state": engine.account.trading_state.value,
        "state_hash": engine.state_hash(),
        "seconds": round(seconds, 3),
    }
