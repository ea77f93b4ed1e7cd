"""What an execution algorithm goes by: price, quote, volume of the day so far and as usual, and the time left."""

from collections.abc import Sequence
from decimal import Decimal

from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.events import TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.quoted_market import QuotedMarket
from robo_trader.core.engine.senses import Market
from robo_trader.core.execution.activity import MINUTE_NANOS, Activity
from robo_trader.core.execution.choice import Conditions
from robo_trader.core.execution.policy import ExecutionPolicy
from robo_trader.core.execution.working import Seen
from robo_trader.core.rules.schedules import volume_until


class ExecutionView:
    """The market of one account, as seen by who works an order in it."""

    def __init__(self, policy: ExecutionPolicy, account: Account, market: Market) -> None:
        self._policy = policy
        self._account = account
        self._market = market
        self._activity = Activity(policy.profile_sessions)
        self._bar_nanos: dict[Symbol, int] = {}  # length of the last bar

    def see_bars(self, bars: Sequence[Bar], session: TradingSession) -> None:
        """Take in the sound bars of a slice."""
        for bar in bars:
            self._activity.see_bar(bar, session)
            self._bar_nanos[bar.symbol] = bar.ended_at - bar.started_at

    def see_print(self, event: TradePrinted) -> None:
        """Take in a sound print."""
        self._activity.see_print(event.trade, event.session)

    @property
    def session(self) -> TradingSession:
        """The session that is going on, or was last."""
        session = self._account.valuation.session
        assert session is not None, "nothing is ordered before the first slice"
        return session

    def last_moment(self, symbol: Symbol) -> int:
        """Return until when something may be worked: a bar at least is left for what is crossed then."""
        return self.session.closes_at - max(self._policy.close_margin, self._step(symbol))

    def seen(self, symbol: Symbol) -> Seen:
        """Return what a parent order goes by now."""
        return Seen(
            now=self._market.last_ended_at,
            price=self._market.price(symbol),
            quote=self._quote(symbol),
            opens_at=self.session.opens_at,
            step=self._step(symbol),
            traded=self._activity.traded(symbol),
            profile=self._activity.profile(symbol),
        )

    def conditions(self, symbol: Symbol, quantity: Decimal) -> Conditions:
        """Return what an algorithm for so many shares is chosen by."""
        now, quote, opens_at = self._market.last_ended_at, self._quote(symbol), self.session.opens_at
        last, profile = self.last_moment(symbol), self._activity.profile(symbol)
        half_spread = self._policy.impact.half_spread_bps
        if quote is not None:
            half_spread = (quote.ask - quote.bid) / (quote.ask + quote.bid) * 10_000
        begins, ends = now - opens_at, min(now + self._policy.window, last) - opens_at
        usual = volume_until(profile, MINUTE_NANOS, ends) - volume_until(profile, MINUTE_NANOS, begins)
        return Conditions(
            quantity=float(quantity),
            daily_volume=self._activity.daily_volume(symbol),
            daily_volatility=self._activity.daily_volatility(symbol),
            half_spread_bps=half_spread,
            window_volume=max(0.0, usual),
            time_left=last - now,
        )

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self._bar_nanos, self._activity.state()

    def _quote(self, symbol: Symbol) -> Quote | None:
        return self._market.quotes.get(symbol) if isinstance(self._market, QuotedMarket) else None

    def _step(self, symbol: Symbol) -> int:
        """Return how long it takes until the symbol's parent is asked again: 0 where quotes come."""
        return 0 if self._quote(symbol) is not None else self._bar_nanos.get(symbol, 0)
