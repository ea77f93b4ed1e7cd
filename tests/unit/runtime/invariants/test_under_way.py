"""What is under way is not broken: two fills of one bar, of which the second finds the stop already being changed."""

from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.risk.protection import ProtectionPolicy
from tests.builders import AAPL, MSFT, a_sleeve, engine_settings, some_limits
from tests.unit.core.engine.desk import Desk
from tests.unit.core.engine.test_random_walks import a_walk
from tests.unit.core.engine.test_sharing import STRATEGIES


def test_a_stop_whose_change_waits_for_its_answer_guards() -> None:
    """113 shares are asked for; before the broker answers there are 180, and it is asked again with the answer."""
    fall, rise = (-0.06, -0.06, 0.0, "sound"), (-0.02, 0.06, 900.0, "sound")
    sleeves = tuple(
        a_sleeve(strategy, name=name, sizer=FixedFraction(fraction=0.1)) for name, strategy in STRATEGIES.items()
    )
    limits = some_limits(max_position="0.4", gross_exposure="0.9", cash_buffer="0.02", stale_after_bars=2)
    policy = ProtectionPolicy(fallback_fraction=0.03)
    desk = Desk(engine_settings(symbols=(AAPL, MSFT), sleeves=sleeves, limits=limits, protection=policy))
    desk.close(*a_walk([(fall, fall), (fall, fall), (rise, fall), (rise, fall)]))
    leg = desk.engine.account.orders.leg_for(AAPL)
    assert leg is not None
    assert leg.remaining == desk.engine.account.ledger.position(AAPL).quantity == 180
