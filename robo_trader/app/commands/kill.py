"""`robo-trader kill`: a halt that asks for nothing in return."""

import getpass
import os
from pathlib import Path

from robo_trader.app.commands.instruct import read_reason
from robo_trader.app.console import print_text
from robo_trader.app.places import chosen_session
from robo_trader.app.settings import Settings
from robo_trader.app.supervision.halt_orders import HaltOrder, leave_halt_order, make_kill_file


def kill_trading(settings: Settings, database: Path | None, *, reason: str) -> None:
    """Make the kill file if one is set, else leave a halt order. Raises NoSession, JournalUnwritable."""
    order = HaltOrder(actor=getpass.getuser(), reason=read_reason(reason))
    kill_file = settings.safety.kill_file
    if kill_file is not None:
        make_kill_file(kill_file, order)
        print_text(f"{kill_file} is made: every session that looks at it halts, and stays so while it exists.")
        print_text("To trade again, remove it, then `robo-trader instruct resume`.")
        return
    path = chosen_session(database, os.environ)
    leave_halt_order(path, order)
    print_text(f"a halt order is left for {path}: it is obeyed before anything else, now or at the next start.")
    print_text("To trade again: `robo-trader instruct resume`.")
