"""Running totals of volume, averages it weighs, and effort against result.

Worked by hand. Closes 10, 11, 11, 9 on volumes 5, 7, 100, 3: balance 5, 12, 12, 9.
Closes 100, 110, 99 on 5, 10, 20: a tenth of 10 up, a tenth of 20 down: trend 1, then -1.
Prices 10 and 13 on volumes 100 and 200: mean 10, then 12. Closes 10, 12, 11, 14 on 1, 2, 4, 1: forces 4, -4, 3, over
two bars 0, then 0 + 2/3 of 3. Bars of high, low and hundreds of millions of shares (10, 8, 1), (13, 9, 2), (12, 8, 1):
middles 9, 11, 10, so 2 * 4 / 2 = 4 and -1 * 4 / 1 = -4; one without volume counts 0.
"""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import volume
from robo_trader.core.features.feature import Feature

MONDAY, TUESDAY = 15_000.0, 15_001.0
PRICED = st.lists(st.tuples(st.floats(0.01, 10_000), st.one_of(st.just(0.0), st.floats(1, 1e9))), max_size=60)


def run(feature: Feature, rows: Sequence[tuple[float, ...]]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, *row, *feature.parameters) for row in rows]


def flat(price: float, traded: float, *session: float) -> tuple[float, ...]:
    """Return high, low, close and volume of a bar without a range."""
    return price, price, price, traded, *session


@pytest.mark.parametrize(
    ("feature", "rows", "expected"),
    [
        pytest.param(
            volume.on_balance_volume(), [(10, 5), (11, 7), (11, 100), (9, 3)], [5.0, 12.0, 12.0, 9.0], id="balance"
        ),
        pytest.param(volume.volume_price_trend(), [(100, 5), (110, 10), (99, 20)], [1.0, -1.0], id="trend"),
        pytest.param(volume.force_index(2), [(10, 1), (12, 2), (11, 4), (14, 1)], [0.0, 2.0], id="force"),
        pytest.param(
            volume.ease_of_movement(2),
            [(10, 8, 1e8), (13, 9, 2e8), (12, 8, 1e8), (15, 11, 0)],
            [0.0, -2.0],
            id="ease",
        ),
    ],
)
def test_as_worked_by_hand(feature: Feature, rows: list[tuple[float, ...]], expected: list[float]) -> None:
    values = run(feature, [tuple(map(float, row)) for row in rows])
    unknown = len(rows) - len(expected)
    assert all(map(math.isnan, values[:unknown]))
    assert values[unknown:] == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_the_mean_price_of_a_session_begins_anew_with_the_next() -> None:
    rows = [flat(10, 100, MONDAY), flat(13, 200, MONDAY), flat(20, 10, TUESDAY), flat(30, 10, TUESDAY)]
    assert run(volume.vwap_session(), rows) == [10.0, 12.0, 20.0, 25.0]


def test_a_session_has_no_mean_price_before_it_has_traded() -> None:
    rows = [flat(10, 100, MONDAY), flat(13, 0, TUESDAY), flat(20, 10, TUESDAY), flat(99, 0, TUESDAY)]
    values = run(volume.vwap_session(), rows)
    assert math.isnan(values[1])
    assert values[2:] == [20.0, 20.0]


def test_each_bar_counts_at_its_typical_price() -> None:
    row = (15.0, 9.0, 12.6, 7.0)
    assert run(volume.vwap_session(), [(*row, MONDAY)]) == pytest.approx([12.2], rel=1e-12)
    assert run(volume.vwap_rolling(1), [row]) == pytest.approx([12.2], rel=1e-12)


def test_the_rolling_mean_price_forgets_and_is_unknown_without_volume() -> None:
    values = run(volume.vwap_rolling(2), [flat(10, 100), flat(13, 200), flat(99, 0), flat(99, 0), flat(20, 1)])
    assert [math.isnan(value) for value in values] == [True, False, False, True, False]
    assert [values[1], values[2], values[4]] == [12.0, 13.0, 20.0]


@given(PRICED, st.integers(1, 8))
@settings(deadline=None)
def test_a_mean_price_lies_among_the_prices_traded(priced: list[tuple[float, float]], length: int) -> None:
    for now, value in enumerate(run(volume.vwap_rolling(length), [flat(*row) for row in priced])):
        prices = [price for price, traded in priced[max(0, now + 1 - length) : now + 1] if traded]
        if now + 1 < length or not prices:
            assert math.isnan(value)
        else:
            assert min(prices) * (1 - 1e-12) <= value <= max(prices) * (1 + 1e-12)


@given(PRICED)
@settings(deadline=None)
def test_balance_moves_by_the_volume_or_not_at_all(priced: list[tuple[float, float]]) -> None:
    rows = [(price, float(round(traded))) for price, traded in priced]
    balance = [0.0, *run(volume.on_balance_volume(), rows)]
    for now, (price, traded) in enumerate(rows):
        before = rows[now - 1][0] if now else 0.0
        assert balance[now + 1] - balance[now] == traded * ((price > before) - (price < before))
