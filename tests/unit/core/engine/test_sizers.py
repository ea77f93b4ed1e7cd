"""Sizers that look at more than price and one feature, in the engine that trades.

Worked by hand, 100,000 dollars, nothing charged. `Above(105)` holds AAPL while its close is above 105 dollars.
"""

from decimal import Decimal
from itertools import pairwise
from statistics import correlation

import pytest

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import SignalEmitted, TargetSet
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.trade_memory import Trading
from robo_trader.core.portfolio.sizing import (
    CorrelationScaled,
    FixedFraction,
    FixedShares,
    InverseVolatility,
    Kelly,
    OptimalF,
    Sizer,
    VolatilityTarget,
)
from tests.builders import AAPL, FREE, MSFT, a_day, a_sleeve, engine_settings, some_limits, venue_settings
from tests.unit.core.engine.desk import Desk, an_engine, only
from tests.unit.core.engine.test_sharing import Above

SPY = Symbol("SPY")


def a_desk(sizer: Sizer, *, symbols: tuple[Symbol, ...] = (AAPL,), lot: int = 1) -> Desk:
    sleeve = a_sleeve(Above(105.0), sizer=sizer, lot=lot)
    settings = engine_settings(symbols=symbols, sleeves=(sleeve,), commissions=FREE)
    return Desk(settings, venue_settings(slippage_bps=0.0, commissions=FREE))


def targets(desk: Desk, *slices: BarSlice) -> list[tuple[str, int]]:
    """What was wanted anew, zeros left out."""
    events = desk.close(*slices)
    found = [(event.target.symbol, int(event.target.quantity)) for event in only(TargetSet, events)]
    assert len(found) == len(only(SignalEmitted, events))
    return [one for one in found if one[1]]


def round_trip(day: int, bought: float, sold: float) -> list[BarSlice]:
    """Wanted at a close of 110, bought at the next open; wanted no more at a close of 100, sold at the next open."""
    return [
        a_day(day, AAPL=110.0), a_day(day + 1, AAPL=(bought, 110.0)), a_day(day + 2, AAPL=100.0),
        a_day(day + 3, AAPL=(sold, 100.0)),
    ]  # fmt: skip


KELLY = Kelly(multiple=0.5, trades_min=2, trades_max=10, shrinkage=2.0, fallback=0.055, fraction_max=0.5)


def test_kelly_by_the_strategys_own_trades() -> None:
    """The fallback first: 5.5 % of 100,000 at 110 are 50 shares.

    They win 20 %, 1,000 dollars; then 50 of 101,000 lose 10 %, 500. Win rate 1/2, payoff 2, Kelly 1/2 - 1/2 / 2 = 1/4;
    half of it, times 2 / (2 + 2): 1/16 of 100,500 at 110 are 57.1 shares.
    """
    desk = a_desk(KELLY)
    assert targets(desk, *round_trip(0, 100.0, 120.0)) == [("AAPL", 50)]
    assert targets(desk, *round_trip(4, 100.0, 90.0)) == [("AAPL", 50)]
    assert desk.engine.account.ledger.cash == 100_500
    assert targets(desk, a_day(8, AAPL=110.0)) == [("AAPL", 57)]


def test_optimal_f_by_the_same_trades() -> None:
    """Returns of 20 % and -10 %: optimal f is 1/4, over the largest loss 2.5 of equity; a tenth of that is 25 %.

    Times 2 / (2 + 2): 12.5 % of 100,500 at 110 are 114.2 shares.
    """
    sizer = OptimalF(multiple=0.1, trades_min=2, trades_max=10, shrinkage=2.0, fallback=0.055, fraction_max=0.5)
    desk = a_desk(sizer)
    desk.close(*round_trip(0, 100.0, 120.0), *round_trip(4, 100.0, 90.0))
    assert targets(desk, a_day(8, AAPL=110.0)) == [("AAPL", 114)]


@pytest.mark.parametrize("kind", [Kelly, OptimalF])
def test_a_strategy_that_loses_is_not_sized_any_more(kind: type[Kelly | OptimalF]) -> None:
    desk = a_desk(kind(trades_min=2, trades_max=10, fallback=0.05))
    desk.close(*round_trip(0, 100.0, 104.0), *round_trip(4, 100.0, 90.0))
    assert targets(desk, *round_trip(8, 100.0, 200.0)) == []
    assert not desk.engine.account.ledger.open_positions()


def test_each_strategy_goes_by_its_own_trades() -> None:
    """Together they buy at 100; the first leaves at 120 with a win, the second holds on."""
    sleeves = tuple(
        a_sleeve(Above(price), name=name, sizer=Kelly(trades_min=1, trades_max=5, fallback=0.05))
        for name, price in (("early", 105.0), ("late", 95.0))
    )
    desk = Desk(engine_settings(sleeves=sleeves, commissions=FREE), venue_settings(slippage_bps=0.0, commissions=FREE))
    desk.close(*round_trip(0, 100.0, 120.0))
    early, late = (sleeve.basis.state()[1] for sleeve in desk.engine._strategy._sleeves)
    assert early == [0.0, 1.0, pytest.approx(0.2), 0.0, 0.0, 0.0, 0.0]
    assert late == [0.0] * 7


def test_trades_are_part_of_the_state_and_survive_a_replay() -> None:
    desk, other = a_desk(KELLY), a_desk(KELLY)
    desk.close(*round_trip(0, 100.0, 120.0))
    other.close(*round_trip(0, 100.0, 120.0))
    assert desk.engine.state_hash() == other.engine.state_hash()
    again = an_engine(desk.engine._settings)
    assert [again.process(event) for event in desk.inputs] == desk.steps
    assert again.state_hash() == desk.engine.state_hash()
    other.engine._strategy._sleeves[0].basis.note(AAPL, Trading(1.0, 100.0, 0.0))
    assert other.engine.state_hash() != desk.engine.state_hash()


def wide(sizer: Sizer, symbols: tuple[Symbol, ...], limits_at: str = "100") -> EngineSettings:
    sleeve = a_sleeve(Above(1.0), sizer=sizer)
    return engine_settings(
        symbols=symbols, sleeves=(sleeve,), commissions=FREE, limits=some_limits(max_position=limits_at)
    )


def test_inverse_volatility_weighs_all_symbols_that_have_one() -> None:
    """Log returns of +/- ln 1.1 beside those of +/- ln 1.21, twice as wild: weights of 2/3 and 1/3.

    60 % of equity at 100 dollars: 400 and 200 shares. SPY has no volatility yet, and takes no part.
    """
    sizer = InverseVolatility(exposure=0.6, length=2, fraction_max=1.0)
    desk = Desk(wide(sizer, (AAPL, MSFT, SPY)), venue_settings())
    slices = [
        a_day(0, AAPL=100.0, MSFT=100.0), a_day(1, AAPL=110.0, MSFT=121.0), a_day(2, AAPL=100.0, MSFT=100.0, SPY=100.0)
    ]  # fmt: skip
    assert targets(desk, *slices) == [("AAPL", 400), ("MSFT", 200)]


def test_volatility_target_spends_its_budget() -> None:
    """Returns of +/- ln 1.1 deviate by ln 1.1 * sqrt 2 = 0.13479; 252 of them, a year, by 2.1397.

    A budget of 20 % is 0.09347 of equity: 93 shares at 100.
    """
    sizer = VolatilityTarget(volatility_annual=0.2, length=2, fraction_max=1.0)
    desk = Desk(wide(sizer, (AAPL,)), venue_settings())
    slices = [a_day(0, AAPL=100.0), a_day(1, AAPL=110.0), a_day(2, AAPL=100.0)]
    assert targets(desk, *slices) == [("AAPL", 93)]


ONE_WAY = ([100.0, 110.0, 100.0, 110.0, 100.0, 110.0, 112.0], [100.0, 104.0, 101.0, 102.0, 101.0, 104.0, 106.0])
OTHER_WAY = (ONE_WAY[0], [100.0, 97.0, 103.0, 96.0, 105.0, 104.0, 106.0])


def days(aapl: list[float], spy: list[float]) -> list[BarSlice]:
    """AAPL is held from day 6 on, when SPY is first wanted: both are known from day 4."""
    return [a_day(day, AAPL=one, SPY=other) for day, (one, other) in enumerate(zip(aapl, spy, strict=True))]


def correlation_at_the_end(aapl: list[float], spy: list[float]) -> float:
    """Of the last four returns."""
    one, other = ([price / last - 1 for last, price in pairwise(row[-5:])] for row in (aapl, spy))
    return correlation(one, other)


def test_what_goes_with_what_is_held_is_sized_less() -> None:
    desk = a_desk(CorrelationScaled(fraction=0.1, length=4), symbols=(AAPL, SPY))
    (_, *more) = targets(desk, *days(*ONE_WAY))
    left, equity = 1 - correlation_at_the_end(*ONE_WAY), float(desk.engine.account.valuation.equity)
    assert 0.0 < left < 0.5
    assert more == [("SPY", int(0.1 * left * equity / 106))]


def test_what_goes_against_it_is_sized_in_full() -> None:
    desk = a_desk(CorrelationScaled(fraction=0.1, length=4), symbols=(AAPL, SPY))
    (_, *more) = targets(desk, *days(*OTHER_WAY))
    assert correlation_at_the_end(*OTHER_WAY) < 0
    assert more == [("SPY", int(Decimal("0.1") * desk.engine.account.valuation.equity / 106))]


def test_an_unknown_correlation_counts_as_1() -> None:
    """SPY has one bar among the last four: none of its returns is known."""
    desk = a_desk(CorrelationScaled(fraction=0.1, length=3), symbols=(AAPL, SPY))
    slices = [a_day(day, AAPL=price, SPY=100.0) for day, price in enumerate([100.0, 102.0, 100.0, 110.0])]
    slices += [a_day(day, AAPL=110.0) for day in range(4, 7)]
    assert targets(desk, *slices, a_day(7, AAPL=110.0, SPY=106.0)) == [("AAPL", 90)]


def test_closes_are_remembered_for_no_other_sizer() -> None:
    assert len(an_engine()._market.state()) + 1 == len(a_desk(CorrelationScaled(length=3)).engine._market.state())


@pytest.mark.parametrize(
    ("sizer", "lot", "shares"),
    [
        pytest.param(FixedFraction(fraction=0.05), 10, 40, id="45.45 shares are 4 lots of 10"),
        pytest.param(FixedFraction(fraction=0.05), 46, None, id="less than a lot is nothing"),
        pytest.param(FixedShares(quantity=300), 100, 300, id="whole lots stay"),
    ],
)
def test_positions_are_whole_lots(sizer: Sizer, lot: int, shares: int | None) -> None:
    found = targets(a_desk(sizer, lot=lot), a_day(0, AAPL=110.0))
    assert found == ([] if shares is None else [("AAPL", shares)])


def test_what_the_limits_cut_is_whole_lots_again() -> None:
    """10 % of 100,000 at 110 are 90 shares: 80 in lots of 20."""
    sleeve = a_sleeve(Above(105.0), sizer=FixedShares(quantity=300), lot=20)
    desk = Desk(engine_settings(sleeves=(sleeve,), limits=some_limits(max_position="0.1")))
    assert targets(desk, a_day(0, AAPL=110.0)) == [("AAPL", 80)]
