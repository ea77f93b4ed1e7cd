"""What the backtests are measured on: seeded random walks of minute bars, and the settings they are played with.

Prices are a geometric random walk at 20 % volatility a year, rounded to cents; each bar opens where the last closed.
The order in which random numbers are drawn is part of the workload: other programs were measured on the same bars.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.instruments import Symbol, parse_symbol
from robo_trader.core.domain.orders import OrderType
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.execution.planner import OrderStyle
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.research.backtest.bar_table import BarColumns
from robo_trader.simulation.venue.venue import VenueSettings

Floats = NDArray[np.float64]

SEED = 20261120
BARS_A_SESSION = 390
BAR_DEVIATION = 0.2 / np.sqrt(252 * BARS_A_SESSION)  # of one minute's return
_MINUTE = 60_000_000_000
_OPENS_AT_MINUTE = 14 * 60 + 30  # of each day from 1970-01-01 on, no weekends: only the bars' order matters

SHARES = 100
SLIPPAGE_BPS = 1.0
COMMISSION_PER_SHARE, COMMISSION_MINIMUM = 0.005, 1.0
_COMMISSIONS = CommissionSchedule(
    per_share=Decimal(str(COMMISSION_PER_SHARE)), minimum=Decimal(1), maximum_fraction=Decimal(1)
)


@dataclass(frozen=True, slots=True)
class Workload:
    """So many symbols of so many minute bars, in one account with `cash` dollars."""

    name: str
    symbols: int
    bars: int
    cash: float

    @property
    def all_bars(self) -> int:
        """Bars of all symbols together."""
        return self.symbols * self.bars

    @property
    def names(self) -> tuple[Symbol, ...]:
        """The symbols."""
        return tuple(parse_symbol(f"S{number:03d}") for number in range(self.symbols))


W1 = Workload("W1", 1, 1_000_000, 1_000_000.0)
W2 = Workload("W2", 100, 10_000, 10_000_000.0)
W2B = Workload("W2b", 500, 2_000, 10_000_000.0)
W3 = Workload("W3", 1, 100_000, 1_000_000.0)


@dataclass(frozen=True, slots=True)
class Prices:
    """Arrays of shape (symbols, bars): dollars, and shares for the volume."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def generate_prices(workload: Workload) -> Prices:
    """Return the bars of a workload, the same at every call."""
    shape = (workload.symbols, workload.bars)
    rng = np.random.default_rng([SEED, *shape])
    returns = rng.normal(0, BAR_DEVIATION, shape)
    start = np.array([100.0]) if workload.symbols == 1 else rng.uniform(60, 140, workload.symbols)
    close = np.round(start[:, None] * np.exp(np.cumsum(returns, axis=1)), 2)
    open_ = np.hstack([start[:, None], close[:, :-1]])
    wicks = np.abs(rng.normal(0, BAR_DEVIATION / 2, (2, *shape)))
    top, bottom = np.maximum(open_, close), np.minimum(open_, close)
    # The first open is not rounded: the wick may be rounded to inside of it, and is put right.
    high = np.maximum(np.round(top * (1 + wicks[0]), 2), top)
    low = np.minimum(np.round(bottom * (1 - wicks[1]), 2), bottom)
    return Prices(open_, high, low, close, np.floor(rng.lognormal(9, 0.6, shape)) + 1000)


def columns_of(workload: Workload, prices: Prices) -> dict[Symbol, BarColumns]:
    """Return each symbol's bars as the backtest takes them; nothing is copied."""
    minute = np.arange(workload.bars, dtype=np.int64)
    day, minute = np.divmod(minute, BARS_A_SESSION)
    started_at = (day * 1440 + _OPENS_AT_MINUTE + minute) * _MINUTE
    ended_at = started_at + _MINUTE
    return {
        symbol: BarColumns(
            started_at, ended_at, prices.open[row], prices.high[row], prices.low[row], prices.close[row],
            prices.volume[row],
        )
        for row, symbol in enumerate(workload.names)
    }  # fmt: skip


def sessions_of(workload: Workload) -> SessionTable:
    """Return sessions of 390 minutes a day, as many as the bars need."""
    days = -(-workload.bars // BARS_A_SESSION)
    opens = [(day * 1440 + _OPENS_AT_MINUTE) * _MINUTE for day in range(days)]
    length = BARS_A_SESSION * _MINUTE
    return SessionTable(
        [
            TradingSession(date=str(np.datetime64(0, "D") + day), opens_at=opens_at, closes_at=opens_at + length)
            for day, opens_at in enumerate(opens)
        ]
    )


def engine_settings(workload: Workload, fast: int = 20, slow: int = 50) -> EngineSettings:
    """Return the crossing of two averages, long only, 100 shares at market, with limits that deny nothing."""
    whole = Decimal(1)
    limits = RiskLimits(
        max_position_fraction=whole, gross_exposure_fraction=whole, order_notional_max=Decimal(10**9),
        order_notional_fraction=whole, daily_loss_fraction=whole, intraday_drawdown_fraction=whole,
        cash_buffer_fraction=Decimal(0), stale_after_bars=Decimal(10), orders_for_next_open=True,
    )  # fmt: skip
    return EngineSettings(
        symbols=workload.names, limits=limits,
        sleeves=(Sleeve(name="sma", strategy=SmaCrossover(fast, slow), sizer=FixedShares(quantity=SHARES)),),
        order_style=OrderStyle(order_type=OrderType.MARKET, limit_offset_bps=Decimal(0)), commissions=_COMMISSIONS,
        signal_lifetime=7 * 1440 * _MINUTE,
    )  # fmt: skip


def venue_settings(quoted: frozenset[Symbol] = frozenset()) -> VenueSettings:
    """Return a venue that fills whole orders at the next open, one basis point worse; quoted ones at quotes."""
    return VenueSettings(
        slippage_bps=SLIPPAGE_BPS, participation_max=1.0, commissions=_COMMISSIONS, quoted=quoted
    )  # fmt: skip
