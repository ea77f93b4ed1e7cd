"""The invariants of the program, as a table: what must hold, how it is seen, or why nobody looks yet.

The numbers are those of the project's reliability targets.
"""

from enum import Enum

from msgspec import Struct


class Means(Enum):
    """How an invariant is held against what happens."""

    EVENTS = "after every event"
    RECORD = "over a whole journal"
    WIRE = "between journal and broker"
    PROPERTY = "by a test over drawn cases"
    NOT_YET = "not yet"


class Invariant(Struct, frozen=True, kw_only=True, gc=False):
    """One line of the table."""

    code: str
    sentence: str
    means: Means
    remark: str = ""  # what of it is not seen, or why nothing is
    idle: str = "nothing of the kind happened"  # what it means if it was held against nothing


_EVENTS, _RECORD, _WIRE, _PROPERTY, _NOT_YET = Means

INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        code="I01", sentence="Whatever is asked of the broker was written down before, with the same terms.",
        means=_EVENTS, remark="At the wire as well, in tests: see I17.", idle="no order was sent",
    ),
    Invariant(
        code="I02", sentence="Each order is submitted once; ids only go up.", means=_EVENTS, idle="no order was sent",
        remark="Over all starts of a session: its record is watched from its beginning.",
    ),
    Invariant(
        code="I03", sentence="Orders move as the table of their life allows, and only if somebody said so.",
        means=_EVENTS, remark="A late fill is booked; no alarm tells it yet.", idle="no order was sent",
    ),
    Invariant(
        code="I04", sentence="What an order has filled is the sum of its executions; an overfill halts trading.",
        means=_EVENTS, idle="no order moved",
    ),
    Invariant(
        code="I05", sentence="Each execution counts once, in its last version, as it was told.", means=_EVENTS,
        idle="no report came",
    ),
    Invariant(
        code="I06", sentence="Positions are what executions sum to; what the strategies own sums to the account.",
        means=_EVENTS, remark="Counted anew by splits, renamed with their symbol, paid out when it is delisted; what "
        "others trade in the account is nobody's. That dividends and "
        "fees are somebody's is seen, by which shares is not.",
    ),
    Invariant(
        code="I07", sentence="Every entry sums to zero; cash is what came less what was paid, to the last digit.",
        means=_EVENTS, remark="A borrow fee's sign is seen, its size is not. Cash that a statement "
        "adds must be the cash it states.",
    ),
    Invariant(
        code="I08", sentence="Equity is cash and positions at the last price, and what was put in and earned.",
        means=_EVENTS, idle="the account was never marked",
    ),
    Invariant(
        code="I09", sentence="When nothing is under way, orders, positions and cash are the broker's.", means=_NOT_YET,
        remark="Statements are compared by the engine's own reconciliation, which is tested by itself.",
    ),
    Invariant(
        code="I10", sentence="No limit is exceeded if everything fills that may, orders nobody knows of included.",
        means=_EVENTS, idle="no order added risk",
        remark="As an order leaves: position, gross exposure, order value, loss of the session, cash. Prices move "
        "afterwards. The loss of a session is not reckoned where quotes are played. The limits are those of the "
        "settings, which a policy only tightens. No other control is mirrored: price bands and collars, order sizes "
        "in shares, rates, turnover, losses of a week or a strategy, sectors and the portfolio's risk, breakers.",
    ),
    Invariant(
        code="I11", sentence="Each order holds back what its remaining shares need, and nothing after its end.",
        means=_EVENTS, remark="Needs the engine's books.", idle="no order was sent",
    ),
    Invariant(
        code="I12", sentence="Halted: no order leaves. Reducing: only what takes shares away. Cancels always.",
        means=_EVENTS, idle="no order was sent",
    ),
    Invariant(
        code="I13", sentence="A halt is left only by a person.", means=_EVENTS, idle="the trading state never changed",
        remark="Only an instruction with a name leaves it; so it is with a reduction that was asked for. Who the "
        "person is comes with the web's control.",
    ),
    Invariant(
        code="I14", sentence="No order leaves in a symbol of which an order is unknown, or that is blocked or paused.",
        means=_EVENTS, idle="no order was sent",
        remark="An unknown order is declared absent by two whole statements only. Which differences block a symbol is "
        "the reconciliation's to say. A stop that guards a position may leave unless it is paused. With real money no "
        "entry leaves unless live trading is armed.",
    ),
    Invariant(
        code="I15", sentence="Replay leads to the same decisions and the same state.", means=_RECORD,
        remark="A snapshot with the journal behind it, too: `journal verify`.",
    ),
    Invariant(
        code="I16", sentence="The journal has no gap and no changed byte.", means=_RECORD,
        remark="A journal whose end is cut off is whole in itself: that is what the anchor beside it tells, at every "
        "start, by `db verify` and every hour; and the broker, by an order that the journal does not know.",
    ),
    Invariant(
        code="I17", sentence="Nothing reaches the broker before it is durable.", means=_WIRE,
        remark="In checked backtests and in tests, by `WatchedJournal` and `WatchedBroker`; a journal does not tell.",
    ),
    Invariant(
        code="I18", sentence="Each report of the broker is applied or set aside, once; what is sound is applied.",
        means=_EVENTS, idle="no report came",
    ),
    Invariant(
        code="I19", sentence="No order waits for an answer beyond its bound without an alarm.", means=_NOT_YET,
        remark="Comes with the broker's connection and its time-outs.",
    ),
    Invariant(
        code="I20", sentence="Time does not go back; what comes late moves nothing; timers fire when asked.",
        means=_EVENTS, remark="No entry leaves while the broker's clock and ours are two seconds apart.",
    ),
    Invariant(
        code="I21", sentence="Nothing is decided on what is not known yet, or on what is too old.", means=_EVENTS,
        remark="Nothing is opened in a symbol while a report stands that its market data does not flow.",
    ),
    Invariant(
        code="I22", sentence="Only finite numbers on tick and lot, and names in their grammar, reach the broker.",
        means=_EVENTS, remark="The tick is the contract's, by price band; Rule 612's where nobody told it.",
    ),
    Invariant(
        code="I23", sentence="One trading epoch an account; an older one has no effect.", means=_RECORD,
        remark="In the journal: a batch of an older epoch is refused as it is stored, and none may stand behind one of "
        "a newer. On the wire it comes with the broker's process.",
    ),
    Invariant(
        code="I24", sentence="A position that must be guarded has a resting stop as a slice ends, or is leaving.",
        means=_EVENTS, idle="protection is off, or nothing was held",
        remark="Not while risk refuses the stop, as in a halt, or the broker owes an answer about it; that time is "
        "counted as unprotected. Nor where others have traded the symbol, or its shares are being counted anew.",
    ),
    Invariant(
        code="I25", sentence="No two of our working orders could trade with each other.", means=_EVENTS,
        remark="A resting stop is not in the market until it is triggered, and is left out.", idle="no order was sent",
    ),
    Invariant(
        code="I26", sentence="The same inputs give the same journal, byte for byte.", means=_RECORD,
    ),
    Invariant(
        code="I27", sentence="Queues and caches stay within bounds; order events are never shed.", means=_NOT_YET,
        remark="Comes with the broker's process; the core has no queue.",
    ),
    Invariant(
        code="I28", sentence="No order leaves outside its session.", means=_EVENTS, idle="no order was sent",
        remark="A stop that guards a position may rest at any hour.",
    ),
    Invariant(
        code="I29", sentence="No secret in a log, a journal, an answer or an error.", means=_NOT_YET,
        remark="Held by tests of settings and logs; no run can see it.",
    ),
    Invariant(
        code="I30", sentence="Every act of a person is recorded with who, why, before and after.", means=_NOT_YET,
        remark="Instructions carry who and why, and stand in the journal; the check comes with the web's control.",
    ),
    Invariant(
        code="I31", sentence="A tighter limit never lets pass what a wider one refused.", means=_PROPERTY,
    ),
    Invariant(
        code="I32", sentence="Every halt and alarm is sent within 5 seconds.", means=_NOT_YET,
        remark="Comes with alerts.",
    ),
)  # fmt: skip
