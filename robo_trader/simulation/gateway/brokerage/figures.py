"""What an account is worth and what it may still do, in dollars, from its books.

Margins are a plain fraction of the value of every position, long or short: enough to see orders refused for want of
money, and no model of any real margin rule.
"""

from decimal import Decimal
from typing import NamedTuple

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import BrokerageState
from robo_trader.simulation.venue.holdings import NOTHING

CENT = Decimal("0.01")
_BASE = "BASE"
_USD = "USD"
Values = dict[tuple[str, str], str]  # by key and currency


class Standing(NamedTuple):
    """One position with what it is worth. Dollars; price and average cost are those of a share."""

    symbol: Symbol
    quantity: Decimal
    average_cost: Decimal
    price: Decimal
    value: Decimal
    unrealised: Decimal
    realised: Decimal  # today


class Figures(NamedTuple):
    """The account as a whole, in dollars."""

    cash: Decimal
    stocks: Decimal  # signed
    gross: Decimal
    unrealised: Decimal
    realised: Decimal  # today
    daily: Decimal
    initial_margin: Decimal
    maintenance_margin: Decimal

    @property
    def equity(self) -> Decimal:
        """Net liquidation value."""
        return self.cash + self.stocks

    @property
    def available(self) -> Decimal:
        """What may still be bound as initial margin."""
        return self.equity - self.initial_margin


def standing_of(state: BrokerageState, symbol: Symbol) -> Standing:
    """Return a position, also one that is gone. Without a price it is worth what it cost."""
    quantity, cost = state.holdings.positions.get(symbol, NOTHING)
    average = round_money(cost / quantity) if quantity else ZERO
    price = state.holdings.prices.get(symbol, average)
    realised = state.holdings.realised.get(symbol, ZERO)
    return Standing(symbol, quantity, average, price, quantity * price, quantity * price - cost, realised)


def figures_of(state: BrokerageState, settings: BrokerageSettings) -> Figures:
    """Return the account as a whole."""
    standings = [standing_of(state, symbol) for symbol, held in state.holdings.positions.items() if held.quantity]
    stocks = sum((one.value for one in standings), ZERO)
    gross = sum((abs(one.value) for one in standings), ZERO)
    return Figures(
        cash=state.holdings.cash,
        stocks=stocks,
        gross=gross,
        unrealised=sum((one.unrealised for one in standings), ZERO),
        realised=sum(state.holdings.realised.values(), ZERO),
        daily=state.holdings.cash + stocks - state.opening_equity,
        initial_margin=gross * settings.initial_margin,
        maintenance_margin=gross * settings.maintenance_margin,
    )


def account_values(figures: Figures, settings: BrokerageSettings) -> Values:
    """Return the values an account update tells, by key and currency."""
    plain = {"AccountCode": settings.account, "AccountReady": "true", "AccountType": "INDIVIDUAL", "Currency": _USD}
    plain |= {"DayTradesRemaining": "-1", "Cushion": _cushion(figures), "Leverage": _leverage(figures)}
    values: Values = {(key, ""): text for key, text in plain.items()}
    values |= {(key, _USD): _money(amount) for key, amount in _amounts(figures, settings).items()}
    return values | ledger_values(figures)


def ledger_values(figures: Figures) -> Values:
    """Return the values of the ledger, in dollars and in the base currency, which is the same."""
    amounts = {
        "CashBalance": figures.cash,
        "TotalCashBalance": figures.cash,
        "AccruedCash": ZERO,
        "StockMarketValue": figures.stocks,
        "NetLiquidationByCurrency": figures.equity,
        "UnrealizedPnL": figures.unrealised,
        "RealizedPnL": figures.realised,
    }
    values: Values = {}
    for currency in (_USD, _BASE):
        values |= {(key, currency): _money(amount) for key, amount in amounts.items()}
        values |= {("Currency", currency): currency, ("ExchangeRate", currency): "1.00"}
    return values


def summary_values(figures: Figures, settings: BrokerageSettings, tags: str) -> Values:
    """Return the values of an account summary: those of the tags that are known."""
    known = account_values(figures, settings)
    chosen: Values = {}
    for tag in filter(None, (part.strip() for part in tags.split(","))):
        if tag.startswith("$LEDGER"):
            wanted = tag.partition(":")[2] or _BASE
            ledger = ledger_values(figures)
            chosen |= {key: text for key, text in ledger.items() if wanted in {"ALL", key[1]}}
        else:
            chosen |= {key: text for key, text in known.items() if key[0] == tag and key[1] != _BASE}
    return chosen


def _amounts(figures: Figures, settings: BrokerageSettings) -> dict[str, Decimal]:
    excess = figures.equity - figures.maintenance_margin
    amounts = {
        "NetLiquidation": figures.equity,
        "EquityWithLoanValue": figures.equity,
        "PreviousDayEquityWithLoanValue": figures.equity - figures.daily,
        "TotalCashValue": figures.cash,
        "SettledCash": figures.cash,
        "GrossPositionValue": figures.gross,
        "BuyingPower": max(ZERO, figures.available) / settings.initial_margin,
    }
    for prefix in ("", "Full", "LookAhead"):
        amounts[f"{prefix}InitMarginReq"] = figures.initial_margin
        amounts[f"{prefix}MaintMarginReq"] = figures.maintenance_margin
        amounts[f"{prefix}AvailableFunds"] = figures.available
        amounts[f"{prefix}ExcessLiquidity"] = excess
    return amounts


def _cushion(figures: Figures) -> str:
    excess = figures.equity - figures.maintenance_margin
    return str((excess / figures.equity).quantize(Decimal("0.000001"))) if figures.equity > 0 else "0"


def _leverage(figures: Figures) -> str:
    return str((figures.gross / figures.equity).quantize(CENT)) if figures.equity > 0 else "0"


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT))
