"""A named error tells the user what to do next."""

from robo_trader.core.domain.errors import InvalidConfig, JournalBusy, RoboTraderError


def test_an_error_carries_its_next_step() -> None:
    error = JournalBusy("held by process 7", next_step="Stop it first.")
    assert (str(error), error.next_step) == ("held by process 7", "Stop it first.")
    assert isinstance(error, RoboTraderError)


def test_without_advice_the_next_step_is_empty() -> None:
    assert InvalidConfig("no").next_step == ""
