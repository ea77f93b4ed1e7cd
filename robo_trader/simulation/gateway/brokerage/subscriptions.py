"""What one client asked to be kept informed of, and what it was told last."""

from dataclasses import dataclass, field

from robo_trader.simulation.gateway.brokerage.figures import Values
from robo_trader.simulation.gateway.protocol.account_messages import ProfitAndLossMessage, ProfitAndLossSingleMessage


@dataclass(slots=True)
class ValueSubscription:
    """A client's wish for account values; only changes are told again."""

    tags: str = ""  # of a summary
    ledger_only: bool = False
    model: str = ""
    told: Values = field(default_factory=dict)

    def news(self, values: Values) -> Values:
        """Return what differs from what was told, and remember it as told."""
        new = {key: text for key, text in values.items() if self.told.get(key) != text}
        self.told |= new
        return new


@dataclass(slots=True)
class ProfitSubscription:
    """A client's wish for profit and loss, of one contract or of all."""

    con_id: int = 0
    told: ProfitAndLossMessage | ProfitAndLossSingleMessage | None = None


@dataclass(slots=True)
class Subscriptions:
    """Everything one client is subscribed to. A new connection begins with nothing."""

    positions: bool = False
    account: ValueSubscription | None = None
    summaries: dict[int, ValueSubscription] = field(default_factory=dict)
    multi_positions: dict[int, str] = field(default_factory=dict)  # model, by request id
    multi_values: dict[int, ValueSubscription] = field(default_factory=dict)
    profits: dict[int, ProfitSubscription] = field(default_factory=dict)
