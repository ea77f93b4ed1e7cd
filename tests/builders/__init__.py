"""Values for tests: valid by default, keyword-only, so that a test names only what matters to it.

The stage: AAPL at 100 dollars, in the session of Monday 4 March 2024, 09:30 to 16:00 in New York (14:30 to 21:00
UTC); an account of 100,000 dollars. Day n is the session n days later; weekends trade here, which harms nobody.
Limits are so wide that nothing is refused: a test tightens the one it is about.
"""

from tests.builders.markets import (
    AAPL,
    CLOSE,
    DAY,
    HOUR,
    MINUTE,
    MSFT,
    OPEN,
    a_bar,
    a_day,
    a_quote,
    a_session,
    a_slice,
    an_arrival,
)
from tests.builders.orders import (
    Exact,
    a_fill,
    a_signal,
    a_target,
    a_trade,
    an_approved_order,
    an_intent,
    an_order,
    some_terms,
)
from tests.builders.reports import (
    absent,
    accepted,
    cancel_rejected,
    canceled,
    charged,
    corrected,
    executed,
    expired,
    modified,
    modify_rejected,
    rejected,
    unanswered,
)
from tests.builders.risk import FREE, a_risk_view, an_exposure, some_limits
from tests.builders.settings import a_sleeve, an_execution_policy, engine_settings, venue_settings

__all__ = [
    "AAPL",
    "CLOSE",
    "DAY",
    "FREE",
    "HOUR",
    "MINUTE",
    "MSFT",
    "OPEN",
    "Exact",
    "a_bar",
    "a_day",
    "a_fill",
    "a_quote",
    "a_risk_view",
    "a_session",
    "a_signal",
    "a_sleeve",
    "a_slice",
    "a_target",
    "a_trade",
    "absent",
    "accepted",
    "an_approved_order",
    "an_arrival",
    "an_execution_policy",
    "an_exposure",
    "an_intent",
    "an_order",
    "cancel_rejected",
    "canceled",
    "charged",
    "corrected",
    "engine_settings",
    "executed",
    "expired",
    "modified",
    "modify_rejected",
    "rejected",
    "some_limits",
    "some_terms",
    "unanswered",
    "venue_settings",
]
