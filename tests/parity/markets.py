"""Random simulated markets: rough prices, round prices, holes, thin volume, short sessions."""

from dataclasses import dataclass

import numpy as np

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.sessions import SessionTable
from robo_trader.research.backtest.bar_table import BarColumns, BarTable, build_table

MINUTE = 60_000_000_000
DAY = 24 * 60 * MINUTE
NAMES = ("AAPL", "IBM", "MSFT", "SPY", "XOM")


@dataclass(frozen=True)
class Shape:
    """What kind of market; the seed draws the rest."""

    seed: int
    symbols: int
    sessions: int
    bars_a_session: int
    step: float  # prices are multiples of it; 0 leaves them rough
    holes: float  # fraction of bars that are missing
    swing: float  # standard deviation of a bar's return
    volume: float  # shares, mean
    dividends: bool = False  # whether each symbol pays one now and then


def a_market(shape: Shape) -> BarTable:
    """Draw a market."""
    rng = np.random.default_rng(shape.seed)
    table = _sessions(shape)
    started, ended = _times(shape, table)
    series = {Symbol(NAMES[n]): _columns(rng, shape, started, ended) for n in range(shape.symbols)}
    dividends = {
        symbol: {one.date: round(float(rng.uniform(0.01, 2.0)), 3) for one in table.sessions[1:] if rng.random() < 0.3}
        for symbol in (series if shape.dividends else ())
    }
    return build_table(series, table, dividends)


def _sessions(shape: Shape) -> SessionTable:
    opens = [n * DAY + 870 * MINUTE for n in range(1, shape.sessions + 1)]
    return SessionTable([
        TradingSession(
            date=str(np.datetime64("1970-01-01") + at // DAY), opens_at=at, closes_at=at + shape.bars_a_session * MINUTE
        )
        for at in opens
    ])  # fmt: skip


def _times(shape: Shape, sessions: SessionTable) -> tuple[np.ndarray, np.ndarray]:
    offsets = np.arange(shape.bars_a_session, dtype=np.int64) * MINUTE
    started = np.concatenate([session.opens_at + offsets for session in sessions.sessions])
    return started, started + MINUTE


def _columns(rng: np.random.Generator, shape: Shape, started: np.ndarray, ended: np.ndarray) -> BarColumns:
    bars = len(started)
    close = rng.choice([5.0, 50.0, 100.0]) * np.exp(np.cumsum(rng.normal(0, shape.swing, bars)))
    close = np.maximum(_rounded(close, shape.step), 0.5)
    open_ = np.concatenate([close[:1], close[:-1]])
    wick = np.abs(rng.normal(0, shape.swing / 2, (2, bars)))
    high = np.maximum(_rounded(np.maximum(open_, close) * (1 + wick[0]), shape.step), np.maximum(open_, close))
    low = np.minimum(_rounded(np.minimum(open_, close) * (1 - wick[1]), shape.step), np.minimum(open_, close))
    low = np.maximum(low, 0.01)
    volume = np.floor(rng.exponential(shape.volume, bars)) * (rng.random(bars) > 0.05)
    kept = rng.random(bars) >= shape.holes
    kept[0] = True
    return BarColumns(*(column[kept] for column in (started, ended, open_, high, low, close, volume)))


def _rounded(prices: np.ndarray, step: float) -> np.ndarray:
    return np.round(np.round(prices / step) * step, 6) if step else prices
