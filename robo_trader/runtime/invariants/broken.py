"""What a checker says when something that must always hold does not."""

from robo_trader.core.domain.errors import RoboTraderError

REPORT_IT = "Stop trading this account and report it, with its journal: the program, or what it was told, is wrong."


class InvariantBroken(RoboTraderError):
    """An invariant does not hold: which one, the numbers in words, and the event it came with."""

    def __init__(self, code: str, finding: str, *, number: int = 0, event: object = None) -> None:
        """code: as I04. number: of the event since the checker began to watch, 0 where there is none."""
        where = f", at event {number} ({type(event).__name__})" if number else ""
        super().__init__(f"invariant {code} is broken{where}: {finding}", next_step=REPORT_IT)
        self.code = code
        self.finding = finding
        self.number = number
        self.event = event
