"""What a journal is about, for tests: a paper session by default."""

from decimal import Decimal

from robo_trader.adapters.storage.session_record import SessionRecord


def a_session_record(**changes: object) -> SessionRecord:
    fields = {
        "account": "PAPER", "mode": "PAPER", "broker": "paper", "bar_size": "1 day", "strategy": "sma 1/2",
        "feeds": {"AAPL": "sample"}, "opening_cash": Decimal(100_000), "settings": {"strategy.parameters.fast": "1"},
    }  # fmt: skip
    return SessionRecord(**{**fields, **changes})  # type: ignore[arg-type]
