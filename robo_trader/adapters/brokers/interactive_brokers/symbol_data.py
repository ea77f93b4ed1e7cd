"""What is known of one symbol's market on one connection, and whether it is seen as it is now."""

from dataclasses import dataclass

from robo_trader.core.domain.market_data import DataState

LIVE = 1
KINDS = {1: "live", 2: "frozen", 3: "delayed", 4: "delayed and frozen"}  # as the gateway numbers them
_NOT_HALTED = {-1, 0}  # of the tick that tells a halt

Verdict = tuple[DataState, str]  # and why


@dataclass(slots=True)
class SymbolData:
    """Seconds are of a clock that never goes back."""

    kind: int = LIVE
    is_halted: bool = False
    trouble: str = ""  # what the gateway said of the subscription
    asked_at: float = 0.0
    heard_at: float | None = None  # the last sound tick after what stood there already

    def hear_halt(self, value: float) -> None:
        """Take the tick that tells of a halt."""
        self.is_halted = value not in _NOT_HALTED

    def verdict(self, now: float, silence: float | None) -> Verdict:
        """Return how things stand. silence: seconds without a tick that are too many; None: ticks are not wanted."""
        unheard = self.trouble or "nothing has come on this connection yet"
        too_long = self.trouble or f"nothing has come for {silence} seconds"
        wants_ticks, heard = silence is not None, self.heard_at
        for is_so, state, reason in (
            (self.kind != LIVE, DataState.DELAYED, f"the gateway shows {KINDS.get(self.kind, str(self.kind))} data"),
            (self.is_halted, DataState.HALTED, "the exchange has halted it"),
            (wants_ticks and heard is None, DataState.SILENT, unheard),
            (silence is not None and heard is not None and now - heard > silence, DataState.SILENT, too_long),
        ):
            if is_so:
                return state, reason
        return DataState.FLOWING, "ticks come" if wants_ticks else "bars are asked for"
