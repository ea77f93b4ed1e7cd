"""Faults of bars: doubled, late and out of order; each slice is closed once, in order, and as it was shown. F17."""

from pathlib import Path

import pytest

from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.broker_process import a_client
from tests.scenarios.interactive_brokers.test_bars import Watcher, a_market, minutes_of, show

BARS = "HistoricalBarUpdate"
SEEDS = [1, 2, 3]


def by_chance(kind: FaultKind, seconds: float = 0.0) -> Fault:
    return Fault(kind=kind, on=BARS, probability=0.3, times=0, seconds=seconds)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(by_chance(FaultKind.DUPLICATE), id="doubled"),
        pytest.param(by_chance(FaultKind.DELAY, 0.02), id="late"),
        pytest.param(by_chance(FaultKind.DROP), id="lost"),
    ],
)
async def test_f17_each_slice_is_closed_once_and_as_it_was(fault: Fault, seed: int, tmp_path: Path) -> None:
    """F17: a bar that is told twice counts once; one that comes after its slice was closed never rewrites it."""
    size = BarSize.MINUTES_5
    shown = minutes_of(0, 60, size)
    async with a_market(size, seed=seed, faults=[fault]) as gateway, a_client(gateway, tmp_path) as client:
        show(gateway, shown[:10])
        watcher = Watcher(client, size)
        await watcher.come_to(shown[9].ended_at)
        for slice_ in shown[10:]:
            show(gateway, [slice_])
            await watcher.come_to(slice_.ended_at)
    ends = [slice_.ended_at for slice_ in watcher.slices]
    assert ends == sorted(set(ends))
    told = {bar for slice_ in watcher.slices for bar in slice_.bars}
    assert told <= {bar for slice_ in shown for bar in slice_.bars}
    is_lossless = fault.kind is FaultKind.DUPLICATE
    assert watcher.slices == shown if is_lossless else 60 < len(told) < 120
