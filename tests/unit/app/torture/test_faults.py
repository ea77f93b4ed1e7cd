"""Faults are drawn whole by seed, each with its own numbers."""

from collections import Counter

from robo_trader.app.torture.faults import KINDS, draw_faults
from robo_trader.app.torture.strikes import STRIKES

SPANS = [(0.0, 1_800.0), (2_000.0, 3_800.0)]
SYMBOLS = ("AAPL", "SPY")


def test_every_kind_can_strike() -> None:
    assert set(STRIKES) == set(KINDS)


def test_a_seed_draws_the_same_again_and_another_draws_others() -> None:
    assert draw_faults(3, SPANS, SYMBOLS) == draw_faults(3, SPANS, SYMBOLS)
    assert draw_faults(3, SPANS, SYMBOLS) != draw_faults(4, SPANS, SYMBOLS)


def test_they_come_in_order_and_inside_their_spans() -> None:
    faults = draw_faults(5, SPANS, SYMBOLS)
    assert [one.at for one in faults] == sorted(one.at for one in faults)
    assert all(any(begins <= one.at < ends for begins, ends in SPANS) for one in faults)


def test_each_seed_switches_some_kinds_on_and_a_hundred_seeds_all_of_them() -> None:
    drawn = [Counter(one.kind for one in draw_faults(seed, SPANS, SYMBOLS)) for seed in range(300)]
    assert all(len(kinds) < len(KINDS) / 1.5 for kinds in drawn)
    assert set().union(*drawn) == set(KINDS)
