"""Opens an Alpaca account for trading: one call, plain arguments, and a broker that listens and knows what is there."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

from robo_trader.adapters.brokers.alpaca.broker import AlpacaBroker
from robo_trader.adapters.brokers.alpaca.credentials import Credentials, credentials_from
from robo_trader.adapters.brokers.alpaca.endpoints import Endpoints
from robo_trader.adapters.brokers.alpaca.following import Following
from robo_trader.adapters.brokers.alpaca.listings import AlpacaListings
from robo_trader.adapters.brokers.alpaca.lookout import Lookout
from robo_trader.adapters.brokers.alpaca.order_traffic import OrderTraffic
from robo_trader.adapters.brokers.alpaca.reads import AlpacaReads
from robo_trader.adapters.brokers.alpaca.refusals import AlpacaRefused
from robo_trader.adapters.brokers.alpaca.reports import Reports
from robo_trader.adapters.brokers.alpaca.request_budget import RequestBudget
from robo_trader.adapters.brokers.alpaca.rest_lane import RestLane
from robo_trader.adapters.brokers.alpaca.update_stream import UpdateStream
from robo_trader.adapters.brokers.alpaca.wire import WireAccount
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.ports.order_references import References


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast and how long Alpaca is asked. Seconds, days and requests."""

    timeout_seconds: float = 10.0  # for a connection, and for each silence of an answer
    start_seconds: float = 30.0  # until the stream must listen
    send_within_seconds: float = 5.0  # an order that waited longer here is not sent
    requests_per_minute: int = 200  # Alpaca's limit for an account
    requests_kept_for_orders: int = 50
    read_attempts: int = 4
    pause_seconds: float = 0.5  # the first between two attempts, and before the stream is given up for the lists
    lookback_days: int = 7  # how far back ended orders and executions are listed


@dataclass(frozen=True, slots=True)
class Caller:
    """What the broker needs of whoever connects; see `connect`."""

    references: References
    now: Callable[[], int]
    since: int


@asynccontextmanager
async def connect(  # noqa: PLR0913 - every argument is one thing the caller decides
    endpoints: Endpoints,
    environment: Mapping[str, str],
    *,
    references: References,
    now: Callable[[], int],
    since: int = 0,
    account_number: str | None = None,
    pace: Pace | None = None,
) -> AsyncIterator[AlpacaBroker]:
    """Yield a broker that listens to its account, and close it afterwards.

    environment: where the keys are (`credentials.py`). references: how our orders are called. now: UTC nanoseconds.
    since: when the journal began, UTC nanoseconds; what was traded before is not told. account_number: the only
    account that may answer, None for any.

    Raises InvalidConfig if the keys, the account or its state do not allow trading; AlpacaSilent if nobody answers.
    """
    credentials, pace = credentials_from(environment), pace or Pace()
    broker, stream, reads = _join(endpoints, credentials, pace, Caller(references, now, since))
    try:
        _check(await _account(reads), account_number)
        await broker.start(stream, within_seconds=pace.start_seconds)
        yield broker
    finally:
        await broker.close()


def _join(
    endpoints: Endpoints,
    credentials: Credentials,
    pace: Pace,
    caller: Caller,
) -> tuple[AlpacaBroker, UpdateStream, AlpacaReads]:
    reports = Reports(caller.now)
    following = Following(caller.references, reports.tell)
    budget = RequestBudget(
        monotonic, per_minute=pace.requests_per_minute, kept_for_orders=pace.requests_kept_for_orders
    )
    orders, cancels, lists = (
        RestLane(name, endpoints, credentials, budget, pace.timeout_seconds) for name in ("orders", "cancels", "lists")
    )
    reads = AlpacaReads(lists, attempts=pace.read_attempts, pause_seconds=pace.pause_seconds)
    listings = AlpacaListings(lists, reads, following, lookback_days=pace.lookback_days, since=caller.since)
    lookout = Lookout(listings, following, caller.now, pause_seconds=pace.pause_seconds, note_known=reports.note_known)
    traffic = OrderTraffic(
        orders=orders, cancels=cancels, listings=listings, following=following, lookout=lookout,
        references=caller.references, now=caller.now, send_within_seconds=pace.send_within_seconds,
        pause_seconds=pace.pause_seconds,
    )  # fmt: skip
    broker = AlpacaBroker(traffic, lookout, listings, following, reports)
    stream = UpdateStream(
        endpoints, credentials, take=broker.take_update, note_gap=lookout.note_gap,
        note_listening=reports.note_listening, note_lost=reports.note_lost,
        first_pause_seconds=pace.pause_seconds,
    )  # fmt: skip
    return broker, stream, reads


async def _account(reads: AlpacaReads) -> WireAccount:
    try:
        return await reads.account()
    except AlpacaRefused as refusal:
        raise InvalidConfig(
            f"Alpaca does not open this account: {refusal.said}. No order was sent", next_step=refusal.next_step
        ) from refusal


def _check(account: WireAccount, account_number: str | None) -> None:
    if account_number is not None and account.account_number != account_number:
        raise InvalidConfig(
            f"these keys are of account {account.account_number}, not of {account_number}. No order was sent",
            next_step="Use the keys of the account that is configured, or configure the account of the keys.",
        )
    if account.status != "ACTIVE" or account.trading_blocked or account.account_blocked:
        raise InvalidConfig(
            f"account {account.account_number} may not trade: its status is {account.status}. No order was sent",
            next_step="See what Alpaca's dashboard says of the account.",
        )
