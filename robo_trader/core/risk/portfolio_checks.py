"""The limits of the whole portfolio, each a check as those of `controls`.

Every figure counts working orders and the intent at their worst case. An order that does not raise a figure is let
through, however high that stands already: a hedge must not be refused for what it mends.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, money_from_float
from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.risk.portfolio_estimates import Estimates
from robo_trader.core.risk.portfolio_facts import Holding, PortfolioFacts
from robo_trader.core.risk.portfolio_losses import worst_day_loss
from robo_trader.core.risk.violation import broken
from robo_trader.core.rules.comparison import exceeds

Holdings = Mapping[Symbol, Holding]
Measure = Callable[[Holdings], Decimal]


def check_heat(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """All positions and entries together may not lose more than a fraction of equity down to their stops."""
    return _held_to(Control.PORTFOLIO_HEAT, limits.heat_fraction, intent, view, _heat, "lost if every stop is reached")


def check_sector(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """One sector may not be worth more than a fraction of equity; symbols without a sector are one together."""
    model = _facts(view).estimates.model
    sector = model.sector_of(intent.symbol)

    def value(holdings: Holdings) -> Decimal:
        return _worth(holdings, [symbol for symbol in holdings if model.sector_of(symbol) == sector])

    return _held_to(Control.SECTOR_EXPOSURE, limits.sector_fraction, intent, view, value, f"sector {sector}")


def check_correlated(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """Symbols that move alike may not be worth more than a fraction of equity together."""
    facts = _facts(view)
    group = facts.estimates.of(list(facts.holdings)).group_of(intent.symbol)
    unknown = ", ".join(symbol for symbol in group if not facts.estimates.knows(symbol))
    context = f"counted as one: {', '.join(group)}" + (f"; without history: {unknown}" if unknown else "")
    limit = limits.correlated_fraction
    return _held_to(Control.CORRELATED_EXPOSURE, limit, intent, view, lambda all_: _worth(all_, group), context)


def check_beta(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """What moves with the benchmark may not be more than a multiple of equity, for it or against it."""
    facts = _facts(view)
    betas = {symbol: facts.estimates.beta(symbol) for symbol in facts.holdings}
    benchmark = facts.estimates.model.benchmark
    unknown = sorted(symbol for symbol, beta in betas.items() if beta is None)
    if unknown:
        missing = f"no beta to {benchmark} yet of {', '.join(unknown)}"
        needed = f"{facts.estimates.model.sessions} sessions are needed"
        return broken(Control.PORTFOLIO_BETA, 0, len(unknown), f"{missing}: {needed}", unit="symbols")
    known = {symbol: beta for symbol, beta in betas.items() if beta is not None}

    def value(holdings: Holdings) -> Decimal:
        return _beta_exposure(holdings, known)

    return _held_to(Control.PORTFOLIO_BETA, limits.beta_max, intent, view, value, f"beta times value, to {benchmark}")


def check_value_at_risk(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """The loss of a day that is not exceeded with some confidence may not be more than a fraction of equity."""
    estimates, limit = _facts(view).estimates, limits.value_at_risk_fraction

    def value(holdings: Holdings) -> Decimal:
        return money_from_float(worst_day_loss(estimates, holdings).value_at_risk)

    return _held_to(Control.VALUE_AT_RISK, limit, intent, view, value, _told(estimates))


def check_shortfall(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """The mean loss of the days beyond that may not be more than a fraction of equity."""
    estimates, limit = _facts(view).estimates, limits.shortfall_fraction

    def value(holdings: Holdings) -> Decimal:
        return money_from_float(worst_day_loss(estimates, holdings).shortfall)

    return _held_to(Control.EXPECTED_SHORTFALL, limit, intent, view, value, _told(estimates))


def _held_to(
    control: Control, fraction: Decimal | None, intent: OrderIntent, view: RiskView, measure: Measure, context: str
) -> Violation | None:
    """Hold a figure with the intent against a fraction of equity."""
    assert fraction is not None, "only the checks of limits that are on are asked"
    facts, limit = _facts(view), fraction * view.equity
    value = measure(facts.with_intent(intent))
    if not exceeds(value, limit) or value <= measure(facts.holdings):
        return None
    return broken(control, limit, value, f"{intent.symbol}: {context}")


def _facts(view: RiskView) -> PortfolioFacts:
    assert view.portfolio is not None, "a limit of the whole portfolio is on, and nobody looked at it"
    return view.portfolio


def _heat(holdings: Holdings) -> Decimal:
    return sum((holding.risk for holding in holdings.values()), ZERO)


def _worth(holdings: Holdings, symbols: list[Symbol]) -> Decimal:
    return sum((holdings[symbol].worst_value for symbol in symbols), ZERO)


def _beta_exposure(holdings: Holdings, betas: Mapping[Symbol, float]) -> Decimal:
    lowest = highest = 0.0
    for symbol, holding in holdings.items():
        ends = [betas[symbol] * value for value in holding.values]
        lowest, highest = lowest + min(ends), highest + max(ends)
    return money_from_float(max(abs(lowest), abs(highest)))


def _told(estimates: Estimates) -> str:
    model = estimates.model
    return f"one day, {model.confidence:.1%} sure, {model.method.value}, {model.sessions} sessions"
