"""What an account holds at the pretend broker: cash and shares, from the trades made in it.

Trades of the running session are kept, so that one that is restated can be taken back exactly: the positions of its
symbol are booked again from the start of the session.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Struct, field

from robo_trader.core.domain.bars import BarSlice, TradingSession
from robo_trader.core.domain.corporate_actions import CashDividend, CorporateAction, Delisting, StockSplit
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, price_from_float, round_money
from robo_trader.core.market.checks import find_fault
from robo_trader.core.rules.financing import borrow_fee
from robo_trader.core.rules.positions import closing_part, cost_of_closed, realised_profit


class Holding(NamedTuple):
    """Signed shares, and what they cost, in dollars."""

    quantity: Decimal
    cost: Decimal


NOTHING = Holding(ZERO, ZERO)


class Trade(Struct, frozen=True, kw_only=True, gc=False):
    """Shares that changed hands: bought ones above 0, sold ones below. Price in dollars a share."""

    execution_id: ExecutionId
    symbol: Symbol
    change: Decimal
    price: Decimal
    commission: Decimal = ZERO


class HoldingsState(Struct, kw_only=True):
    """All that is known of what is held, as it can be stored."""

    cash: Decimal
    positions: dict[Symbol, Holding] = field(default_factory=dict)
    prices: dict[Symbol, Decimal] = field(default_factory=dict)  # last ones
    last_ended_at: dict[Symbol, int] = field(default_factory=dict)
    session: TradingSession | None = None
    before: dict[Symbol, Holding] = field(default_factory=dict)  # positions before the first of `trades`
    trades: list[Trade] = field(default_factory=list)  # of this session
    realised: dict[Symbol, Decimal] = field(default_factory=dict)  # dollars, by those of them that closed something


class Holdings:
    """Cash and shares of one account. Show it every slice, every trade and every corporate action, in their order."""

    def __init__(self, state: HoldingsState, borrow_rate: Decimal = ZERO, *, commission_is_cost: bool = False) -> None:
        """Take up a state.

        borrow_rate: fraction of a short position's value a year.
        commission_is_cost: whether shares cost what was paid to buy them too, and a profit is what is left after it.
        """
        self.state = state
        self._borrow_rate = borrow_rate
        self._commission_is_cost = commission_is_cost

    def begin(self, session: TradingSession) -> bool:
        """Come to a session; return whether it is a new one."""
        state, before = self.state, self.state.session
        if before is not None and before.date == session.date:
            return False
        if before is not None:
            self._charge_fees((date.fromisoformat(session.date) - date.fromisoformat(before.date)).days)
        state.session = session
        state.trades.clear()
        state.realised.clear()
        state.before = dict(state.positions)
        return True

    def pay(self, slice_: BarSlice) -> None:
        """Pay the dividends that come with a slice."""
        for dividend in slice_.dividends:
            self.state.cash += round_money(self.held(dividend.symbol).quantity * dividend.amount)

    def mark_closes(self, slice_: BarSlice) -> None:
        """Take the closes of the sound bars of a slice."""
        last_ended_at = self.state.last_ended_at
        for bar in slice_.bars:
            if find_fault(bar, last_ended_at.get(bar.symbol)) is None:
                last_ended_at[bar.symbol] = bar.ended_at
                self.state.prices[bar.symbol] = price_from_float(bar.close)

    def book(self, trade: Trade) -> Decimal | None:
        """Take in a trade; return the profit of what it closed, in dollars, None where it closed nothing."""
        self.state.trades.append(trade)
        self.state.cash -= trade.change * trade.price + trade.commission
        return self._put_shares(trade)

    def restate(self, trade: Trade, corrects: ExecutionId) -> Decimal | None:
        """Put a trade in the place of another version of it, as if that had never been; return as `book` does.

        Raises KeyError where that version is not of this session, or its shares were restructured since.
        """
        state, symbol = self.state, trade.symbol
        known = [one.execution_id for one in state.trades]
        if corrects not in known:
            raise KeyError(corrects)
        index = known.index(corrects)
        old = state.trades[index]
        assert old.symbol == symbol, (old, trade)
        state.cash += old.change * old.price + old.commission - trade.change * trade.price - trade.commission
        state.trades[index] = trade
        state.positions[symbol] = state.before.get(symbol, NOTHING)
        state.realised.pop(symbol, None)
        profits = {one.execution_id: self._put_shares(one) for one in state.trades if one.symbol == symbol}
        return profits[trade.execution_id]

    def restructure(self, action: CorporateAction) -> None:
        """Do to the books what a company did to its shares, before the first slice of the ex-date."""
        state, symbol = self.state, action.symbol
        held = self.held(symbol)
        if isinstance(action, CashDividend):
            state.cash += round_money(held.quantity * action.amount)
            return
        state.trades[:] = [one for one in state.trades if one.symbol != symbol]
        if isinstance(action, StockSplit):
            self._split(action, held)
        elif isinstance(action, Delisting):
            state.cash += round_money(held.quantity * action.price)
            state.positions.pop(symbol, None)
        else:
            known: tuple[dict[Symbol, Any], ...] = (state.positions, state.prices, state.last_ended_at, state.realised)
            for of in known:
                if symbol in of:
                    of[action.new_symbol] = of.pop(symbol)
            state.before[action.new_symbol] = self.held(action.new_symbol)
        state.before[symbol] = self.held(symbol)

    def held(self, symbol: Symbol) -> Holding:
        """Return the shares of a symbol, none if there never were any."""
        return self.state.positions.get(symbol, NOTHING)

    def _put_shares(self, trade: Trade) -> Decimal | None:
        held, cost = self.held(trade.symbol)
        change, price, charge = trade.change, trade.price, trade.commission
        closed = closing_part(held, change)
        closed_cost = cost_of_closed(held, cost, closed) if closed else ZERO
        opened = change - closed
        charge_to_open = round_money(charge * opened / change) if self._commission_is_cost and change else ZERO
        left = cost - closed_cost + opened * price + charge_to_open
        self.state.positions[trade.symbol] = Holding(held + change, left)
        if not closed:
            return None
        charge_to_close = charge - charge_to_open if self._commission_is_cost else ZERO
        profit = realised_profit(closed, price, closed_cost) - charge_to_close
        self.state.realised[trade.symbol] = self.state.realised.get(trade.symbol, ZERO) + profit
        return profit

    def _split(self, action: StockSplit, held: Holding) -> None:
        state, symbol, new, old = self.state, action.symbol, action.new, action.old
        if symbol not in state.prices:
            return
        price = state.prices[symbol] = state.prices[symbol] * old / new
        exact = held.quantity * new / old
        whole = held.quantity * new // old
        paid = exact - whole
        left = held.cost if not whole else round_money(held.cost * paid / exact)
        state.positions[symbol] = Holding(whole, held.cost - left if paid else held.cost)
        state.cash += round_money(paid * price)

    def _charge_fees(self, nights: int) -> None:
        if not self._borrow_rate:
            return
        for symbol, held in self.state.positions.items():
            if held.quantity < 0:
                fee = borrow_fee(-held.quantity, self.state.prices[symbol], self._borrow_rate, nights)
                self.state.cash -= round_money(fee)
