"""The gateway's clock against ours, through the real process: a difference is told, and its end too."""

import time
from pathlib import Path

import pytest

from robo_trader.core.domain.broker_link import LinkState
from robo_trader.core.domain.clocks import ClocksCompared
from tests.broker_process import Client, a_client
from tests.gateway_running import RunningGateway, a_gateway, until
from tests.trading_through import QUICK

pytestmark = pytest.mark.process

SECOND = 1_000_000_000


async def until_told(client: Client, gateway: RunningGateway, shift: float) -> int:
    """Let the gateway's clock be ahead of ours, in its whole seconds; return what is told next."""
    known = len(client.only(ClocksCompared))

    def is_told() -> bool:
        gateway.clock.at = time.time_ns()
        return len(client.only(ClocksCompared)) > known

    gateway.server.do({"doing": "shift_clock", "seconds": shift})
    await until(is_told)
    return client.only(ClocksCompared)[-1].ahead_nanos


async def test_a_clock_that_is_shifted_is_told_and_told_again_when_it_is_right(tmp_path: Path) -> None:
    async with a_gateway() as gateway:
        gateway.clock.at = time.time_ns()
        async with a_client(gateway, tmp_path, patience=QUICK) as client:
            assert client.broker.is_simulated is False
            await until(lambda: client.only(ClocksCompared))
            assert abs(client.only(ClocksCompared)[-1].ahead_nanos) < 2 * SECOND
            assert 2 * SECOND <= await until_told(client, gateway, 4.0) <= 4.1 * SECOND
            assert abs(await until_told(client, gateway, 0.0)) < 2 * SECOND
            assert client.broker.link is LinkState.READY


async def test_a_gateway_that_plays_another_day_is_not_compared(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_client(gateway, tmp_path, patience=QUICK) as client:
        beats = len([seen for seen in gateway.server.frames() if seen.fields()[:1] == ["49"]])
        await until(lambda: len([one for one in gateway.server.frames() if one.fields()[:1] == ["49"]]) > beats + 3)
        assert client.broker.is_simulated
        assert not client.only(ClocksCompared)
