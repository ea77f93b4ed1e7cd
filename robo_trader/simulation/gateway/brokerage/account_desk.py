"""Positions, account values and profit: told when asked for, and pushed to subscribers after every fill.

Between fills account values come in rounds, every few minutes, as far as they changed; profit and loss more often.
"""

from collections.abc import Iterable

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.simulation.gateway.brokerage.contracts import ContractBook
from robo_trader.simulation.gateway.brokerage.figures import (
    Figures,
    Standing,
    account_values,
    figures_of,
    ledger_values,
    standing_of,
    summary_values,
)
from robo_trader.simulation.gateway.brokerage.outbox import Outbox
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import BrokerageState
from robo_trader.simulation.gateway.brokerage.subscriptions import (
    ProfitSubscription,
    Subscriptions,
    ValueSubscription,
)
from robo_trader.simulation.gateway.protocol import account_messages as says
from robo_trader.simulation.gateway.protocol import requests as asks

_NO_ACCOUNT = "Invalid account code"
_SUMMARIES_MAX = 2


class AccountDesk:
    """Answers what is asked of the account, and keeps subscribers informed."""

    def __init__(
        self, settings: BrokerageSettings, state: BrokerageState, contracts: ContractBook, outbox: Outbox
    ) -> None:
        self._settings = settings
        self._state = state
        self._contracts = contracts
        self._outbox = outbox
        self._clients: dict[int, Subscriptions] = {}
        self._values_at = 0  # when the last round of values went out
        self._profits_at = 0

    def attach(self, client_id: int) -> None:
        """Take a client in, subscribed to nothing."""
        self._clients[client_id] = Subscriptions()

    def detach(self, client_id: int) -> None:
        """Forget what a client was subscribed to."""
        self._clients.pop(client_id, None)

    def follow_positions(self, client_id: int, _: asks.Positions) -> None:
        """Tell all positions, and changes from now on."""
        self._clients[client_id].positions = True
        for standing in self._standings():
            self._outbox.say(client_id, self._position(standing))
        self._outbox.say(client_id, says.PositionEnd())

    def leave_positions(self, client_id: int, _: asks.CancelPositions) -> None:
        """Tell changes of positions no more."""
        self._clients[client_id].positions = False

    def follow_multi_positions(self, client_id: int, asked: asks.PositionsMulti) -> None:
        """Tell all positions of the account under a request id, and changes from now on."""
        if not self._is_ours(client_id, asked.account, asked.request_id):
            return
        self._clients[client_id].multi_positions[asked.request_id] = asked.model
        for standing in self._standings():
            self._outbox.say(client_id, self._multi_position(standing, asked.request_id, asked.model))
        self._outbox.say(client_id, says.PositionMultiEnd(request_id=asked.request_id))

    def leave_multi_positions(self, client_id: int, asked: asks.CancelPositionsMulti) -> None:
        """Tell that request no more."""
        self._clients[client_id].multi_positions.pop(asked.request_id, None)

    def follow_account(self, client_id: int, asked: asks.AccountUpdates) -> None:
        """Tell values and portfolio, and changes from now on; or give that up."""
        if not self._is_ours(client_id, asked.account, -1):
            return
        client = self._clients[client_id]
        client.account = ValueSubscription() if asked.subscribe else None
        if client.account is not None:
            self._say_values(client_id, client.account)
            for standing in self._standings():
                self._outbox.say(client_id, self._portfolio(standing))
            self._outbox.say(client_id, says.AccountTime(at=self._state.now))
            self._outbox.say(client_id, says.AccountDownloadEnd(account=self._settings.account))

    def follow_multi_values(self, client_id: int, asked: asks.AccountUpdatesMulti) -> None:
        """Tell values under a request id, and changes from now on."""
        if not self._is_ours(client_id, asked.account, asked.request_id):
            return
        wish = ValueSubscription(model=asked.model, ledger_only=asked.ledger_and_liquidation)
        self._clients[client_id].multi_values[asked.request_id] = wish
        self._say_multi_values(client_id, asked.request_id, wish)
        self._outbox.say(client_id, says.AccountUpdateMultiEnd(request_id=asked.request_id))

    def leave_multi_values(self, client_id: int, asked: asks.CancelAccountUpdatesMulti) -> None:
        """Tell that request no more."""
        self._clients[client_id].multi_values.pop(asked.request_id, None)

    def follow_summary(self, client_id: int, asked: asks.AccountSummary) -> None:
        """Tell the values of some tags, and changes from now on; two such wishes at most."""
        summaries = self._clients[client_id].summaries
        if asked.request_id not in summaries and len(summaries) >= _SUMMARIES_MAX:
            text = "Error processing request: maximum number of account summary requests exceeded"
            self._outbox.complain(client_id, asked.request_id, 322, text)
            return
        wish = summaries[asked.request_id] = ValueSubscription(tags=asked.tags)
        self._say_summary(client_id, asked.request_id, wish)
        self._outbox.say(client_id, says.AccountSummaryEnd(request_id=asked.request_id))

    def leave_summary(self, client_id: int, asked: asks.CancelAccountSummary) -> None:
        """Tell that summary no more."""
        self._clients[client_id].summaries.pop(asked.request_id, None)

    def follow_profit(self, client_id: int, asked: asks.ProfitAndLoss | asks.ProfitAndLossSingle) -> None:
        """Tell the day's profit and loss, of the account or of one position, and changes from now on."""
        if not self._is_ours(client_id, asked.account, asked.request_id):
            return
        con_id = asked.con_id if isinstance(asked, asks.ProfitAndLossSingle) else 0
        wish = self._clients[client_id].profits[asked.request_id] = ProfitSubscription(con_id=con_id)
        self._say_profit(client_id, asked.request_id, wish, figures_of(self._state, self._settings))

    def leave_profit(
        self, client_id: int, asked: asks.CancelProfitAndLoss | asks.CancelProfitAndLossSingle
    ) -> None:  # fmt: skip
        """Tell that profit no more."""
        self._clients[client_id].profits.pop(asked.request_id, None)

    def push(self, symbols: Iterable[Symbol]) -> None:
        """Tell subscribers of positions that changed, and of all that follows from it."""
        standings = [standing_of(self._state, symbol) for symbol in sorted(set(symbols))]
        if not standings:
            return
        for client_id, client in self._clients.items():
            for standing in standings:
                self._push_position(client_id, client, standing)
        self._push_values()
        self._push_profits()

    def pass_time(self) -> None:
        """Tell what prices have made of the account, if it is time for it."""
        now, settings = self._state.now, self._settings
        if now - self._profits_at >= settings.profit_delay:
            self._profits_at = now
            self._push_profits()
        if now - self._values_at >= settings.refresh_delay:
            self._values_at = now
            self._push_values()
            for client_id, client in self._clients.items():
                if client.account is not None:
                    for standing in self._standings():
                        self._outbox.say(client_id, self._portfolio(standing))

    def _push_position(self, client_id: int, client: Subscriptions, standing: Standing) -> None:
        if client.positions:
            self._outbox.say(client_id, self._position(standing))
        if client.account is not None:
            self._outbox.say(client_id, self._portfolio(standing))
        for request_id, model in client.multi_positions.items():
            self._outbox.say(client_id, self._multi_position(standing, request_id, model))

    def _push_values(self) -> None:
        for client_id, client in self._clients.items():
            if client.account is not None and self._say_values(client_id, client.account):
                self._outbox.say(client_id, says.AccountTime(at=self._state.now))
            for request_id, wish in client.multi_values.items():
                self._say_multi_values(client_id, request_id, wish)
            for request_id, wish in client.summaries.items():
                self._say_summary(client_id, request_id, wish)

    def _push_profits(self) -> None:
        if any(client.profits for client in self._clients.values()):
            figures = figures_of(self._state, self._settings)
            for client_id, client in self._clients.items():
                for request_id, wish in client.profits.items():
                    self._say_profit(client_id, request_id, wish, figures)

    def _say_values(self, client_id: int, wish: ValueSubscription) -> bool:
        account = self._settings.account
        news = wish.news(account_values(figures_of(self._state, self._settings), self._settings))
        for (key, currency), value in news.items():
            self._outbox.say(client_id, says.AccountValue(key=key, value=value, currency=currency, account=account))
        return bool(news)

    def _say_multi_values(self, client_id: int, request_id: int, wish: ValueSubscription) -> None:
        figures, account = figures_of(self._state, self._settings), self._settings.account
        values = ledger_values(figures) if wish.ledger_only else account_values(figures, self._settings)
        for (key, currency), value in wish.news(values).items():
            self._outbox.say(
                client_id,
                says.AccountUpdateMulti(
                    request_id=request_id, account=account, model=wish.model, key=key, value=value, currency=currency
                ),
            )

    def _say_summary(self, client_id: int, request_id: int, wish: ValueSubscription) -> None:
        figures, account = figures_of(self._state, self._settings), self._settings.account
        for (tag, currency), value in wish.news(summary_values(figures, self._settings, wish.tags)).items():
            self._outbox.say(
                client_id,
                says.AccountSummaryMessage(
                    request_id=request_id, account=account, tag=tag, value=value, currency=currency
                ),
            )

    def _say_profit(self, client_id: int, request_id: int, wish: ProfitSubscription, figures: Figures) -> None:
        message = self._profit_of(wish.con_id, request_id) if wish.con_id else _profit(figures, request_id)
        if message is not None and message != wish.told:
            wish.told = message
            self._outbox.say(client_id, message)

    def _profit_of(self, con_id: int, request_id: int) -> says.ProfitAndLossSingleMessage | None:
        symbol = self._contracts.symbol_of(con_id)
        if symbol is None:
            return None
        one = standing_of(self._state, symbol)
        before = self._state.opening_unrealised.get(symbol, ZERO)
        return says.ProfitAndLossSingleMessage(
            request_id=request_id, quantity=one.quantity, daily=one.unrealised + one.realised - before,
            unrealised=one.unrealised, realised=one.realised, value=one.value,
        )  # fmt: skip

    def _is_ours(self, client_id: int, account: str, request_id: int) -> bool:
        is_ours = account in {"", "All", self._settings.account}
        if not is_ours:
            self._outbox.complain(client_id, request_id, 321, f"Error validating request: cause - {_NO_ACCOUNT}")
        return is_ours

    def _standings(self) -> list[Standing]:
        held = self._state.holdings.positions
        return [standing_of(self._state, symbol) for symbol in sorted(held) if held[symbol].quantity]

    def _position(self, standing: Standing) -> says.PositionMessage:
        return says.PositionMessage(
            account=self._settings.account, contract=self._contracts.contract(standing.symbol),
            quantity=standing.quantity, average_cost=standing.average_cost,
        )  # fmt: skip

    def _multi_position(self, standing: Standing, request_id: int, model: str) -> says.PositionMultiMessage:
        return says.PositionMultiMessage(
            request_id=request_id, account=self._settings.account, model=model,
            contract=self._contracts.contract(standing.symbol), quantity=standing.quantity,
            average_cost=standing.average_cost,
        )  # fmt: skip

    def _portfolio(self, standing: Standing) -> says.PortfolioValue:
        return says.PortfolioValue(
            contract=self._contracts.contract(standing.symbol), quantity=standing.quantity,
            market_price=standing.price, market_value=standing.value, average_cost=standing.average_cost,
            unrealised=standing.unrealised, realised=standing.realised, account=self._settings.account,
        )  # fmt: skip


def _profit(figures: Figures, request_id: int) -> says.ProfitAndLossMessage:
    return says.ProfitAndLossMessage(
        request_id=request_id, daily=figures.daily, unrealised=figures.unrealised, realised=figures.realised
    )
