"""What a symbol is at the broker: prices stand on the steps of its contract, and another contract is not traded."""

from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.core.domain.contracts import RULE_612, ContractReported
from robo_trader.core.domain.events import OrderDenied
from robo_trader.core.domain.orders import OrderPurpose, OrderStatus
from robo_trader.core.domain.violations import Control
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.builders import AAPL
from tests.gateway_running import a_gateway
from tests.trading_through import Trader, a_trader, books_agree, settings_as_told

pytestmark = pytest.mark.process


async def watch(trader: Trader) -> None:
    """Ask for the symbol's market, and so for its contract."""
    trader.broker.watch((AAPL,), BarSize.HOUR_1, "1 D")
    await trader.until(lambda: trader.heard(ContractReported), "the contract is not told")


async def test_the_contract_and_the_steps_of_its_prices_are_known(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        await watch(trader)
        (told,) = trader.heard(ContractReported)
        (one,) = told.found
        assert (one.con_id, one.kind, one.currency, one.bands) == (265598, "STK", "USD", RULE_612)
        gateway.server.inject(Fault(kind=FaultKind.CLOSE))
        await trader.until(lambda: not trader.reconciled.is_ready)
        await trader.until_ready()
        await trader.order()
        await trader.settle()
        assert trader.heard(ContractReported) == [told], "the same is not told twice"


async def test_a_stop_stands_on_a_step_and_is_not_refused(tmp_path: Path) -> None:
    """The price paid is 100.01 with its commission, and a tenth below it is no price of a share."""
    settings = settings_as_told(protection=ProtectionPolicy(fallback_fraction=0.1234))
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, settings=settings) as trader:
        await trader.order()
        await trader.until(trader.is_status(OrderStatus.WORKING))
        await trader.hour()
        await trader.until(lambda: trader.last_order().intent.purpose is OrderPurpose.PROTECTION)
        await trader.until(trader.is_status(OrderStatus.WORKING), "the stop was refused")
        stop = trader.last_order().intent.stop_price
        assert stop is not None
        assert stop % Decimal("0.01") == 0
        await books_agree(trader)


@pytest.mark.parametrize(
    ("doing", "words"),
    [("renumber", "was contract 265598 at the broker, and is 265599 now"), ("list_twice", "names 2 contracts")],
)
async def test_f23_another_contract_is_not_traded(doing: str, words: str, tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        await watch(trader)
        gateway.server.do({"doing": doing, "symbol": "AAPL"})
        gateway.server.inject(Fault(kind=FaultKind.CLOSE))
        await trader.until(lambda: len(trader.heard(ContractReported)) == 2, "the other contract is not told")
        await trader.until_ready()
        await trader.hour(1.0)
        assert not trader.engine.account.orders.last_id
        (denied,) = trader.decided(OrderDenied)[-1].violations
        assert denied.control is Control.CONTRACT
        assert words in denied.context
