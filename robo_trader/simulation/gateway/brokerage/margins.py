"""Whether an account can afford an order, and the answer to "what if I placed it"."""

from decimal import Decimal

from robo_trader.core.domain.money import ZERO
from robo_trader.simulation.gateway.brokerage.figures import CENT, Figures, figures_of, standing_of
from robo_trader.simulation.gateway.brokerage.orders import BrokerageOrder, Status
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import BrokerageState, Notice
from robo_trader.simulation.gateway.protocol.values import OrderState


class MarginDesk:
    """Reckons with one order at a time: other open orders bind nothing."""

    def __init__(self, settings: BrokerageSettings, state: BrokerageState) -> None:
        self._settings = settings
        self._state = state

    def find_shortage(self, order: BrokerageOrder) -> Notice | None:
        """Return the refusal of an order that binds more margin than there is, None if it can be afforded."""
        figures, growth = figures_of(self._state, self._settings), self._growth(order)
        needed = figures.initial_margin + growth * self._settings.initial_margin
        if growth <= 0 or needed <= figures.equity:
            return None
        have, want = figures.equity.quantize(CENT), needed.quantize(CENT)
        text = f"Order rejected - reason: insufficient margin: it would bind {want} USD of {have} USD"
        return Notice(code=201, text=text)

    def what_if(self, order: BrokerageOrder) -> OrderState:
        """Return what an order would change, as the state of an order that does not exist."""
        settings, figures, growth = self._settings, figures_of(self._state, self._settings), self._growth(order)
        initial, maintenance = growth * settings.initial_margin, growth * settings.maintenance_margin
        quantity, is_sale = order.ticket.quantity, order.sign < 0
        commission = settings.venue.commissions.charge(quantity, quantity * self._price(order), is_sale=is_sale)
        return OrderState(
            status=Status.PRE_SUBMITTED.value,
            init_margin_before=figures.initial_margin.quantize(CENT),
            maint_margin_before=figures.maintenance_margin.quantize(CENT),
            equity_with_loan_before=figures.equity.quantize(CENT),
            init_margin_change=initial.quantize(CENT),
            maint_margin_change=maintenance.quantize(CENT),
            equity_with_loan_change=-commission.quantize(CENT),
            init_margin_after=(figures.initial_margin + initial).quantize(CENT),
            maint_margin_after=(figures.maintenance_margin + maintenance).quantize(CENT),
            equity_with_loan_after=(figures.equity - commission).quantize(CENT),
            commission=commission,
            commission_currency="USD",
            warning_text=self._warning(figures, initial),
        )

    def _warning(self, figures: Figures, initial: Decimal) -> str:
        return "" if figures.initial_margin + initial <= figures.equity else "The account cannot afford this order."

    def _growth(self, order: BrokerageOrder) -> Decimal:
        """Return by how much an order that fills makes the value of all positions larger, in dollars."""
        standing, price = standing_of(self._state, order.symbol), self._price(order)
        after = standing.quantity + order.sign * order.remaining
        return (abs(after) - abs(standing.quantity)) * price

    def _price(self, order: BrokerageOrder) -> Decimal:
        ticket = order.ticket
        known = self._state.holdings.prices.get(order.symbol)
        return known or ticket.limit_price or ticket.aux_price or ZERO
