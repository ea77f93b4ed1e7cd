"""What an account may do: the limits, and the facts they are held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.market.commissions import CommissionSchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """Limits of one account. Fractions are of equity: 0.10 is 10 %."""

    max_position_fraction: Decimal  # absolute value of one symbol, working orders at their worst
    gross_exposure_fraction: Decimal  # sum of absolute values, working orders at their worst
    order_notional_max: Decimal  # dollars, an order
    order_notional_fraction: Decimal  # of equity, an order; the lower of the two holds
    daily_loss_fraction: Decimal  # of equity at the previous session's close
    intraday_drawdown_fraction: Decimal  # of the highest equity of the session
    cash_buffer_fraction: Decimal  # held on top of a market order's price, which is not known yet
    stale_after_bars: Decimal  # age of the last bar, in bars
    orders_for_next_open: bool  # orders decided after the close may wait for the next open

    def order_notional(self, equity: Decimal) -> Decimal:
        """Return the largest value of one order, in dollars."""
        return min(self.order_notional_max, self.order_notional_fraction * equity)


class Exposure(Struct, frozen=True, kw_only=True, gc=False):
    """One symbol as risk sees it: shares held, shares working on each side, and the last price."""

    position: Decimal
    working_buys: Decimal
    working_sells: Decimal
    price: Decimal
    bars_missed: int  # slices since the symbol's last sound bar


class RiskView(Struct, frozen=True, kw_only=True, gc=False):
    """The facts of one moment. `exposures` holds every symbol with a working order or an intent."""

    as_of: int
    session: TradingSession
    trading_state: TradingState
    equity: Decimal
    session_opening_equity: Decimal
    cash: Decimal
    reserved: Decimal
    exposures: Mapping[Symbol, Exposure]
    others_value: Decimal = Decimal(0)  # dollars, absolute: positions of all symbols that have no exposure above
    commissions: CommissionSchedule
    cash_needed: Decimal | None = None  # dollars the intent would reserve, where that is reckoned already
