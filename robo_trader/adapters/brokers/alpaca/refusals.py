"""What Alpaca refuses, in words: what happened, what it means for the position, what to do next."""

from robo_trader.core.domain.errors import RoboTraderError

_TOO_MANY = 429


class AlpacaRefused(RoboTraderError):
    """Alpaca answered, and the answer is no. Nothing was done.

    status: of HTTP; code: Alpaca's own, 0 if it gave none.
    """

    def __init__(self, status: int, code: int, said: str) -> None:
        super().__init__(f"Alpaca refused ({status}/{code}): {said}", next_step=_next_step(status, said))
        self.status = status
        self.code = code
        self.said = said

    @property
    def is_too_many(self) -> bool:
        """Whether we asked more often than the account may."""
        return self.status == _TOO_MANY

    @property
    def names_a_known_order(self) -> bool:
        """Whether it was refused because an order of this name is there: it may be the very one."""
        return "client_order_id" in self.said and "unique" in self.said

    @property
    def reason(self) -> str:
        """One line for an order's record."""
        return f"{self.said} ({self.status}/{self.code}). Nothing was traded. {self.next_step}".strip()


class AlpacaSilent(RoboTraderError):
    """No answer that can be believed came: what was asked may have been done, or not."""


class NotSent(RoboTraderError):
    """It never left: nothing was done, and nothing will be."""


_STEPS = (
    ("insufficient qty", "Shares behind an open order, or not held at all, cannot be sold: cancel that order first."),
    ("buying power", "Free buying power: cancel open orders, or trade fewer shares."),
    ("sub-penny", "Round prices to a cent; below a dollar, to a hundredth of one."),
    ("wash trade", "An own order stands on the other side: cancel it first."),
    ("asset", "Take the symbol out of the configuration; Alpaca does not trade it."),
)


def _next_step(status: int, said: str) -> str:
    for mark, step in _STEPS:
        if mark in said:
            return step
    if status in {401, 403}:
        return "Check that the keys are this account's, and the account may trade, in Alpaca's dashboard."
    if status == _TOO_MANY:
        return "Wait: Alpaca takes 200 requests a minute from an account."
    return ""
