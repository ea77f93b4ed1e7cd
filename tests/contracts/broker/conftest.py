"""The brokers under the contract."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.contracts.broker.alpaca import alpaca
from tests.contracts.broker.interactive_brokers import interactive_brokers
from tests.contracts.broker.paper import paper
from tests.contracts.broker.under_test import BrokerUnderTest

MAKERS: dict[str, Callable[[], AbstractAsyncContextManager[BrokerUnderTest]]] = {
    "paper": paper,
    "alpaca": alpaca,
    "interactive_brokers": interactive_brokers,
}


@pytest.fixture(params=sorted(MAKERS))
async def under_test(request: pytest.FixtureRequest) -> AsyncIterator[BrokerUnderTest]:
    async with MAKERS[request.param]() as one:
        yield one
