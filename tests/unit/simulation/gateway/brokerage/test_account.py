"""What a client is told of the account: on demand, after every fill, and in rounds.

100 AAPL bought at 100 of 100,000 dollars, and marked at 110: cash 90,000, equity 101,000, margin 5,500 and 2,750.
"""

from decimal import Decimal

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.corporate_actions import CashDividend, Delisting, StockSplit, SymbolChange
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.commissions import IBKR_FIXED
from robo_trader.simulation.gateway.protocol import account_messages as says
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.requests import PlaceOrder
from tests.builders import AAPL, HOUR, MINUTE, OPEN, a_session
from tests.unit.simulation.gateway.brokerage.firm import (
    AAPL_CONTRACT,
    ACCOUNT,
    Firm,
    a_ticket,
    codes,
    find,
    numbers,
    words,
)

UPDATES = asks.AccountUpdates(subscribe=True, account="")
PROFIT = asks.ProfitAndLoss(request_id=5, account=ACCOUNT, model="")
TUESDAY = a_session(day=1)


def an_owner(*requests: asks.Request) -> Firm:
    """A firm whose client holds 100 AAPL bought at 100, now at 110, and then asked for something."""
    firm = Firm()
    firm.place(a_ticket())
    firm.hour(1)
    firm.trade(110.0)
    for request in requests:
        firm.ask(request)
    return firm


def values(messages: list[Message]) -> dict[str, str]:
    return {value.key: value.value for value in find(messages, says.AccountValue) if value.currency in {"USD", ""}}


def test_positions_on_demand_and_after_each_fill() -> None:
    firm = an_owner()
    told = firm.ask(asks.Positions())
    (held,) = find(told, says.PositionMessage)
    assert (held.contract.con_id, held.account) == (265598, ACCOUNT)
    assert numbers(held.quantity, held.average_cost) == (100, 100)
    assert words(told)[-1] == "PositionEnd"
    firm.place(a_ticket("SELL"), 2)
    (none,) = find(firm.hour(2), says.PositionMessage)
    assert none.quantity == 0
    firm.ask(asks.CancelPositions())
    firm.place(a_ticket(), 3)
    assert find(firm.hour(3), says.PositionMessage) == []


def test_the_commission_is_part_of_the_average_cost() -> None:
    firm = Firm(commissions=IBKR_FIXED)
    firm.place(a_ticket())
    firm.hour(1)
    (held,) = find(firm.ask(asks.Positions()), says.PositionMessage)
    assert held.average_cost == Decimal("100.01")


def test_positions_by_model() -> None:
    firm = an_owner()
    told = firm.ask(asks.PositionsMulti(request_id=9, account=ACCOUNT, model=""))
    assert words(told) == ["PositionMultiMessage", "PositionMultiEnd"]
    firm.place(a_ticket(), 2)
    assert [one.quantity for one in find(firm.hour(2), says.PositionMultiMessage)] == [200]
    firm.ask(asks.CancelPositionsMulti(request_id=9))
    firm.place(a_ticket(), 3)
    assert find(firm.hour(3), says.PositionMultiMessage) == []


def test_account_values_and_portfolio() -> None:
    told = an_owner().ask(UPDATES)
    known = values(told)
    assert known["NetLiquidation"] == "101000.00"
    assert (known["TotalCashValue"], known["GrossPositionValue"]) == ("90000.00", "11000.00")
    assert (known["InitMarginReq"], known["MaintMarginReq"]) == ("5500.00", "2750.00")
    assert (known["AvailableFunds"], known["BuyingPower"]) == ("95500.00", "191000.00")
    (one,) = find(told, says.PortfolioValue)
    assert numbers(one.market_price, one.market_value, one.unrealised, one.realised) == (110, 11_000, 1_000, 0)
    assert words(told)[-3:] == ["PortfolioValue", "AccountTime", "AccountDownloadEnd"]


def test_after_a_fill_subscribers_hear_what_changed() -> None:
    firm = an_owner(UPDATES)
    firm.place(a_ticket("SELL", 50), 2)
    told = firm.hour(2, open_=110.0)
    assert values(told)["TotalCashValue"] == "95500.00"
    assert "AccountType" not in values(told), "that did not change"
    assert find(told, says.PortfolioValue)[0].realised == 500
    firm.ask(asks.AccountUpdates(subscribe=False, account=""))
    firm.place(a_ticket("SELL", 50), 3)
    assert find(firm.hour(3), says.AccountValue) == []


def test_prices_are_told_in_rounds() -> None:
    firm = an_owner(UPDATES)
    firm.at += MINUTE
    assert firm.trade(120.0) == [], "too soon after the last round"
    firm.at += 3 * MINUTE
    told = firm.trade(121.0)
    assert values(told)["NetLiquidation"] == "102100.00"
    assert find(told, says.PortfolioValue)[0].market_price == 121


def test_a_foreign_account_is_refused() -> None:
    firm = Firm()
    assert codes(firm.ask(asks.AccountUpdates(subscribe=True, account="DU9"))) == [321]
    assert codes(firm.ask(asks.PositionsMulti(request_id=1, account="DU9", model=""))) == [321]
    assert codes(firm.ask(asks.ProfitAndLoss(request_id=1, account="DU9", model=""))) == [321]
    multi = asks.AccountUpdatesMulti(request_id=1, account="DU9", model="", ledger_and_liquidation=False)
    assert codes(firm.ask(multi)) == [321]


def test_a_summary_of_chosen_tags() -> None:
    firm = an_owner()
    summary = asks.AccountSummary(request_id=3, group="All", tags="NetLiquidation, TotalCashValue,Nothing")
    told = find(firm.ask(summary), says.AccountSummaryMessage)
    assert [(one.tag, one.value, one.currency) for one in told] == [
        ("NetLiquidation", "101000.00", "USD"), ("TotalCashValue", "90000.00", "USD"),
    ]  # fmt: skip
    firm.place(a_ticket("SELL"), 2)
    assert [one.tag for one in find(firm.hour(2, open_=110.0), says.AccountSummaryMessage)] == ["TotalCashValue"]


def test_a_summary_of_the_ledger() -> None:
    firm = an_owner()
    told = find(
        firm.ask(asks.AccountSummary(request_id=3, group="All", tags="$LEDGER:ALL")), says.AccountSummaryMessage
    )
    assert {one.currency for one in told} == {"USD", "BASE"}
    assert {"CashBalance", "StockMarketValue", "UnrealizedPnL"} <= {one.tag for one in told}


def test_two_summaries_at_most() -> None:
    firm = Firm()
    for request_id in (1, 2):
        firm.ask(asks.AccountSummary(request_id=request_id, group="All", tags="NetLiquidation"))
    third = asks.AccountSummary(request_id=3, group="All", tags="NetLiquidation")
    assert codes(firm.ask(third)) == [322]
    firm.ask(asks.CancelAccountSummary(request_id=1))
    assert words(firm.ask(third))[-1] == "AccountSummaryEnd"


def test_account_values_by_model() -> None:
    firm = an_owner()
    asked = asks.AccountUpdatesMulti(request_id=8, account=ACCOUNT, model="", ledger_and_liquidation=True)
    told = firm.ask(asked)
    assert "CashBalance" in {one.key for one in find(told, says.AccountUpdateMulti)}
    assert words(told)[-1] == "AccountUpdateMultiEnd"
    firm.ask(asks.CancelAccountUpdatesMulti(request_id=8))
    firm.place(a_ticket(), 2)
    assert find(firm.hour(2), says.AccountUpdateMulti) == []


def test_profit_and_loss() -> None:
    firm = an_owner()
    (first,) = firm.ask(PROFIT)
    assert first == says.ProfitAndLossMessage(
        request_id=5, daily=Decimal(1_000), unrealised=Decimal(1_000), realised=Decimal(0)
    )
    firm.at += NANOS_PER_SECOND
    (second,) = find(firm.trade(111.0), says.ProfitAndLossMessage)
    assert second.daily == 1_100
    firm.ask(asks.CancelProfitAndLoss(request_id=5))
    firm.at += NANOS_PER_SECOND
    assert firm.trade(112.0) == []


def test_profit_and_loss_of_the_next_day_begins_at_nothing() -> None:
    firm = an_owner(PROFIT, asks.ProfitAndLossSingle(request_id=6, account=ACCOUNT, model="", con_id=265598))
    firm.hour(7, open_=110.0)
    told = firm.hour(1, day=1, open_=112.0)
    assert find(told, says.ProfitAndLossMessage)[-1].daily == 200
    (single,) = find(told, says.ProfitAndLossSingleMessage)[-1:]
    assert numbers(single.daily, single.unrealised, single.value) == (200, 1_200, 11_200)


def test_profit_of_a_contract_nobody_knows_is_never_told() -> None:
    firm = Firm()
    assert firm.ask(asks.ProfitAndLossSingle(request_id=6, account=ACCOUNT, model="", con_id=1)) == []
    firm.ask(asks.CancelProfitAndLossSingle(request_id=6))


def test_who_left_is_told_nothing_and_comes_back_to_no_subscriptions() -> None:
    firm = an_owner(asks.Positions(), UPDATES)
    firm.brokerage.handle(1, PlaceOrder(order_id=2, contract=AAPL_CONTRACT, ticket=a_ticket()), firm.at)
    firm.brokerage.take_messages()
    firm.brokerage.detach(1, firm.at)
    assert firm.hour(2) == [], "it fills while nobody listens"
    firm.brokerage.attach(1, firm.at)
    firm.told()
    assert [one.quantity for one in find(firm.ask(asks.Positions()), says.PositionMessage)] == [200]
    assert len(words(firm.ask(asks.Executions(request_id=1)))) == 5, "both executions, both commissions, the end"


def test_a_split() -> None:
    firm = an_owner(asks.Positions())
    firm.place(a_ticket(order_type="LMT", limit=90, tif="GTC"), 2)
    firm.brokerage.show(StockSplit(symbol=AAPL, new=2, old=1, ex_date=TUESDAY.date, occurred_at=TUESDAY.opens_at))
    told = firm.told()
    assert words(told)[:2] == ["orderStatus Cancelled 0/100", "error 2 202"]
    assert [numbers(one.quantity, one.average_cost) for one in find(told, says.PositionMessage)] == [(200, 50)]


def test_a_dividend_a_new_name_and_the_end() -> None:
    firm = an_owner(asks.Positions())
    day, opens_at = TUESDAY.date, TUESDAY.opens_at
    firm.brokerage.show(CashDividend(symbol=AAPL, amount=Decimal("0.25"), ex_date=day, occurred_at=opens_at))
    assert firm.brokerage.book()["cash"] == "90025.000000"
    firm.brokerage.show(SymbolChange(symbol=AAPL, new_symbol=Symbol("PEAR"), ex_date=day, occurred_at=opens_at))
    (held,) = find(firm.told(), says.PositionMessage)[-1:]
    assert (held.contract.symbol, held.contract.con_id, int(held.quantity)) == ("PEAR", 265598, 100)
    revived = firm.restarted()
    assert [row["symbol"] for row in revived.rows("positions")] == ["PEAR"]
    revived.ask(asks.Positions())
    revived.brokerage.show(Delisting(symbol=Symbol("PEAR"), price=Decimal(1), ex_date=day, occurred_at=opens_at))
    assert [one.quantity for one in find(revived.told(), says.PositionMessage)] == [0]
    assert revived.rows("positions") == []


def test_quotes_fill_orders_and_move_prices() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="LMT", limit=100, tif="GTC"))
    firm.quote(OPEN + HOUR, bid=99.9, ask=99.99, ask_size=60.0)
    firm.quote(OPEN + 2 * HOUR, bid=101.0, ask=101.2)
    assert [(row["shares"], row["price"]) for row in firm.rows("executions")] == [("60", "99.99")]
    assert values(firm.ask(UPDATES))["StockMarketValue"] == "6066.00", "marked at the middle of the last quote"
