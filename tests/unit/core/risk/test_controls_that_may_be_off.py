"""Each control that may be off refuses by itself, lets pass what is just inside, and counts open orders at their worst.

The account: equity 100,000 dollars, AAPL at 100, nothing held, nothing working; an order is for 100 shares, a tenth of
equity. The session is from 14:30 to 21:00 UTC.
"""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from msgspec import structs

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.discrepancies import Block
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent, Side
from robo_trader.core.domain.risk_facts import AccountFacts, MarketFacts
from robo_trader.core.domain.violations import Control
from robo_trader.core.risk.controls import CONTROLS, OF_TARGETS, PORTFOLIO_CONTROLS, active
from robo_trader.core.risk.gate import RiskGate, trim_shares
from robo_trader.core.risk.limits import OrderFacts, RiskLimits, RiskView
from robo_trader.core.risk.order_flow import OrderFlow
from tests.builders import (
    AAPL,
    CLOSE,
    HOUR,
    MINUTE,
    MSFT,
    OPEN,
    a_risk_view,
    an_exposure,
    an_intent,
    some_limits,
)

NOW = OPEN + HOUR
SECOND = NANOS_PER_SECOND
BUY, BUY_101 = an_intent(), an_intent(quantity=101)
SELL, SELL_101 = an_intent(side=Side.SELL), an_intent(side=Side.SELL, quantity=101)
AT_105 = an_intent(limit=105)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One order, the account it meets and the limits that hold."""

    intent: OrderIntent = BUY
    view: RiskView = field(default_factory=a_risk_view)
    limits: RiskLimits = field(default_factory=some_limits)

    def refused_by(self) -> list[Control]:
        verdict = RiskGate(self.limits).assess(self.intent, self.view, OrderId(1))
        return [] if isinstance(verdict, ApprovedOrder) else [violation.control for violation in verdict]


def knowing(**facts: object) -> RiskView:
    return a_risk_view(as_of=NOW, facts=OrderFacts(**facts))  # type: ignore[arg-type]


def sent(*seconds_ago: int, intent: OrderIntent = BUY) -> OrderFlow:
    """Orders that left so many seconds ago, the earliest first."""
    flow = OrderFlow()
    flow.remember(900)
    for ago in seconds_ago:
        flow.note(intent, at=NOW - ago * SECOND, is_entry=True)
    return flow


def with_orders(**working: int) -> RiskView:
    return a_risk_view(exposures={AAPL: an_exposure(**working), MSFT: an_exposure(working_buys=50)})


def at(moment: int) -> RiskView:
    return a_risk_view(as_of=moment)


def holding(position: int, **more: int) -> RiskView:
    exposure = an_exposure(position=position, **more)
    return a_risk_view(exposures={AAPL: exposure}, net_value=position * 100)


def limits(**given: object) -> RiskLimits:
    return some_limits(**given)  # type: ignore[arg-type]


OTHER = an_intent(symbol=MSFT)
NO_SHORTS, CHEAP_SHORTS = limits(short_sales=False), limits(borrow_rate_max="0.03")
TURNOVER, WEEK = limits(daily_turnover_fraction="0.3"), limits(weekly_loss_fraction="0.04")
NET = limits(net_exposure_max_fraction="0.2", net_exposure_min_fraction="-0.1")
TOP = limits(top_five_fraction="0.3")
EDGES = limits(entry_delay_minutes=1, entry_cutoff_minutes=5)
LIQUID = limits(adv_order_fraction="0.01", adv_position_fraction="0.05", adv_dollars_min="1000000")
WORKING = limits(symbol_working_orders_max=2, working_orders_max=3)
FIVE_SENT = limits(orders_per_minute=5)
THREE_OF_IT = limits(strategy_orders_per_minute=3)
TWO_A_SECOND = limits(orders_per_second="2", order_burst=3)
COLLARED = limits(fill_collar_fraction="0.1", fills_after_halt=False)
MARGIN, GREEKS = limits(excess_liquidity_fraction="0.25"), limits(delta_max="100", vega_max="50")


def margin(excess: int | None, reserved: int = 0) -> RiskView:
    known = AccountFacts(excess_liquidity=None if excess is None else Decimal(excess))
    return a_risk_view(reserved=reserved, facts=OrderFacts(account=known))


def options(delta: str, vega: str | None) -> RiskView:
    known = AccountFacts(delta=Decimal(delta), vega=None if vega is None else Decimal(vega))
    return knowing(account=known)


def after_a_fill(position: int = 0) -> RiskView:
    """AAPL had a fill that should not have been."""
    block = Block(symbol=AAPL, cause="fill E1", control=Control.POST_TRADE, reason="far away", since=NOW)
    return structs.replace(a_risk_view(exposures={AAPL: an_exposure(position=position)}), blocks=(block,))


def fee(rate: str | None) -> RiskView:
    return knowing(market=MarketFacts(borrow_rate=None if rate is None else Decimal(rate)))


def cap(dollars: int | None) -> RiskView:
    return knowing(market=MarketFacts(market_cap=None if dollars is None else Decimal(dollars)))


REFUSED = {
    "C01 a share too many": (Case(intent=BUY_101, limits=limits(order_shares_max=100)), Control.ORDER_SHARES),
    "C03 a limit far above": (Case(intent=AT_105, limits=limits(price_collar_fraction="0.04")), Control.PRICE_COLLAR),
    "C03 a limit far below": (
        Case(intent=an_intent(side=Side.SELL, limit=95), limits=limits(price_collar_fraction="0.04")),
        Control.PRICE_COLLAR,
    ),
    "C03 an exit as well": (
        Case(
            intent=an_intent(side=Side.SELL, limit=95), view=holding(100), limits=limits(price_collar_fraction="0.04")
        ),
        Control.PRICE_COLLAR,
    ),
    "C04 a wide quote": (Case(view=knowing(spread=0.011), limits=limits(spread_max_fraction="0.01")), Control.SPREAD),
    "C05 the burst is used up": (
        Case(view=knowing(flow=sent(0, 0, 0)), limits=TWO_A_SECOND), Control.ORDER_RATE,
    ),
    "C05 not refilled yet": (
        Case(view=knowing(flow=sent(1, 0, 0, 0)), limits=TWO_A_SECOND), Control.ORDER_RATE,
    ),
    "C05 a sixth in a minute": (
        Case(view=knowing(flow=sent(59, 40, 30, 20, 1)), limits=FIVE_SENT), Control.ORDER_RATE,
    ),
    "C05 of one strategy": (Case(view=knowing(flow=sent(9, 5, 1)), limits=THREE_OF_IT), Control.ORDER_RATE),
    "C06 the same within 5 s": (
        Case(view=knowing(flow=sent(4)), limits=limits(duplicate_seconds=5)), Control.DUPLICATE_ORDER,
    ),
    "C07 an eleventh entry": (
        Case(view=knowing(flow=sent(*[900] * 10)), limits=limits(entries_per_session=10)), Control.REPEATED_ENTRY,
    ),
    "C08 the five largest": (
        Case(view=knowing(largest_others=(Decimal(15_000), Decimal(5_001))), limits=TOP), Control.TOP_FIVE,
    ),
    "C09 net long": (
        Case(view=a_risk_view(net_value=10_001), limits=NET), Control.NET_EXPOSURE,
    ),
    "C09 net short": (Case(intent=SELL_101, limits=NET), Control.NET_EXPOSURE),
    "C09 never net short": (Case(intent=an_intent(side=Side.SELL, quantity=1), limits=limits(
        net_exposure_min_fraction="0")), Control.NET_EXPOSURE),
    "C10 too little left": (Case(view=margin(34_999), limits=MARGIN), Control.EXCESS_LIQUIDITY),
    "C10 nobody knows": (Case(view=margin(None), limits=MARGIN), Control.EXCESS_LIQUIDITY),
    "C10 delta": (Case(view=options("-100.5", "1"), limits=GREEKS), Control.GREEKS),
    "C10 vega is unknown": (Case(view=options("5", None), limits=GREEKS), Control.GREEKS),
    "C12 a week": (
        Case(view=a_risk_view(equity=95_999, session_opening_equity=96_000), limits=WEEK), Control.WEEKLY_LOSS,
    ),
    "C12 a strategy": (
        Case(view=knowing(strategy_loss=Decimal(1_001)), limits=limits(strategy_loss_fraction="0.01")),
        Control.STRATEGY_LOSS,
    ),
    "C12 an open breaker": (
        Case(view=knowing(open_breakers=("rejects",)), limits=limits(breaker_rejects=3)), Control.CIRCUIT_BREAKER,
    ),
    "C14 turned over": (Case(view=knowing(traded=Decimal(20_001)), limits=TURNOVER), Control.DAILY_TURNOVER),
    "C15 a large part of the volume": (
        Case(intent=BUY_101, view=knowing(average_volume=10_050.0), limits=LIQUID), Control.LIQUIDITY,
    ),
    "C15 little is traded": (
        Case(view=knowing(average_volume=9_999.0), limits=limits(adv_dollars_min="1000000")), Control.LIQUIDITY,
    ),
    "C15 the volume is unknown": (Case(limits=LIQUID), Control.LIQUIDITY),
    "C15 a penny stock": (
        Case(view=a_risk_view(exposures={AAPL: an_exposure(price="0.99")}), limits=limits(price_min="1")),
        Control.MIN_PRICE,
    ),
    "C16 denied": (Case(limits=limits(denied_symbols=(AAPL,))), Control.SYMBOL_LIST),
    "C16 not allowed": (Case(limits=limits(allowed_symbols=(MSFT,))), Control.SYMBOL_LIST),
    "C16 a small company": (
        Case(view=cap(299_999_999), limits=limits(market_cap_min="300000000")), Control.MARKET_CAP,
    ),
    "C16 nobody knows its worth": (Case(view=cap(None), limits=limits(market_cap_min="1")), Control.MARKET_CAP),
    "C17 short": (Case(intent=SELL, limits=NO_SHORTS), Control.SHORT_SALE),
    "C17 through zero": (Case(intent=SELL_101, view=holding(100), limits=NO_SHORTS), Control.SHORT_SALE),
    "C17 dear to borrow": (Case(intent=SELL, view=fee("0.031"), limits=CHEAP_SHORTS), Control.SHORT_SALE),
    "C17 the fee is unknown": (Case(intent=SELL, view=fee(None), limits=CHEAP_SHORTS), Control.SHORT_SALE),
    "C18 at the open": (Case(view=at(OPEN), limits=EDGES), Control.ENTRY_WINDOW),
    "C18 in the first minute": (Case(view=at(OPEN + MINUTE - 1), limits=EDGES), Control.ENTRY_WINDOW),
    "C18 in the last minutes": (Case(view=at(CLOSE - 5 * MINUTE), limits=EDGES), Control.ENTRY_WINDOW),
    "C21 a third of the symbol": (Case(view=knowing(open_orders={AAPL: 2}), limits=WORKING), Control.WORKING_ORDERS),
    "C21 a fourth in all": (
        Case(view=knowing(open_orders={AAPL: 1, MSFT: 2}), limits=WORKING), Control.WORKING_ORDERS,
    ),
    "C24 an eleventh replace": (Case(view=knowing(replaces=10), limits=limits(replaces_max=10)), Control.REPLACES),
    "C32 after a fill far away": (Case(view=after_a_fill(), limits=COLLARED), Control.POST_TRADE),
    "C32 an exit as well": (
        Case(intent=SELL, view=after_a_fill(position=100), limits=COLLARED), Control.POST_TRADE,
    ),
    "C32 though its limit is off by now": (Case(view=after_a_fill()), Control.POST_TRADE),
    "C25 after a jump": (Case(view=knowing(is_quarantined=True), limits=limits(jump_fraction="0.2")),
        Control.QUARANTINE),
}  # fmt: skip

INSIDE = {
    "C01 as many shares": Case(limits=limits(order_shares_max=100)),
    "C03 at the collar": Case(intent=AT_105, limits=limits(price_collar_fraction="0.05")),
    "C03 no limit, no collar": Case(limits=limits(price_collar_fraction="0.0001")),
    "C04 a quote as wide": Case(view=knowing(spread=0.01), limits=limits(spread_max_fraction="0.01")),
    "C04 bars alone show no quote": Case(limits=limits(spread_max_fraction="0.01")),
    "C04 a limit protects itself": Case(
        intent=AT_105, view=knowing(spread=0.5), limits=limits(spread_max_fraction="0.01")
    ),
    "C05 the last of the burst": Case(view=knowing(flow=sent(0, 0)), limits=TWO_A_SECOND),
    "C05 refilled": Case(view=knowing(flow=sent(1, 1, 1)), limits=TWO_A_SECOND),
    "C05 the first is a minute ago": Case(view=knowing(flow=sent(60, 40, 30, 20, 1)), limits=FIVE_SENT),
    "C05 of another strategy": Case(
        intent=BUY, view=knowing(flow=sent(9, 5)), limits=THREE_OF_IT
    ),
    "C06 the same after 5 s": Case(view=knowing(flow=sent(5)), limits=limits(duplicate_seconds=5)),
    "C06 another size": Case(intent=BUY_101, view=knowing(flow=sent(0)), limits=limits(duplicate_seconds=5)),
    "C07 a tenth entry": Case(view=knowing(flow=sent(*[900] * 9)), limits=limits(entries_per_session=10)),
    "C08 a third of equity": Case(view=knowing(largest_others=(Decimal(15_000), Decimal(5_000))), limits=TOP),
    "C08 a sixth symbol": Case(
        view=knowing(largest_others=tuple(map(Decimal, (5_000, 5_000, 5_000, 5_000, 1_000)))), limits=TOP
    ),
    "C09 net long": Case(view=a_risk_view(net_value=10_000), limits=NET),
    "C09 a purchase from too short": Case(view=a_risk_view(net_value=-50_000), limits=NET),
    "C09 net short": Case(intent=SELL, limits=NET),
    "C10 enough left": Case(view=margin(35_000), limits=MARGIN),
    "C10 within the Greeks": Case(view=options("-100", "50"), limits=GREEKS),
    "C12 a week": Case(view=a_risk_view(equity=96_000, session_opening_equity=96_000), limits=WEEK),
    "C12 a strategy": Case(view=knowing(strategy_loss=Decimal(1_000)), limits=limits(strategy_loss_fraction="0.01")),
    "C12 no breaker open": Case(limits=limits(breaker_rejects=3)),
    "C14 turned over": Case(view=knowing(traded=Decimal(20_000)), limits=TURNOVER),
    "C15 a hundredth of the volume": Case(view=knowing(average_volume=10_000.0), limits=LIQUID),
    "C15 a dollar": Case(
        view=a_risk_view(exposures={AAPL: an_exposure(price="1.00")}), limits=limits(price_min="1")
    ),
    "C16 allowed": Case(limits=limits(allowed_symbols=(AAPL,), denied_symbols=(MSFT,))),
    "C16 a company large enough": Case(view=cap(300_000_000), limits=limits(market_cap_min="300000000")),
    "C17 all that is held": Case(intent=SELL, view=holding(100), limits=NO_SHORTS),
    "C17 a purchase": Case(limits=NO_SHORTS),
    "C17 cheap to borrow": Case(intent=SELL, view=fee("0.03"), limits=CHEAP_SHORTS),
    "C18 after the first minute": Case(view=at(OPEN + MINUTE), limits=EDGES),
    "C18 before the last minutes": Case(view=at(CLOSE - 5 * MINUTE - 1), limits=EDGES),
    "C18 for the next open": Case(view=at(CLOSE), limits=EDGES),
    "C21 one more each": Case(view=knowing(open_orders={AAPL: 1, MSFT: 1}), limits=WORKING),
    "C24 a tenth replace": Case(view=knowing(replaces=9), limits=limits(replaces_max=10)),
    "C32 no such fill": Case(limits=COLLARED),
    "C25 no jump": Case(limits=limits(jump_fraction="0.2")),
}  # fmt: skip

# The same order and limits, with open orders and without: each pair of working shares of AAPL.
WORST = {
    "C08 purchases under way": (limits(top_five_fraction="0.25"), BUY, {"working_buys": 101}, Control.TOP_FIVE),
    "C09 purchases under way": (NET, BUY, {"working_buys": 51}, Control.NET_EXPOSURE),
    "C09 sales under way": (NET, SELL, {"working_sells": 1}, Control.NET_EXPOSURE),
    "C14 orders of either side": (TURNOVER, BUY, {"working_buys": 80, "working_sells": 71}, Control.DAILY_TURNOVER),
    "C17 sales under way": (NO_SHORTS, SELL, {"position": 150, "working_sells": 51}, Control.SHORT_SALE),
}


@pytest.mark.parametrize(("case", "control"), REFUSED.values(), ids=REFUSED)
def test_one_control_alone_refuses(case: Case, control: Control) -> None:
    assert case.refused_by() == [control]


@pytest.mark.parametrize("case", INSIDE.values(), ids=INSIDE)
def test_just_inside_the_limit_passes(case: Case) -> None:
    assert case.refused_by() == []


@pytest.mark.parametrize(("limits", "intent", "working", "control"), WORST.values(), ids=WORST)
def test_only_the_worst_case_catches_it(
    limits: RiskLimits, intent: OrderIntent, working: dict[str, int], control: Control
) -> None:
    idle = {"position": working.get("position", 0)}
    assert Case(intent=intent, view=with_orders(**working), limits=limits).refused_by() == [control]
    assert Case(intent=intent, view=with_orders(**idle), limits=limits).refused_by() == []


def test_money_that_works_counts_against_excess_liquidity() -> None:
    assert Case(view=margin(40_000, reserved=5_001), limits=MARGIN).refused_by() == [Control.EXCESS_LIQUIDITY]
    assert Case(view=margin(40_000, reserved=5_000), limits=MARGIN).refused_by() == []


def test_the_position_that_may_come_counts_against_the_volume() -> None:
    facts = OrderFacts(average_volume=10_000.0)
    for working, refused in ((400, []), (401, [Control.LIQUIDITY])):
        view = a_risk_view(exposures={AAPL: an_exposure(working_buys=working)}, facts=facts)
        assert Case(view=view, limits=LIQUID).refused_by() == refused


def everything_on() -> RiskLimits:
    return limits(
        order_shares_max=1, spread_max_fraction="0.000001", orders_per_second="0.0001", order_burst=1,
        orders_per_minute=1, strategy_orders_per_minute=1, duplicate_seconds=600, entries_per_session=1,
        symbol_working_orders_max=1, working_orders_max=1, daily_turnover_fraction="0.000001",
        top_five_fraction="0.000001", net_exposure_max_fraction="0", net_exposure_min_fraction="0",
        weekly_loss_fraction="0.000001", strategy_loss_fraction="0.000001", adv_order_fraction="0.000001",
        adv_dollars_min="1000000000000", price_min="1000000", market_cap_min="1", denied_symbols=(AAPL,),
        short_sales=False, borrow_rate_max="0.000001", entry_delay_minutes=390, entry_cutoff_minutes=390,
        replaces_max=1, fill_collar_fraction="0.000001", jump_fraction="0.000001", excess_liquidity_fraction="1",
        delta_max="0.0001", breaker_rejects=1,
    )  # fmt: skip


def test_an_exit_is_spared_all_of_them() -> None:
    flow = sent(0, 0, intent=SELL)
    facts = OrderFacts(
        flow=flow, open_orders={AAPL: 99}, traded=Decimal(10**9), largest_others=(Decimal(10**9),), spread=0.9,
        strategy_loss=Decimal(10**9), average_volume=1.0, is_quarantined=True, open_breakers=("rejects",),
        replaces=99,
    )  # fmt: skip
    view = a_risk_view(
        equity=50_000, week_opening_equity=100_000, net_value=10_000, exposures={AAPL: an_exposure(position=100)},
        facts=facts,
    )  # fmt: skip
    assert Case(intent=SELL, view=view, limits=everything_on()).refused_by() == []
    refused = Case(intent=SELL_101, view=view, limits=everything_on()).refused_by()
    assert set(refused) >= {Control.ORDER_SHARES, Control.SHORT_SALE, Control.CIRCUIT_BREAKER, Control.ORDER_RATE}


def test_what_is_off_is_not_even_asked() -> None:
    always = {entry.control for entry in CONTROLS if not entry.keys or entry.is_latched}
    assert {entry.control for entry in active(some_limits())} == always
    assert len(always) == 17
    others = 1 + len(PORTFOLIO_CONTROLS)  # which have their own tests
    assert len(active(everything_on())) == len(CONTROLS) - others, "all but the collar"


def test_every_control_stands_in_the_table_once() -> None:
    assert sorted(entry.control.value for entry in CONTROLS) == sorted(
        control.value for control in set(Control) - OF_TARGETS
    )


@pytest.mark.parametrize(("shares", "trimmed"), [(99, 99), (500, 100), (-500, -100)])
def test_targets_are_trimmed_to_an_order_of_shares(shares: int, trimmed: int) -> None:
    within = limits(order_shares_max=100)
    assert trim_shares(Decimal(shares), equity=Decimal(100_000), price=Decimal(1), limits=within) == trimmed


def test_counts_of_other_symbols_and_strategies_are_their_own() -> None:
    flow = sent(10, intent=OTHER)
    assert flow.entries == {("sma_crossover", Symbol("MSFT")): 1}
    assert flow.sent_within(MINUTE, at=NOW, strategy="another") == 0
    flow.enter_session()
    assert not flow.entries and flow.sent_within(MINUTE, at=NOW) == 1, "a minute knows no sessions"
