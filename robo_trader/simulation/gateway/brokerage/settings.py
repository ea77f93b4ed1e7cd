"""How the pretend brokerage is set up."""

from dataclasses import dataclass
from decimal import Decimal

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.venue.venue import VenueSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A stock that can be traded, and where it is listed."""

    symbol: Symbol
    name: str = ""
    exchange: str = ""  # empty: what is known of it, else NASDAQ


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerageSettings:
    """One login with one account. Delays are nanoseconds of the simulated market's time."""

    venue: VenueSettings
    sessions: SessionTable
    listings: tuple[Listing, ...]
    account: str = "DU1234567"
    opening_cash: Decimal = Decimal(1_000_000)  # dollars
    borrow_rate: Decimal = ZERO  # fraction of a short position's value a year
    answer_delay: int = 0  # from a placement, change or cancel to the moment the venue has it
    commission_delay: int = 0  # from an execution to its commission report
    refresh_delay: int = 180 * NANOS_PER_SECOND  # between two rounds of account values nobody traded for
    profit_delay: int = NANOS_PER_SECOND  # between two rounds of profit and loss
    master_client_id: int | None = None  # sees every order and execution
    refuses_e_trade_only: bool = False  # error 10268, as newer servers; the official 9.81 client sends it unasked
    error_precedes_cancel: bool = False  # error 202 before the status Cancelled, not after
    initial_margin: Decimal = Decimal("0.5")  # fraction of the value of a position
    maintenance_margin: Decimal = Decimal("0.25")
