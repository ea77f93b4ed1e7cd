"""Numbers by name: uniform, normal, and a row of words that depends on its own key alone."""

from statistics import mean, stdev

import numpy as np
import pytest

from robo_trader.simulation.market.random_words import (
    name_words,
    normals_of,
    pieces_of,
    row_words,
    to_normal,
    to_unit,
)


def test_rows_follow_the_published_generator() -> None:
    """SplitMix64 from state 0: the first outputs as in the reference implementation by Vigna."""
    assert row_words([0], 3).tolist() == [[0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]]


def test_a_row_depends_on_its_own_key_alone() -> None:
    keys = [3, 2**64 - 1, 5]
    together = row_words(keys, 40)
    for place, key in enumerate(keys):
        assert (together[place] == row_words([key], 40)[0]).all()
    assert (together[:, :7] == row_words(keys, 7)).all()


def test_names_do_not_run_into_each_other() -> None:
    assert name_words(1, "1A") != name_words(11, "A")


@pytest.mark.parametrize(
    ("word", "normal"),
    [
        pytest.param(0, -3.464, id="four times 0"),
        pytest.param(2**64 - 1, 3.464, id="four times 65,535"),
        pytest.param(0x8000_8000_7FFF_7FFF, 0.0, id="the middle"),
    ],
)
def test_normals_are_bounded_and_centered(word: int, normal: float) -> None:
    assert to_normal(word) == pytest.approx(normal, abs=0.001)
    assert normals_of(np.array([word], dtype=np.uint64))[0] == to_normal(word)


def test_units_and_normals_have_their_moments() -> None:
    words = [name_words("moments", place)[0] for place in range(20_000)]
    units, normals = [to_unit(word) for word in words], [to_normal(word) for word in words]
    assert (min(units) >= 0, max(units) < 1) == (True, True)
    assert (mean(units), stdev(units)) == pytest.approx((0.5, 12**-0.5), abs=0.01)
    assert (mean(normals), stdev(normals)) == pytest.approx((0, 1), abs=0.03)


def test_pieces_lie_in_the_unit_interval() -> None:
    pieces = pieces_of(np.array([0x0000_4000_8000_FFFF], dtype=np.uint64))
    assert [piece[0] for piece in pieces] == [65_535 / 65_536, 0.5, 0.25, 0.0]
