"""The workloads are what other programs were measured on, and the backtest answers right on them.

An independent program counted 22,548 fills on W1 and a final equity of 959,394 dollars; fills differ by a dozen where
two averages are equal but for rounding.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.measuring import Figure
from benchmarks.workloads import W1, W2B, columns_of, engine_settings, generate_prices, sessions_of, venue_settings
from robo_trader.research.backtest.bar_table import build_table
from robo_trader.research.backtest.compiled_run import play_compiled
from robo_trader.research.compiled.compiler import Compiler


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    folder: Path = tmp_path_factory.getbasetemp()
    return Compiler(folder / "compiled")


def test_a_million_bars_give_the_fills_and_the_equity_of_an_independent_program(compiler: Compiler) -> None:
    table = build_table(columns_of(W1, generate_prices(W1)), sessions_of(W1))
    played = play_compiled(table, engine_settings(W1), venue_settings(), cash=W1.cash, compiler=compiler)
    assert not table.rejected
    assert len(played.denials) == 0
    assert len(played.fills) == 22_548
    assert 959_393 <= played.equity[-1] <= 959_395


def test_every_bar_of_many_symbols_is_sound_and_opens_where_the_last_one_closed() -> None:
    prices = generate_prices(W2B)
    table = build_table(columns_of(W2B, prices), sessions_of(W2B))
    assert not table.rejected
    assert not table.has_gaps
    assert table.market.close.shape == (2_000, 500)
    assert np.array_equal(prices.open[:, 1:], prices.close[:, :-1])


def test_bars_follow_each_other_by_the_minute_within_sessions() -> None:
    one = columns_of(W1, generate_prices(W1))[W1.names[0]]
    assert set(np.unique(np.diff(one.started_at)).tolist()) == {60 * 10**9, (1440 - 389) * 60 * 10**9}
    sessions = sessions_of(W1).sessions
    assert all(before.closes_at < after.opens_at for before, after in pairwise(sessions))
    assert sessions[-1].opens_at < one.ended_at[-1] <= sessions[-1].closes_at


@pytest.mark.parametrize(("value", "more_is_better", "kept"), [(2.0, False, True), (2.0, True, False)])
def test_a_promise_is_the_most_a_cost_and_the_least_a_speed_may_be(
    value: float, more_is_better: bool, kept: bool
) -> None:
    figure = Figure("it", "s", (value, value, 9.0), promise=3.0, more_is_better=more_is_better)
    assert figure.is_kept is kept
    assert ("NOT KEPT" in str(figure)) is not kept
    assert figure.as_dict()["median"] == value
