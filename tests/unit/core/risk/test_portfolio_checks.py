"""Each limit of the whole portfolio refuses alone, spares what is just inside, and counts orders at their worst.

Worked by hand: equity 100,000 dollars, all shares at 100. AAPL goes up and down by 1 % by turns, MSFT alike by 2 %; XOM
moves by 1 % on other days, so that its correlation with them is 0; NEW has no history.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replaced

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent, Side
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.controls import CONTROLS, PORTFOLIO_CONTROLS, active
from robo_trader.core.risk.gate import RiskGate
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.risk.portfolio_estimates import Estimates
from robo_trader.core.risk.portfolio_facts import Holding, PortfolioFacts
from robo_trader.core.risk.portfolio_losses import SYMBOLS_PLAYED, worst_day_loss
from robo_trader.core.risk.portfolio_model import LossMethod, PortfolioModel
from tests.builders import AAPL, MSFT, Exact, a_risk_view, an_exposure, an_intent, some_limits
from tests.examples import examples

XOM, NEW, SPY = Symbol("XOM"), Symbol("NEW"), Symbol("SPY")
SESSIONS = 60
SWING = [0.01, -0.01] * (SESSIONS // 2)
OTHER = [0.01, 0.01, -0.01, -0.01] * (SESSIONS // 4)
RETURNS = {AAPL: SWING, MSFT: [2 * move for move in SWING], XOM: OTHER, SPY: [move / 2 for move in SWING]}
SECTORS = {AAPL: "technology", MSFT: "technology", XOM: "energy"}
MODEL = PortfolioModel(sessions=SESSIONS, sectors=SECTORS, benchmark=SPY)


def a_holding(position: Exact = 0, *, buys: Exact = 0, sells: Exact = 0, stop: Exact = 5) -> Holding:
    """Shares at 100 dollars, each `stop` dollars from its stop, however it comes to be held."""
    return Holding(
        position=Decimal(position), working_buys=Decimal(buys), working_sells=Decimal(sells), price=Decimal(100),
        held_distance=Decimal(stop), bought_distance=Decimal(stop), sold_distance=Decimal(stop),
    )  # fmt: skip


def a_view(holdings: Mapping[Symbol, Holding], model: PortfolioModel = MODEL) -> RiskView:
    exposures = {
        symbol: an_exposure(position=one.position, working_buys=one.working_buys, working_sells=one.working_sells)
        for symbol, one in holdings.items()
    }
    view = a_risk_view(exposures=exposures)
    return replaced(view, portfolio=PortfolioFacts(holdings, Estimates(RETURNS, model)))


def limits(**fractions: str) -> RiskLimits:
    values: dict[str, Any] = {name: Decimal(value) for name, value in fractions.items()}
    return replace(some_limits(), **values)


def refused(intent: OrderIntent, view: RiskView, held_to: RiskLimits) -> tuple[Violation, ...]:
    verdict = RiskGate(held_to).assess(intent, view, OrderId(1))
    return () if isinstance(verdict, ApprovedOrder) else verdict


def the_only(violations: tuple[Violation, ...]) -> tuple[Control, Decimal, Decimal]:
    (one,) = violations
    assert one.unit == "USD"
    return one.control, one.limit, one.value


def test_what_is_off_is_not_asked() -> None:
    assert not RiskGate(some_limits()).weighs_portfolio
    held_to = limits(beta_max="1", heat_fraction="0.1")
    assert RiskGate(held_to).weighs_portfolio
    on = [entry.control for entry in active(held_to) if entry.control in PORTFOLIO_CONTROLS]
    assert on == [Control.PORTFOLIO_HEAT, Control.PORTFOLIO_BETA]


class TestHeat:
    """100 shares of MSFT, 5 dollars from their stop, are 500 dollars of heat; 6 % of equity are 6,000."""

    LIMITS = limits(heat_fraction="0.06")

    def test_an_entry_that_fits_exactly(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(100)})
        assert refused(an_intent(quantity=1_100), view, self.LIMITS) == ()

    def test_one_share_more_is_refused(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(100)})
        found = refused(an_intent(quantity=1_101), view, self.LIMITS)
        assert the_only(found) == (Control.PORTFOLIO_HEAT, Decimal(6_000), Decimal(6_005))

    def test_an_order_that_works_counts_as_if_it_filled(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(100, buys=1_000)})
        assert the_only(refused(an_intent(quantity=200), view, self.LIMITS))[2] == 6_500

    def test_and_a_sale_as_if_it_did_not(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(1_100, sells=1_100)})
        assert the_only(refused(an_intent(quantity=101), view, self.LIMITS))[2] == 6_005

    def test_what_has_no_stop_counts_whole(self) -> None:
        view = a_view({AAPL: a_holding(stop=100)})
        assert refused(an_intent(quantity=60), view, self.LIMITS) == ()
        assert the_only(refused(an_intent(quantity=61), view, self.LIMITS))[2] == 6_100

    def test_an_order_that_reduces_is_spared(self) -> None:
        view = a_view({AAPL: a_holding(5_000)})
        assert refused(an_intent(side=Side.SELL, quantity=5_000), view, self.LIMITS) == ()

    def test_and_so_is_one_that_raises_nothing(self) -> None:
        """From 5,000 long to 1,000 short: no more at risk than before, should it fill."""
        view = a_view({AAPL: a_holding(5_000)})
        assert refused(an_intent(side=Side.SELL, quantity=6_000), view, self.LIMITS) == ()


class TestSectors:
    """30 % of equity are 30,000 dollars: 300 shares in technology."""

    LIMITS = limits(sector_fraction="0.3")

    def test_other_sectors_do_not_count(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(200), XOM: a_holding(5_000)})
        assert refused(an_intent(quantity=100), view, self.LIMITS) == ()

    def test_the_same_sector_does(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(200)})
        found = refused(an_intent(quantity=101), view, self.LIMITS)
        assert the_only(found) == (Control.SECTOR_EXPOSURE, Decimal(30_000), Decimal(30_100))
        assert "sector technology" in found[0].context

    def test_short_positions_do_not_make_room(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(-200)})
        assert the_only(refused(an_intent(quantity=101), view, self.LIMITS))[2] == 30_100

    def test_at_worst(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(100, buys=100)})
        assert refused(an_intent(quantity=100), view, self.LIMITS) == ()
        assert the_only(refused(an_intent(quantity=101), view, self.LIMITS))[2] == 30_100

    def test_symbols_without_a_sector_are_one(self) -> None:
        view = a_view({NEW: a_holding(), SPY: a_holding(200), AAPL: a_holding(5_000)})
        found = refused(an_intent(symbol=NEW, quantity=101), view, self.LIMITS)
        assert the_only(found)[2] == 30_100 and "sector unknown" in found[0].context


class TestCorrelated:
    """AAPL and MSFT count as one; XOM stands alone; NEW counts with everything."""

    LIMITS = limits(correlated_fraction="0.3")

    def test_what_moves_alike_counts_as_one(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(200), XOM: a_holding(5_000)})
        assert refused(an_intent(quantity=100), view, self.LIMITS) == ()
        found = refused(an_intent(quantity=101), view, self.LIMITS)
        assert the_only(found) == (Control.CORRELATED_EXPOSURE, Decimal(30_000), Decimal(30_100))
        assert found[0].context == "AAPL: counted as one: AAPL, MSFT"

    def test_what_does_not_has_the_limit_to_itself(self) -> None:
        view = a_view({XOM: a_holding(), MSFT: a_holding(300)})
        assert refused(an_intent(symbol=XOM, quantity=300), view, self.LIMITS) == ()

    def test_at_worst(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(0, buys=200)})
        assert the_only(refused(an_intent(quantity=101), view, self.LIMITS))[2] == 30_100

    def test_without_history_it_counts_with_everything(self) -> None:
        view = a_view({NEW: a_holding(), XOM: a_holding(150), MSFT: a_holding(150)})
        found = refused(an_intent(symbol=NEW, quantity=1), view, self.LIMITS)
        assert the_only(found)[2] == 30_100
        assert found[0].context == "NEW: counted as one: MSFT, NEW, XOM; without history: NEW"

    def test_one_without_history_joins_the_others(self) -> None:
        view = a_view({XOM: a_holding(), MSFT: a_holding(200), NEW: a_holding(50)})
        assert the_only(refused(an_intent(symbol=XOM, quantity=51), view, self.LIMITS))[2] == 30_100


class TestBeta:
    """AAPL's moves are twice SPY's, MSFT's four times, XOM's have nothing to do with them."""

    LIMITS = limits(beta_max="0.5")

    def test_beta_times_value(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(100)})
        assert refused(an_intent(quantity=50), view, self.LIMITS) == ()
        found = refused(an_intent(quantity=51), view, self.LIMITS)
        assert the_only(found) == (Control.PORTFOLIO_BETA, Decimal(50_000), Decimal(50_200))

    def test_what_does_not_move_with_it_is_free(self) -> None:
        assert refused(an_intent(symbol=XOM, quantity=900), a_view({XOM: a_holding()}), self.LIMITS) == ()

    def test_a_hedge_makes_room_once_it_is_held(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(-100)})
        assert refused(an_intent(quantity=450), view, self.LIMITS) == ()
        assert the_only(refused(an_intent(quantity=451), view, self.LIMITS))[2] == 50_200

    def test_but_not_while_it_only_works(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(0, sells=100)})
        assert the_only(refused(an_intent(quantity=251), view, self.LIMITS))[2] == 50_200

    def test_a_hedge_is_let_through_above_the_limit(self) -> None:
        view = a_view({AAPL: a_holding(500), MSFT: a_holding()})
        assert refused(an_intent(symbol=MSFT, side=Side.SELL, quantity=100), view, self.LIMITS) == ()

    def test_while_a_beta_is_unknown_nothing_new_is_opened(self) -> None:
        for holdings in ({AAPL: a_holding(), NEW: a_holding(1)}, {AAPL: a_holding(), NEW: a_holding(buys=1)}):
            (found,) = refused(an_intent(quantity=1), a_view(holdings), self.LIMITS)
            assert (
                found.control is Control.PORTFOLIO_BETA and found.value == 1 > found.limit and found.unit == "symbols"
            )
            assert found.context == "no beta to SPY yet of NEW: 60 sessions are needed"

    def test_without_a_benchmark_too(self) -> None:
        (found,) = refused(an_intent(), a_view({AAPL: a_holding()}, PortfolioModel()), self.LIMITS)
        assert found.value == 1


class TestDayLoss:
    """1,000 dollars of AAPL lose 10 on a bad day, of MSFT 20; the worst 5 % of 60 days are 3, all equally bad."""

    LIMITS = limits(value_at_risk_fraction="0.01")

    def test_value_at_risk(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(100)})
        assert refused(an_intent(quantity=800), view, self.LIMITS) == ()
        found = refused(an_intent(quantity=801), view, self.LIMITS)
        assert the_only(found) == (Control.VALUE_AT_RISK, Decimal(1_000), Decimal(1_001))
        assert found[0].context == "AAPL: one day, 95.0% sure, historical, 60 sessions"

    def test_shortfall(self) -> None:
        view = a_view({AAPL: a_holding()})
        held_to = limits(shortfall_fraction="0.01")
        assert refused(an_intent(quantity=1_000), view, held_to) == ()
        assert the_only(refused(an_intent(quantity=1_001), view, held_to))[0] is Control.EXPECTED_SHORTFALL

    def test_a_sale_that_only_works_hedges_nothing(self) -> None:
        """Should MSFT's sale fill, little is at risk; should it not, AAPL alone is."""
        view = a_view({AAPL: a_holding(), MSFT: a_holding(0, sells=500)})
        assert refused(an_intent(quantity=1_000), view, self.LIMITS) == ()
        assert the_only(refused(an_intent(quantity=1_001), view, self.LIMITS))[2] == 1_001

    def test_a_hedge_that_is_held_does(self) -> None:
        view = a_view({AAPL: a_holding(), MSFT: a_holding(-500)})
        assert refused(an_intent(quantity=2_000), view, self.LIMITS) == ()

    def test_without_history_all_may_be_lost(self) -> None:
        view = a_view({NEW: a_holding(), AAPL: a_holding(500)})
        assert refused(an_intent(symbol=NEW, quantity=5), view, self.LIMITS) == ()
        assert the_only(refused(an_intent(symbol=NEW, quantity=6), view, self.LIMITS))[2] == 1_100

    def test_parametric_is_the_normal_distributions(self) -> None:
        """AAPL and XOM are uncorrelated, each of 1 % a day: together 10,000 * sqrt(2) * 1 % * 1.645."""
        loss = worst_day_loss(
            Estimates(RETURNS, PortfolioModel(method=LossMethod.PARAMETRIC)),
            {AAPL: a_holding(100), XOM: a_holding(100)},
        )
        assert loss.value_at_risk == pytest.approx(100 * sqrt(2) * 1.644854, rel=1e-6)
        assert loss.shortfall == pytest.approx(100 * sqrt(2) * 2.062713, rel=1e-6)

    def test_drawn_days_come_near_it_and_are_the_same_again(self) -> None:
        holdings = {AAPL: a_holding(100), XOM: a_holding(-50), MSFT: a_holding(70)}

        def of(method: LossMethod, seed: int = 7) -> float:
            model = PortfolioModel(method=method, draws=20_000, seed=seed)
            return worst_day_loss(Estimates(RETURNS, model), holdings).shortfall

        drawn = of(LossMethod.MONTE_CARLO)
        assert drawn == pytest.approx(of(LossMethod.PARAMETRIC), rel=0.03)
        assert drawn == of(LossMethod.MONTE_CARLO) != of(LossMethod.MONTE_CARLO, seed=8)


@st.composite
def random_estimates(draw: st.DrawFn) -> tuple[Estimates, dict[Symbol, Holding]]:
    count = draw(st.integers(1, 7))
    seed = draw(st.integers(0, 10**6))
    random = np.random.default_rng(seed)
    moves = random.normal(0, 0.02, (count, 20)) + random.normal(0, 0.02, 20)
    symbols = [Symbol(f"S{number}") for number in range(count)]
    model = PortfolioModel(
        sessions=20, method=draw(st.sampled_from(LossMethod)), draws=100, confidence=0.9, benchmark=symbols[0],
        correlation_threshold=draw(st.sampled_from([0.3, 0.6, 0.9])),
    )  # fmt: skip
    shares = st.integers(0, 100)
    holdings = {
        symbol: a_holding(draw(st.integers(-100, 100)), buys=draw(shares), sells=draw(shares)) for symbol in symbols
    }
    known = symbols if draw(st.booleans()) else symbols[1:]
    returns = {symbol: moves[place].tolist() for place, symbol in enumerate(symbols) if symbol in known}
    return Estimates(returns, model), holdings


@given(random_estimates(), st.data())
@settings(deadline=None, max_examples=examples(150))
def test_no_way_the_orders_can_end_loses_more(
    drawn: tuple[Estimates, dict[Symbol, Holding]], data: st.DataObject
) -> None:
    """I10, for whole fills: whichever orders fill, the loss is within what was measured while they worked."""
    estimates, holdings = drawn
    worst = worst_day_loss(estimates, holdings)
    ends = {}
    for symbol, one in holdings.items():
        filled = data.draw(st.sampled_from([one.working_buys, -one.working_sells]))
        ends[symbol] = a_holding(one.position + filled)
    at_end = worst_day_loss(estimates, ends)
    assert at_end.value_at_risk <= worst.value_at_risk * (1 + 1e-9) + 1e-6
    assert at_end.shortfall <= worst.shortfall * (1 + 1e-9) + 1e-6
    assert len(holdings) <= SYMBOLS_PLAYED or worst.value_at_risk >= 0


FRACTIONS = st.decimals("0.001", "0.6", places=3)
CHECKS = [key for entry in CONTROLS if entry.control in PORTFOLIO_CONTROLS for key in entry.keys]
FIGURES = st.fixed_dictionaries({name: st.none() | FRACTIONS for name in CHECKS})


@given(random_estimates(), FIGURES, FIGURES, st.sampled_from(Side), st.integers(1, 300))
@settings(deadline=None, max_examples=examples(200))
def test_tightening_never_makes_a_refused_order_acceptable(
    drawn: tuple[Estimates, dict[Symbol, Holding]], one: dict[str, Any], other: dict[str, Any], side: Side, shares: int
) -> None:
    """I31, in the same state; and a larger entry is never easier."""
    estimates, holdings = drawn
    symbol = next(iter(holdings))
    view = replaced(a_view(holdings), portfolio=PortfolioFacts(holdings, estimates))
    tighter: dict[str, Any] = {
        name: min((v for v in (one[name], other[name]) if v is not None), default=None) for name in CHECKS
    }
    loose, tight = replace(some_limits(), **one), replace(some_limits(), **tighter)
    intent = an_intent(symbol=symbol, side=side, quantity=shares)
    before = {violation.control for violation in refused(intent, view, loose)}
    after = {violation.control for violation in refused(intent, view, tight)}
    assert before <= after
    larger = an_intent(symbol=symbol, side=side, quantity=shares + 50)
    assert after <= {violation.control for violation in refused(larger, view, tight)}


def test_an_order_that_joins_others_counts_with_them_once() -> None:
    """100 short, and a stop works that buys 100 back; an order of its group to buy 150 is 150 in all, not 250."""
    held = {AAPL: a_holding(-100, buys=100)}
    facts = PortfolioFacts(held, Estimates(RETURNS, MODEL), joined=a_holding(-100, buys=0))
    intent = an_intent(side=Side.BUY, quantity=150)
    assert facts.with_intent(intent)[AAPL].working_buys == 150
    assert facts.holdings[AAPL].working_buys == 100, "before it, the stop counts as it stands"
    assert PortfolioFacts(held, facts.estimates).with_intent(intent)[AAPL].working_buys == 250


def test_the_sets_of_symbols_are_estimated_once() -> None:
    estimates = Estimates(RETURNS, MODEL)
    assert estimates.of([MSFT, AAPL]) is estimates.of([AAPL, MSFT])
    assert estimates.beta(AAPL) == pytest.approx(2.0) and estimates.beta(NEW) is None
    assert not Estimates({AAPL: [0.0] * 60}, MODEL).knows(AAPL), "a price that never moves tells nothing"
