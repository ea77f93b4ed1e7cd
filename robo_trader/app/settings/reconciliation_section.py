"""How the books are held against the broker's: how often, how exactly, and what follows from each kind of difference.

There is one key for each kind, and no key for all of them: whoever wants less to follow from a difference says from
which. What a kind may lead to is what its type lists; `core/execution/reconciliation_policy.py` has the reasons.
"""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from robo_trader.app.settings.fields import Dollars, Fraction
from robo_trader.app.settings.section import Section

Either = Literal["adopt", "wait", "block", "halt"]
NeverAdopted = Literal["wait", "block", "halt"]
OfCash = Literal["adopt", "wait", "halt"]
OfMuchCash = Literal["wait", "halt"]


class DecisionSettings(Section):
    """What follows from each kind of difference, once two statements in a row agree on it."""

    position_missing: NeverAdopted = Field(
        default="block", description="What follows where we hold shares and the broker shows none."
    )
    position_extra: NeverAdopted = Field(
        default="block", description="What follows where the broker shows shares and we hold none."
    )
    position_quantity: NeverAdopted = Field(
        default="block", description="What follows where the broker shows another number of shares."
    )
    position_side: NeverAdopted = Field(
        default="block", description="What follows where one says long and the other short."
    )
    average_cost: NeverAdopted = Field(
        default="wait", description="What follows where the cost a share differs by more than average_cost_fraction."
    )
    unknown_symbol: NeverAdopted = Field(
        default="block", description="What follows from shares or an order in what this session does not trade."
    )
    order_unknown_to_us: NeverAdopted = Field(
        default="block", description="What follows from an order at the broker that we never made."
    )
    order_unknown_to_broker: NeverAdopted = Field(
        default="block", description="What follows from an order of ours that is in none of the broker's lists."
    )
    order_quantity: NeverAdopted = Field(
        default="block", description="What follows where a working order is for another number of shares."
    )
    order_price: Either = Field(
        default="adopt", description="What follows where a working order has another limit or stop."
    )
    order_side: NeverAdopted = Field(
        default="halt", description="What follows where an order buys there and sells here, or the reverse."
    )
    order_filled: NeverAdopted = Field(
        default="block", description="What follows where an order has filled another number of shares."
    )
    order_status: Either = Field(
        default="adopt", description="What follows where an order works here and has ended there, or was lost."
    )
    order_id_reused: NeverAdopted = Field(
        default="halt", description="What follows where the broker's order id stands for another order."
    )
    order_contradiction: NeverAdopted = Field(
        default="halt", description="What follows where what names our order cannot be it."
    )
    execution_missing_here: Either = Field(
        default="adopt", description="What follows from an execution that statements alone tell of; it is booked."
    )
    execution_missing_there: NeverAdopted = Field(
        default="block", description="What follows from an execution that we booked and no statement shows."
    )
    execution_different: Either = Field(
        default="adopt", description="What follows where shares, price or commission of an execution differ."
    )
    cash_below_threshold: OfCash = Field(
        default="adopt", description="What follows where cash differs by no more than the threshold."
    )
    cash_above_threshold: OfMuchCash = Field(
        default="halt", description="What follows where cash differs by more than the threshold (C27)."
    )


class ReconciliationSettings(DecisionSettings):
    """How the books are held against the broker's: how often, how exactly, and what follows from each difference.

    `adopt` lets the broker be right, `wait` shows it, `block` lets no order leave in the symbol, `halt` none at all.
    """

    positions_seconds: int = Field(
        default=60, ge=1, le=3_600, description="Time between two statements of positions and cash, in seconds."
    )
    orders_seconds: int = Field(
        default=30, ge=1, le=3_600, description="Time between two statements of orders and executions, in seconds."
    )
    cash_minimum: Dollars = Field(
        default=Decimal(10),
        ge=0,
        le=10_000,
        description="Difference of cash that is always small, in US dollars; the larger of this and cash_fraction "
        "of equity is the threshold (C27).",
    )
    cash_fraction: Fraction = Field(
        default=Decimal("0.0005"),
        ge=0,
        le=Decimal("0.01"),
        description="Difference of cash that is small, as a fraction of equity; 0.0005 is 0.05 % (C27).",
    )
    average_cost_fraction: Fraction = Field(
        default=Decimal("0.001"),
        ge=0,
        le=1,
        description="Difference of the cost a share that is small, as a fraction of ours.",
    )
    actions_await_statement: bool = Field(
        default=False,
        description="Whether only a statement lets a symbol trade again after a corporate action, and not its first "
        "bar already. A backtest has no broker to ask, and goes by the bar.",
    )
