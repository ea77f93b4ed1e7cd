"""What a user says about taxes is read as meant, or refused with what to write instead."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.app.tax_options import lot_method, read_choices, read_splits
from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.core.ledger.lot_selection import LotMethod
from tests.builders import AAPL


def test_lots_are_chosen_by_sale_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "choices.csv"
    path.write_text("closing_id,lot_id,quantity\nS1,L2,10\nS2,L1,5.5\nS1,L1,20\n")
    chosen = read_choices(path)
    assert {sale: [(one.lot_id, one.quantity) for one in lots] for sale, lots in chosen.items()} == {
        "S1": [("L2", 10), ("L1", 20)], "S2": [("L1", Decimal("5.5"))],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(None, "cannot be read", id="no file"),
        pytest.param("closing_id,lot_id\nS1,L1\n", "lacks the column quantity", id="a column is missing"),
        pytest.param("closing_id,lot_id,quantity\nS1,L1,ten\n", ":2: 'ten' is no number", id="no number"),
        pytest.param("closing_id,lot_id,quantity\nS1,L1\n", "None is no number", id="a short line"),
        pytest.param("closing_id,lot_id,quantity\nS1,L1,-1\n", "'-1' is no number", id="below 0"),
        pytest.param("closing_id,lot_id,quantity\nS1,L1,NaN\n", "'NaN' is no number", id="not a number"),
    ],
)
def test_choices_that_cannot_be_read_are_refused(tmp_path: Path, content: str | None, why: str) -> None:
    path = tmp_path / "choices.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InvalidConfig, match=why):
        read_choices(path)


def test_methods_have_names_and_choices_belong_to_one_of_them() -> None:
    assert lot_method("highest-cost", None) is LotMethod.HIGHEST_COST
    assert lot_method("specific", Path("choices.csv")) is LotMethod.SPECIFIC
    for text, choices in (("specific", None), ("fifo", Path("choices.csv")), ("best", None)):
        with pytest.raises(InvalidConfig):
            lot_method(text, choices)


@pytest.mark.parametrize(("ratio", "whole"), [("2.0", (2, 1)), ("1.5", (3, 2)), ("0.333333", (1, 3)), ("0.1", (1, 10))])
def test_a_ratio_is_one_of_whole_numbers(tmp_path: Path, ratio: str, whole: tuple[int, int]) -> None:
    path = tmp_path / "splits.csv"
    path.write_text(f"ex_date,symbol,ratio\n2024-03-11,AAPL,{ratio}\n")
    (split,) = read_splits(path)
    assert (split.symbol, split.on, (split.new, split.old)) == (AAPL, date(2024, 3, 11), whole)


def test_a_ratio_that_leaves_no_share_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "splits.csv"
    path.write_text("ex_date,symbol,ratio\n2024-03-11,AAPL,0.00001\n")
    with pytest.raises(DataError, match="split of AAPL on 2024-03-11 by 1e-05 cannot be"):
        read_splits(path)
