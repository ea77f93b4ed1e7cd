"""A study finds what was put in: an oracle, noise, an echo of the noise, and gaps.

Worked by hand: closes 100, 110, 99 have the one-bar forward returns 0.1 and -0.1, and none for the last bar.
"""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from robo_trader.core.domain.errors import DataError
from robo_trader.research.analysis.information import coefficients, ic_series, is_across, stability
from robo_trader.research.analysis.page import heat_map, render_page
from robo_trader.research.analysis.redundancy import alike_pairs, clusters, correlation_matrix
from robo_trader.research.analysis.samples import forward_returns, gather
from robo_trader.research.analysis.study import study
from tests.examples import examples
from tests.unit.research.analysis.panels import a_frame, at, random_samples, samples_of


def test_forward_returns_as_worked_by_hand() -> None:
    closes = np.array([100.0, 110.0, 99.0])
    np.testing.assert_allclose(forward_returns(closes, 1), [0.1, -0.1, np.nan])
    np.testing.assert_allclose(forward_returns(closes, 2), [-0.01, np.nan, np.nan])
    assert np.isnan(forward_returns(closes, 3)).all()


@given(st.integers(1, 59), st.integers(1, 7))
@settings(deadline=None, max_examples=examples(40))
def test_no_return_ends_after_the_as_of_time(day: int, horizon: int) -> None:
    whole = random_samples(bars=60, horizons=(horizon,))
    cut = random_samples(bars=60, horizons=(horizon,), as_of=at(day))
    assert cut.ended_at[-1] == at(day)
    kept = max(0, day + 1 - horizon)
    np.testing.assert_array_equal(cut.returns[horizon][:kept], whole.returns[horizon][:kept])
    assert np.isnan(cut.returns[horizon][kept:]).all()
    np.testing.assert_array_equal(cut.values["noise"], whole.values["noise"][: day + 1])


def test_a_return_is_over_the_symbols_own_bars() -> None:
    """B has no bar on day 1, so its next close after day 0 is that of day 2."""
    frames = {"A": a_frame(x=[1.0, 2.0, 3.0]), "B": a_frame(x=[1.0, 2.0, 3.0])}
    closes = {"A": a_frame(close=[10.0, 11.0, 12.0]), "B": a_frame(close=[10.0, math.nan, 15.0]).drop_nans()}
    samples = gather(frames, closes, horizons=(1,))
    np.testing.assert_allclose(samples.returns[1][:, 1], [0.5, np.nan, np.nan])
    np.testing.assert_array_equal(samples.values["x"][:, 1], [1.0, np.nan, 3.0])
    assert samples.present[:, 1].tolist() == [True, False, True]


def test_no_bar_by_then_is_refused() -> None:
    with pytest.raises(DataError, match="no bar"):
        random_samples(as_of=0)


def test_an_oracle_is_found_and_noise_is_not() -> None:
    found = {(one.feature, one.horizon): one for one in coefficients(random_samples())}
    assert found["oracle", 1].mean == pytest.approx(1.0)
    assert found["oracle", 1].observations == 299
    assert 0.2 < found["oracle", 5].mean < 0.8, "it decays"
    assert abs(found["noise", 1].t) < 3
    assert found["echo", 1].mean == pytest.approx(-found["noise", 1].mean)


def test_the_t_statistic_counts_what_does_not_overlap() -> None:
    samples = random_samples()
    for horizon in (1, 5):
        _, series = ic_series(samples, "noise", horizon)
        (one,) = (one for one in coefficients(samples) if (one.feature, one.horizon) == ("noise", horizon))
        assert one.t == pytest.approx(stats.ttest_1samp(series, 0).statistic / math.sqrt(horizon))
        assert one.std == pytest.approx(np.std(series, ddof=1))


def test_few_symbols_are_judged_over_time() -> None:
    samples = random_samples(symbols=2)
    assert not is_across(samples)
    times, series = ic_series(samples, "oracle", 1)
    assert times.tolist() == [at(63 * block) for block in range(5)], "blocks of 63 out of 300 bars"
    assert series.mean() == pytest.approx(1.0, abs=0.05)


def test_the_blocks_of_one_symbol_add_up_to_its_rank_correlation() -> None:
    samples = random_samples(symbols=1, bars=63 * 4 + 1 + 10)  # the first 10 of noise and the last return are missing
    _, series = ic_series(samples, "noise", 1)
    one, other = samples.values["noise"][10:-1, 0], samples.returns[1][10:-1, 0]
    assert series.mean() == pytest.approx(stats.spearmanr(one, other).statistic)


def test_a_level_that_wanders_with_the_price_is_no_signal() -> None:
    """Fifty random walks: ranked within short blocks, the close itself would seem to foretell with t below -10."""
    found = []
    for seed in range(50):
        close = (100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, 1_000)))).tolist()
        found.append(coefficients(samples_of({"A": close}, {"A": close}))[0].t)
    assert -2.5 < np.mean(found) < -1.5, "as the page says"
    assert sum(t < -5 for t in found) <= 3


def test_many_symbols_are_judged_across() -> None:
    assert is_across(random_samples(symbols=5))


def test_a_symbol_that_is_rarely_there_does_not_make_a_cross_section() -> None:
    values = {f"S{n}": np.linspace(1, 2, 40 if n else 5).tolist() for n in range(5)}
    assert not is_across(samples_of(values, values))


def test_the_information_is_told_by_period() -> None:
    long, short = (stability(random_samples(bars=bars))[0] for bars in (1_200, 300))
    assert list(long.by_period) == ["2020", "2021", "2022", "2023"]
    assert list(short.by_period) == ["2020 H1", "2020 H2"]
    assert all(value == pytest.approx(1.0) for value in long.by_period.values())


def test_autocorrelation_tells_slow_from_fast() -> None:
    slow = samples_of({"A": range(1, 30)}, {"A": [float(n) for n in range(29)]})
    fast = samples_of({"A": range(1, 30)}, {"A": [(-1.0) ** n for n in range(29)]})
    assert stability(slow)[0].autocorrelation == pytest.approx(1.0)
    assert stability(fast)[0].autocorrelation == pytest.approx(-1.0)


def test_correlation_is_that_of_scipy_within_a_symbol() -> None:
    samples = random_samples(symbols=1)
    matrix = correlation_matrix(samples)
    columns = [samples.values[name][:, 0] for name in samples.features]
    for row, one in enumerate(columns):
        for column, other in enumerate(columns):
            both = ~(np.isnan(one) | np.isnan(other))
            assert matrix[row, column] == pytest.approx(stats.spearmanr(one[both], other[both]).statistic)


def test_an_echo_is_redundant() -> None:
    names = ("oracle", "noise", "echo")
    matrix = correlation_matrix(random_samples())
    (pair,) = alike_pairs(names, matrix, 0.9)
    assert (pair.first, pair.second) == ("noise", "echo")
    assert pair.correlation == pytest.approx(-1.0)
    assert clusters(names, matrix, 0.9) == [["noise", "echo"], ["oracle"]]
    assert clusters(names, matrix, 1.1) == [["oracle"], ["noise"], ["echo"]]


def test_features_hang_together_through_a_third() -> None:
    matrix = np.array([[1.0, 0.95, 0.8], [0.95, 1.0, 0.95], [0.8, 0.95, 1.0]])
    assert clusters(("a", "b", "c"), matrix, 0.9) == [["a", "b", "c"]]


def test_coverage_is_the_fraction_of_bars_with_a_value() -> None:
    found = study(random_samples())
    assert found.coverage["noise"]["S0"] == pytest.approx(290 / 300)
    assert found.coverage["oracle"]["S0"] == pytest.approx(299 / 300)


def test_a_feature_without_values_or_variety_has_no_figures() -> None:
    values = {"A": [math.nan] * 20, "B": [1.0] * 20}
    found = study(samples_of({"A": range(1, 21), "B": range(1, 21)}, values))
    assert found.coverage["x"] == {"A": 0.0, "B": 1.0}
    assert all(math.isnan(one.mean) for one in found.information)
    text = json.dumps(found.as_dict(), allow_nan=False)
    assert json.loads(text)["information"][0]["mean"] is None
    assert "<svg" in render_page(found)


def test_the_page_needs_nothing_else_and_is_escaped() -> None:
    rng = np.random.default_rng(1)
    frame = {"<script>alert(1)</script>": rng.normal(size=30).tolist(), "a&b": rng.normal(size=30).tolist()}
    samples = gather({"A": a_frame(**frame)}, {"A": a_frame(close=range(1, 31))}, horizons=(1,))
    page = render_page(study(samples))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "a&amp;b" in page
    assert not any(mark in page for mark in ("src=", "href=", "@import", "url("))
    assert page.count("<rect") == 4


def test_the_heat_map_puts_alike_features_side_by_side() -> None:
    picture = heat_map(study(random_samples()))
    places = [picture.index(f">{name}</text>") for name in ("noise", "echo", "oracle")]
    assert places == sorted(places)
    assert 'fill="#b2182b"><title>noise and echo: -1.000' in picture
    assert 'fill="#2166ac"><title>noise and noise: 1.000' in picture
