"""The life of an order, as a table.

What an order *is* stands in its status; what we have asked for and nobody has answered yet (a cancel, new terms)
stands apart, in `Order.cancel_requested` and `Order.modify_requested`, so that no status must remember another. A pair
that is missing from the table is illegal: the report is quarantined and changes nothing.

    SUBMITTED --accept--> WORKING --part--> PARTIALLY_FILLED --rest--> FILLED
        |                    ^
        +--lose--> UNKNOWN --+--prove absent--> REJECTED
        every state before the end may be rejected, canceled or expired;
        a fill may come before the acceptance, and after the end: brokers do that, and fills always count;
        an order that is FILLED, and of which an execution is busted, is over: CANCELED, with what is left of it.
"""

from enum import Enum

from robo_trader.core.domain.orders import OrderStatus


class Move(Enum):
    """What a broker's report does to an order."""

    ACCEPT = "ACCEPT"
    FILL_PART = "FILL_PART"
    FILL_REST = "FILL_REST"
    REJECT = "REJECT"
    CANCEL = "CANCEL"
    EXPIRE = "EXPIRE"
    MODIFY = "MODIFY"
    REFUSE = "REFUSE"  # to cancel, or to modify: the order goes on as it was
    LOSE = "LOSE"  # no answer came in time
    PROVE_ABSENT = "PROVE_ABSENT"
    BUST = "BUST"  # an execution was restated, and what was all is all no more

    __hash__ = object.__hash__  # as Side


_S = OrderStatus
_ENDINGS = {Move.REJECT: _S.REJECTED, Move.CANCEL: _S.CANCELED, Move.EXPIRE: _S.EXPIRED}
_FILLS = {Move.FILL_PART: _S.PARTIALLY_FILLED, Move.FILL_REST: _S.FILLED}

TRANSITIONS: dict[OrderStatus, dict[Move, OrderStatus]] = {
    _S.SUBMITTED: {
        Move.ACCEPT: _S.WORKING, **_FILLS, **_ENDINGS, Move.MODIFY: _S.WORKING, Move.REFUSE: _S.SUBMITTED,
        Move.LOSE: _S.UNKNOWN,
    },
    _S.UNKNOWN: {
        Move.ACCEPT: _S.WORKING, **_FILLS, **_ENDINGS, Move.MODIFY: _S.WORKING, Move.REFUSE: _S.UNKNOWN,
        Move.PROVE_ABSENT: _S.REJECTED,
    },
    _S.WORKING: {
        Move.ACCEPT: _S.WORKING,  # a statement was quicker, or it is said twice
        **_FILLS, **_ENDINGS, Move.MODIFY: _S.WORKING, Move.REFUSE: _S.WORKING,
    },
    _S.PARTIALLY_FILLED: {
        Move.ACCEPT: _S.PARTIALLY_FILLED,  # it was overtaken
        **_FILLS, **_ENDINGS, Move.MODIFY: _S.PARTIALLY_FILLED, Move.REFUSE: _S.PARTIALLY_FILLED,
    },
    _S.FILLED: {
        Move.ACCEPT: _S.FILLED,  # overtaken by all fills
        Move.BUST: _S.CANCELED,
        Move.MODIFY: _S.FILLED, Move.REFUSE: _S.FILLED,
    },
    # A fill after the end is late, not wrong: the shares are ours. The status stays, the quantity grows.
    _S.CANCELED: {Move.FILL_PART: _S.CANCELED, Move.FILL_REST: _S.FILLED, Move.REFUSE: _S.CANCELED},
    _S.EXPIRED: {Move.FILL_PART: _S.EXPIRED, Move.FILL_REST: _S.FILLED, Move.REFUSE: _S.EXPIRED},
    _S.REJECTED: {Move.FILL_PART: _S.REJECTED, Move.FILL_REST: _S.FILLED, Move.REFUSE: _S.REJECTED},
}  # fmt: skip

ENDED = frozenset({_S.FILLED, _S.CANCELED, _S.EXPIRED, _S.REJECTED})
