"""What the desks of the market have in common: what was shown, whom they tell, and what time it is."""

from dataclasses import dataclass, field

from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.gateway.brokerage.contracts import ContractBook
from robo_trader.simulation.gateway.brokerage.order_checks import NO_CONTRACT
from robo_trader.simulation.gateway.brokerage.outbox import Outbox
from robo_trader.simulation.gateway.market.settings import MarketSettings
from robo_trader.simulation.gateway.market.tape import Strip, Tape
from robo_trader.simulation.gateway.protocol.values import Contract

Asker = tuple[int, int]  # client id, and the number of its question


@dataclass(slots=True)
class Floor:
    """The market's one room. `now`: the latest time that was named, UTC ns."""

    settings: MarketSettings
    contracts: ContractBook
    tape: Tape
    outbox: Outbox
    now: int = 0
    frozen: set[Symbol] = field(default_factory=set)  # stocks whose ticks are told to nobody

    def strip_of(self, asker: Asker, wanted: Contract) -> Strip | None:
        """Return the stock that a client means; None once it was told that there is no such one."""
        found = self.contracts.find(wanted)
        if found is None:
            self.complain(asker, NO_CONTRACT.code, NO_CONTRACT.text)
            return None
        return self.tape.strip(Symbol(found.symbol), before=self.now)

    def complain(self, asker: Asker, code: int, text: str) -> None:
        """Send an error about a question."""
        client_id, request_id = asker
        self.outbox.complain(client_id, request_id, code, text)
