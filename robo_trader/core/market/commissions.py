"""Commission schedules for US stocks as data. The arithmetic is `core/rules/commission.py`."""

from dataclasses import dataclass, field
from decimal import Decimal

from robo_trader.core.domain.money import round_money
from robo_trader.core.rules.commission import order_charge


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionSchedule:
    """What an order costs. Dollars, shares and fractions; regulators' fees fall on sales only."""

    per_share: Decimal
    minimum: Decimal  # an order
    maximum_fraction: Decimal  # of the order's value
    third_party_per_share: Decimal = Decimal(0)
    third_party_fraction: Decimal = Decimal(0)  # of the commission
    sale_per_share: Decimal = Decimal(0)
    sale_per_share_maximum: Decimal = Decimal(0)
    sale_value_fraction: Decimal = Decimal(0)
    rates: tuple[Decimal, ...] = field(init=False, repr=False, compare=False)  # all of these, as the rule takes them

    def __post_init__(self) -> None:
        """Put the rates in order once: every fill and every reservation asks for them."""
        rates = (
            self.per_share, self.minimum, self.maximum_fraction, self.third_party_per_share, self.third_party_fraction,
            self.sale_per_share, self.sale_per_share_maximum, self.sale_value_fraction,
        )  # fmt: skip
        object.__setattr__(self, "rates", rates)

    def charge(self, quantity: Decimal, value: Decimal, *, is_sale: bool) -> Decimal:
        """Return all that `quantity` filled shares of one order, worth `value` dollars, have cost so far.

        Dollars, rounded to the smallest amount the books know.
        """
        return round_money(order_charge(quantity, value, is_sale, *self.rates))


# FINRA Trading Activity Fee 0.000166 a share sold, at most 8.30; SEC Section 31 fee 0 since 14 May 2025.
# Source: broker fee tables as published in July 2025. Both change about once a year.
_TAF_PER_SHARE = Decimal("0.000166")
_TAF_MAXIMUM = Decimal("8.30")

# Interactive Brokers Pro, fixed: 0.005 a share, at least 1.00 an order, at most 1 % of its value; exchange and
# clearing fees included, regulators' fees on sales passed on. Source: broker's price list, July 2025.
IBKR_FIXED = CommissionSchedule(
    per_share=Decimal("0.005"),
    minimum=Decimal("1.00"),
    maximum_fraction=Decimal("0.01"),
    sale_per_share=_TAF_PER_SHARE,
    sale_per_share_maximum=_TAF_MAXIMUM,
)

# Interactive Brokers Pro, tiered, up to 300,000 shares a month: 0.0035 a share, at least 0.35 an order, at most
# 1 % of its value; plus clearing 0.0002 a share, an exchange fee of about 0.003 a share for taking liquidity, and
# 0.000175 (NYSE) + 0.00056 (FINRA) of the commission passed through. Source: as above. Makers' rebates are not
# modelled: every fill pays the taker's fee.
IBKR_TIERED = CommissionSchedule(
    per_share=Decimal("0.0035"),
    minimum=Decimal("0.35"),
    maximum_fraction=Decimal("0.01"),
    third_party_per_share=Decimal("0.0032"),
    third_party_fraction=Decimal("0.000735"),
    sale_per_share=_TAF_PER_SHARE,
    sale_per_share_maximum=_TAF_MAXIMUM,
)

SCHEDULES = {"ibkr_fixed": IBKR_FIXED, "ibkr_tiered": IBKR_TIERED}
