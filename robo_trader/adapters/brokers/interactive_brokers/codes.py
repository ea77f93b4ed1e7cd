"""What the numbers mean that Interactive Brokers sends as errors: most are notices, few end an order.

Texts differ from version to version, so nothing here looks at them. A code that is not in the table says nothing about
an order: its status and its executions do. Source: IBKR's list of message codes, and what users of the API report.
"""

from dataclasses import dataclass
from enum import Enum


class CodeKind(Enum):
    """What follows from a code."""

    NOTICE = "NOTICE"  # good to know; changes nothing
    ADVISORY = "ADVISORY"  # about an order that lives on
    REJECTS = "REJECTS"  # the order it names never worked; where it works already, its change was refused
    REFUSES_CHANGE = "REFUSES_CHANGE"  # new terms were refused; the order goes on under the old ones
    REFUSES_CANCEL = "REFUSES_CANCEL"  # there is nothing to cancel any more, or it cannot be
    CONFIRMS_CANCEL = "CONFIRMS_CANCEL"
    LINK_LOST = "LINK_LOST"  # the gateway lost Interactive Brokers; orders there live on, unseen
    LINK_BACK = "LINK_BACK"  # and found them again
    DATA = "DATA"  # market data is late, missing or gone
    REQUEST = "REQUEST"  # a question of ours was refused
    LOGIN = "LOGIN"  # a person is needed, or another session is in the way


@dataclass(frozen=True, slots=True)
class BrokerCode:
    """A code in words: what happened, what it means for orders and positions, and what to do."""

    kind: CodeKind
    cause: str
    effect: str
    next_step: str


_NONE = "nothing"
_K = CodeKind
_LIVES = "the order lives on"
_DEAD = "the order never worked; positions are as they were"
_UNCHANGED = "the order goes on under the terms it had"
_STALE = "prices stand still; entries are refused until they move again"
_BLIND = "orders at the broker live on, unseen; nothing new is sent"

NO_CONTRACT = 200

CODES: dict[int, BrokerCode] = {
    100: BrokerCode(
        _K.NOTICE, "more than 50 messages in a second", "the gateway may hang up", "none: sending slows down by itself"
    ),
    101: BrokerCode(_K.DATA, "too many market data lines", _STALE, "trade fewer symbols, or book more lines at IBKR"),
    102: BrokerCode(_K.REQUEST, "a request number was used twice", _NONE, "report it: this is a bug"),
    103: BrokerCode(
        _K.REJECTS, "an order number was used twice", _DEAD, "none: the next order takes a number above all known"
    ),
    104: BrokerCode(_K.REFUSES_CHANGE, "the order is filled and cannot change", _UNCHANGED, "none"),
    105: BrokerCode(_K.REFUSES_CHANGE, "the change does not fit the order", _UNCHANGED, "none"),
    106: BrokerCode(_K.REJECTS, "the order could not be passed on", _DEAD, "look into the gateway's log"),
    110: BrokerCode(
        _K.REJECTS, "the price is not on the contract's tick", _DEAD, "none: the change, or the order, is refused"
    ),
    111: BrokerCode(
        _K.REJECTS, "order type and time in force do not go together", _DEAD, "choose another `execution.order_type`"
    ),
    113: BrokerCode(_K.REJECTS, "an order for the close must be a DAY order", _DEAD, "report it: this is a bug"),
    135: BrokerCode(
        _K.REFUSES_CANCEL, "the gateway knows no order by that number", _UNCHANGED, "none: the next statement tells"
    ),
    161: BrokerCode(
        _K.REFUSES_CANCEL, "the order cannot be canceled now", _UNCHANGED, "none: executions and statements tell"
    ),
    162: BrokerCode(_K.REQUEST, "no history, or asked for too quickly", _NONE, "none: it is asked for again, slower"),
    NO_CONTRACT: BrokerCode(
        _K.REJECTS,
        "no contract fits, or several do",
        _DEAD,
        "check the symbol in `data.symbols`, and its venue in `ibkr.routes`",
    ),
    201: BrokerCode(_K.REJECTS, "the order was rejected", _DEAD, "read the reason: margin, permissions or rules"),
    202: BrokerCode(_K.CONFIRMS_CANCEL, "the order was canceled", "what was filled before counts", "none"),
    203: BrokerCode(_K.REJECTS, "this account may not trade the contract", _DEAD, "check trading permissions at IBKR"),
    309: BrokerCode(_K.REQUEST, "too many depth requests", _NONE, "none"),
    317: BrokerCode(_K.DATA, "market depth was reset", _NONE, "none"),
    320: BrokerCode(_K.REJECTS, "the gateway could not read a request", _DEAD, "report it: this is a bug"),
    321: BrokerCode(
        _K.REJECTS,
        "the gateway refused a request; often its API is set to read-only",
        _DEAD,
        "switch off `Read-Only API`: Configure, Settings, API, Settings in the gateway",
    ),
    322: BrokerCode(_K.REQUEST, "too many requests of a kind", _NONE, "none: it is asked for again, slower"),
    326: BrokerCode(
        _K.LOGIN,
        "another program is connected under this client id",
        "nothing is sent",
        "end the other program, or choose another `ibkr.client_id`",
    ),
    354: BrokerCode(_K.DATA, "no subscription to this market data", _STALE, "subscribe to the data at IBKR"),
    366: BrokerCode(_K.NOTICE, "no such history request", _NONE, "none"),
    399: BrokerCode(_K.ADVISORY, "a message about the order, often that it waits for the open", _LIVES, "none"),
    404: BrokerCode(_K.ADVISORY, "shares to sell short are being located", "the order is held", "none"),
    434: BrokerCode(_K.REJECTS, "the order's size is zero", _DEAD, "report it: this is a bug"),
    460: BrokerCode(_K.REJECTS, "no permission to trade this", _DEAD, "check trading permissions at IBKR"),
    492: BrokerCode(_K.ADVISORY, "market data for this order is not subscribed", _LIVES, "none"),
    1100: BrokerCode(
        _K.LINK_LOST,
        "the gateway lost its connection to Interactive Brokers",
        _BLIND,
        "none: it comes back, or look at IBKR's system status",
    ),
    1101: BrokerCode(
        _K.LINK_BACK,
        "the connection is back, subscriptions are lost",
        "everything is compared before trading goes on",
        "none",
    ),
    1102: BrokerCode(_K.LINK_BACK, "the connection is back", "everything is compared before trading goes on", "none"),
    1300: BrokerCode(
        _K.NOTICE,
        "the gateway's port changed; this connection drops",
        "nothing is sent",
        "set the new port in `ibkr.port`",
    ),
    2103: BrokerCode(_K.DATA, "a market data farm is not connected", _STALE, "none: it comes back"),
    2104: BrokerCode(_K.NOTICE, "a market data farm is connected", _NONE, "none"),
    2105: BrokerCode(_K.DATA, "a history farm is not connected", "history cannot be asked for", "none: it comes back"),
    2106: BrokerCode(_K.NOTICE, "a history farm is connected", _NONE, "none"),
    2107: BrokerCode(_K.NOTICE, "a history farm sleeps until it is needed", _NONE, "none"),
    2108: BrokerCode(_K.NOTICE, "a market data farm sleeps until it is needed", _NONE, "none"),
    2109: BrokerCode(_K.ADVISORY, "trading outside regular hours was ignored", _LIVES, "none"),
    2110: BrokerCode(_K.LINK_LOST, "the gateway lost its connection to its server", _BLIND, "none: it comes back"),
    2157: BrokerCode(
        _K.DATA, "the farm of contract data is not connected", "contracts cannot be looked up", "none: it comes back"
    ),
    2158: BrokerCode(_K.NOTICE, "the farm of contract data is connected", _NONE, "none"),
    10089: BrokerCode(_K.DATA, "market data needs another subscription", _STALE, "subscribe to the data at IBKR"),
    10090: BrokerCode(_K.DATA, "part of the market data is not subscribed", _STALE, "subscribe to the data at IBKR"),
    10147: BrokerCode(
        _K.REFUSES_CANCEL, "the gateway knows no such order to cancel", _UNCHANGED, "none: the next statement tells"
    ),
    10148: BrokerCode(_K.REFUSES_CANCEL, "the order to cancel has ended already", "what was filled counts", "none"),
    10167: BrokerCode(
        _K.DATA, "delayed prices are shown instead", "delayed prices are not traded on", "subscribe to the data at IBKR"
    ),
    10168: BrokerCode(_K.DATA, "delayed prices are switched off as well", _STALE, "subscribe to the data at IBKR"),
    10190: BrokerCode(_K.REQUEST, "too many tick-by-tick requests", _NONE, "none"),
    10197: BrokerCode(
        _K.LOGIN,
        "a competing session of this login takes the market data",
        _STALE,
        "log out of the other TWS, phone or web session",
    ),
    10268: BrokerCode(_K.REJECTS, "an order attribute is no longer supported", _DEAD, "report it: this is a bug"),
    10349: BrokerCode(
        _K.ADVISORY,
        "a preset of the gateway changed the time in force",
        _LIVES,
        "clear the order presets in the gateway's settings",
    ),
}

_UNKNOWN = BrokerCode(_K.NOTICE, "a message that is not in the table", "judged by status and executions alone", "none")


def meaning(code: int) -> BrokerCode:
    """Return what a code means."""
    return CODES.get(code, _UNKNOWN)
