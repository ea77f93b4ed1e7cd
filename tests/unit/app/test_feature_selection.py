"""Features are named on the command line by kind, parameters, second symbol and what they compare."""

from pathlib import Path

import pytest

from robo_trader.app.feature_selection import parse_features, read_groups
from robo_trader.core.domain.errors import InvalidConfig


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sma:20", "sma_20"),
        ("rsi", "rsi_14"),
        (" macd:5 ", "macd_5_26"),
        ("bollinger_upper:20,2.5", "bollinger_upper_20_2.5"),
        ("beta:60@spy", "beta_60@SPY"),
        ("rank(roc:20)", "rank(roc_20)"),
        ("percentile(beta:60@SPY)", "percentile(beta_60@SPY)"),
    ],
)
def test_a_text_names_a_feature(text: str, name: str) -> None:
    assert [feature.name for feature in parse_features([text])] == [name]


@pytest.mark.parametrize(
    ("text", "complaint", "advice"),
    [
        pytest.param("smaa:20", "no feature called 'smaa'", "'sma'", id="the nearest is named"),
        pytest.param("SMA", "no feature called 'SMA'", "'sma'", id="names are lower case"),
        pytest.param("zzzzzz", "no feature called", "features list", id="nothing is near"),
        pytest.param("sma:0", "length must be a whole number from 1 to 5000, was 0", "20", id="below the bounds"),
        pytest.param("sma:2.5", "whole number", "20", id="half a bar"),
        pytest.param("sma:nan", "was nan", "20", id="no number at all"),
        pytest.param("sma:inf", "was inf", "20", id="no end"),
        pytest.param("sma:1,2", "takes 1 parameters, was given 2", "show sma", id="too many"),
        pytest.param("macd:26,12", "needs fast < slow", "order", id="the wrong order"),
        pytest.param("sma:x", "are no numbers", "NAME:20", id="letters"),
        pytest.param("beta:60", "reads a second symbol", "SPY", id="one symbol too few"),
        pytest.param("sma:20@SPY", "reads one symbol only", "Leave out", id="one too many"),
        pytest.param("rank", "given none", "rank(roc:20)", id="nothing to compare"),
        pytest.param("sma(roc)", "does not compare", "NAME", id="no comparison"),
        pytest.param("", "does not name a feature", "NAME", id="nothing"),
        pytest.param("rank(", "does not name a feature", "NAME", id="an open end"),
        pytest.param("rank(rank(roc))", "does not name a feature", "NAME", id="a comparison of comparisons"),
        pytest.param("beta@../x", "not a symbol", "AAPL", id="a path for a symbol"),
    ],
)
def test_a_text_that_names_none_is_refused_with_advice(text: str, complaint: str, advice: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        parse_features([text])
    assert complaint in str(refused.value)
    assert advice in refused.value.next_step


def test_groups_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("symbol,group\naapl,Tech\nXOM,Energy\n")
    assert read_groups(file) == {"AAPL": "Tech", "XOM": "Energy"}
    assert read_groups(None) == {}
    assert parse_features(["sector_residual(roc)"], {"AAPL": "Tech"})[0].groups == {"AAPL": "Tech"}


@pytest.mark.parametrize("text", ["ticker,group\nA,B\n", "symbol,sector\nA,B\n"])
def test_groups_without_their_columns_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(text)
    with pytest.raises(InvalidConfig, match="lacks the column"):
        read_groups(file)


def test_groups_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="cannot be read"):
        read_groups(tmp_path / "none.csv")
