"""What the gateway says of the contracts behind our symbols: which they are, and the steps of their prices.

Asked on every connection; told to the engine where it is other than what was told last. A contract names its price
steps by the number of a market rule, which is asked for once.
"""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from robo_trader.adapters.brokers.interactive_brokers.translation import exact, stock
from robo_trader.core.domain.contracts import ContractReported, PriceBand, StatedContract
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable

    from ib_async.contract import ContractDetails
    from ib_async.objects import PriceIncrement

    from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
    from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire

_NO_CONTRACT = 200
_SMART = "SMART"


class ContractWatch:
    """Asks for the contract of each symbol, and for the rules of its prices."""

    def __init__(self, wire: "GatewayWire", clock: "MarketClock", say: "Callable[[object], None]") -> None:
        self._wire = wire
        self._clock = clock
        self._say = say
        self._asked: dict[int, Symbol] = {}  # by number of the question, on this connection
        self._found: dict[int, list[ContractDetails]] = {}
        self._waiting: dict[Symbol, list[ContractDetails]] = {}  # for the rules of their prices
        self._rules: dict[int, tuple[PriceBand, ...]] = {}
        self._told: dict[Symbol, tuple[StatedContract, ...]] = {}
        self._tasks: set[asyncio.Future[None]] = set()

    async def ask(self, symbol: Symbol) -> None:
        """Ask what a symbol is."""
        number = self._wire.number()
        self._asked[number], self._found[number] = symbol, []
        await self._wire.ask_contract(number, stock(symbol))

    def hear(self, number: int, details: "ContractDetails") -> None:
        """Take one contract that fits."""
        if number in self._found:
            self._found[number].append(details)

    def hear_end(self, number: int) -> None:
        """Take the end of those that fit."""
        symbol, found = self._asked.pop(number, None), self._found.pop(number, [])
        if symbol is None:
            return
        self._waiting[symbol] = found
        for rule in sorted({_rule_of(details) for details in found} - self._rules.keys()):
            if rule:
                self._tasks.add(task := asyncio.ensure_future(self._ask_rule(rule)))
                task.add_done_callback(self._tasks.discard)
        self._tell_known()

    def hear_rule(self, rule: int, increments: "list[PriceIncrement]") -> None:
        """Take the steps of prices."""
        bands = [PriceBand(begins=exact(one.lowEdge), step=exact(one.increment)) for one in increments]
        self._rules[rule] = tuple(sorted(bands, key=lambda band: band.begins))
        self._tell_known()

    def hear_error(self, number: int, code: int) -> None:
        """Take the refusal of a question: nothing fits."""
        symbol = self._asked.pop(number, None)
        self._found.pop(number, None)
        if symbol is not None and code == _NO_CONTRACT:
            self._tell(symbol, ())

    def forget(self) -> None:
        """The connection is gone, and every question with it."""
        for kept in (self._asked, self._found, self._waiting):
            kept.clear()

    async def _ask_rule(self, rule: int) -> None:
        with contextlib.suppress(ConnectionError):  # the next connection asks again
            await self._wire.ask_rule(rule)

    def _tell_known(self) -> None:
        """Tell of the symbols whose rules are all there."""
        for symbol, found in list(self._waiting.items()):
            if all(not _rule_of(details) or _rule_of(details) in self._rules for details in found):
                del self._waiting[symbol]
                by_id = {details.contract.conId: self._stated(details) for details in found if details.contract}
                self._tell(symbol, tuple(by_id[con_id] for con_id in sorted(by_id)))

    def _stated(self, details: "ContractDetails") -> StatedContract:
        contract, rule = details.contract, _rule_of(details)
        assert contract is not None
        least = PriceBand(begins=ZERO, step=exact(details.minTick))
        return StatedContract(
            con_id=contract.conId, kind=contract.secType, currency=contract.currency,
            bands=self._rules[rule] if rule else (least,),
        )  # fmt: skip

    def _tell(self, symbol: Symbol, found: tuple[StatedContract, ...]) -> None:
        if self._told.get(symbol) != found:
            self._told[symbol] = found
            self._say(ContractReported(symbol=symbol, found=found, occurred_at=self._clock.now()))


def _rule_of(details: "ContractDetails") -> int:
    """Return the number of the market rule where we trade, 0 where none is named."""
    rules = details.marketRuleIds.split(",")
    by_exchange = dict(zip(details.validExchanges.split(","), rules, strict=False))
    named = by_exchange.get(_SMART) or rules[0]
    return int(named) if named.isdigit() else 0
