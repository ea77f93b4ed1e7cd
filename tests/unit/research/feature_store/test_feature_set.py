"""A set's hash changes with definition, parameters, warm-up and the rule's code, and with nothing else."""

import sys
from dataclasses import replace
from importlib import util
from pathlib import Path

import pytest

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.catalogue import CROSS_DEFINITIONS, DEFINITIONS
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.momentum import roc
from robo_trader.core.features.trend import ema, sma
from robo_trader.research.feature_store.feature_set import FeatureSet, rule_modules

RANK = CROSS_DEFINITIONS["rank"]
UNIVERSE = (Symbol("AAPL"), Symbol("IBM"))


def hash_of(*features: Feature, universe: tuple[Symbol, ...] = UNIVERSE) -> str:
    return FeatureSet(features, universe=universe).content_hash


def test_the_same_features_have_the_same_hash_in_any_order() -> None:
    assert hash_of(sma(20), ema(10)) == hash_of(ema(10), sma(20))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(sma(21), id="another parameter"),
        pytest.param(ema(20), id="another rule"),
        pytest.param(replace(sma(20), warm_up=21), id="another warm-up"),
        pytest.param(replace(sma(20), inputs=("open",)), id="another input"),
        pytest.param(replace(sma(20), name="mean_20"), id="another name"),
        pytest.param(replace(sma(20), parameters=(20.000000000000004,)), id="a parameter that differs in its last bit"),
    ],
)
def test_another_definition_has_another_hash(other: Feature) -> None:
    assert hash_of(sma(20)) != hash_of(other)


def test_what_is_compared_over_which_universe_and_groups_decides() -> None:
    hashes = {
        hash_of(RANK(roc(5))),
        hash_of(RANK(roc(6))),
        hash_of(RANK(roc(5), {"AAPL": "one"})),
        hash_of(RANK(roc(5)), universe=(*UNIVERSE, Symbol("MSFT"))),
    }
    assert len(hashes) == 4
    assert hash_of(sma(20)) == hash_of(sma(20), universe=()), "without a comparison the universe decides nothing"


def test_an_edit_of_the_rules_code_changes_the_hash(tmp_path: Path) -> None:
    file = tmp_path / "edited_rule.py"
    hashes = []
    for factor in ("2.0", "3.0", "2.0"):
        file.write_text(f"def scaled(state, close):\n    return {factor} * close\n")
        spec = util.spec_from_file_location("edited_rule", file)
        assert spec is not None
        assert spec.loader is not None
        sys.modules["edited_rule"] = module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
        hashes.append(hash_of(replace(sma(1), rule=module.scaled)))
    del sys.modules["edited_rule"]
    assert hashes[0] == hashes[2] != hashes[1]


def test_the_code_that_a_rule_uses_belongs_to_it() -> None:
    modules = rule_modules(DEFINITIONS["vpin"].rule)
    assert {name.rpartition(".")[2] for name in modules} >= {"trade_flow", "quotes", "windows"}
    assert not any(name.endswith("kalman") for name in modules)


def test_a_rule_of_ones_own_may_take_whole_modules(tmp_path: Path) -> None:
    file = tmp_path / "own_rule.py"
    file.write_text(
        "import math\n\nfrom robo_trader.core.rules import kalman\n\n\ndef own(state, close):\n    return close\n"
    )
    spec = util.spec_from_file_location("own_rule", file)
    assert spec is not None
    assert spec.loader is not None
    sys.modules["own_rule"] = module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert {"own_rule", "robo_trader.core.rules.kalman"} <= set(rule_modules(module.own))
    del sys.modules["own_rule"]


@pytest.mark.parametrize(
    ("features", "complaint"),
    [
        pytest.param((), "needs a feature", id="nothing"),
        pytest.param((sma(20), sma(20)), "stands twice", id="one twice"),
        pytest.param((DEFINITIONS["spread"](),), "of quotes or trades", id="quotes"),
        pytest.param((RANK(DEFINITIONS["trade_sign"]()),), "of quotes or trades", id="a comparison of trades"),
    ],
)
def test_a_set_that_cannot_be_kept_is_refused(features: tuple[Feature, ...], complaint: str) -> None:
    with pytest.raises(InvalidConfig, match=complaint):
        FeatureSet(features, universe=UNIVERSE)


def test_a_comparison_needs_a_universe() -> None:
    with pytest.raises(InvalidConfig, match="universe"):
        FeatureSet((RANK(roc(5)),))
