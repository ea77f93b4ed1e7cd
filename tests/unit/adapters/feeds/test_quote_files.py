"""Files of quotes and prints: what is read, what is left out and said, what is refused by name, line and column."""

from pathlib import Path

import polars as pl
import pytest

from robo_trader.adapters.feeds.quote_files import QUOTE_NUMBERS, TRADE_NUMBERS, Records, read_records
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.market.sessions import SessionTable
from tests.builders import AAPL, MSFT, OPEN, a_session

SESSIONS = SessionTable([a_session(day=day) for day in range(3)])
HEADER = "ts,symbol,bid,ask,bid_size,ask_size\n"
AT = "2024-03-04T14:30:01Z"
SECOND = 1_000_000_000


def read(path: Path, *symbols: str, all_symbols: bool = True) -> Records:
    wanted = [AAPL, MSFT] if not symbols else [AAPL for _ in symbols]
    return read_records(path, QUOTE_NUMBERS, wanted, SESSIONS, all_symbols=all_symbols)


def written(folder: Path, *rows: str, name: str = "quotes.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text(header + "".join(f"{row}\n" for row in rows))
    return path


def test_one_file_for_all(tmp_path: Path) -> None:
    rows = (f"{AT},AAPL,99.9,100.1,100,200", f"{AT},MSFT,49.9,50.1,300,400")
    found = [quote for quote, _ in read(written(tmp_path, *rows)).quotes(SESSIONS)]
    assert found == [
        Quote(AAPL, OPEN + SECOND, 99.9, 100.1, 100.0, 200.0),
        Quote(MSFT, OPEN + SECOND, 49.9, 50.1, 300.0, 400.0),
    ]


def test_a_folder_with_a_file_for_each_in_order_of_time(tmp_path: Path) -> None:
    header = HEADER.replace("symbol,", "")
    written(tmp_path, "2024-03-04T14:30:05Z,1,2,3,4", "2024-03-05T14:30:05Z,1,2,3,4", name="AAPL.csv", header=header)
    frame = pl.read_csv(tmp_path / "AAPL.csv", try_parse_dates=True).with_columns(bid=pl.lit(1.5))
    frame.write_parquet(tmp_path / "MSFT.parquet")
    records = read(tmp_path)
    assert [(quote.symbol, session.date) for quote, session in records.quotes(SESSIONS)] == [
        (AAPL, "2024-03-04"), (MSFT, "2024-03-04"), (AAPL, "2024-03-05"), (MSFT, "2024-03-05"),
    ]  # fmt: skip
    assert records.symbols == {AAPL, MSFT}


def test_a_single_symbol_needs_no_column(tmp_path: Path) -> None:
    path = written(tmp_path, f"{AT},1,2,3,4", header=HEADER.replace("symbol,", ""))
    assert read(path, "AAPL").symbols == {AAPL}
    with pytest.raises(DataError, match="lacks the column symbol, so that AAPL, MSFT cannot be told apart"):
        read(path)


def test_prints(tmp_path: Path) -> None:
    path = written(tmp_path, f"{AT},10.5,100", header="ts,price,size\n")
    ((trade, session),) = read_records(path, TRADE_NUMBERS, [AAPL], SESSIONS).trades(SESSIONS)
    assert (trade, session) == (TradePrint(AAPL, OPEN + SECOND, 10.5, 100.0), a_session())


def test_what_is_left_out_or_put_in_order_is_said(tmp_path: Path) -> None:
    rows = (
        "2024-03-04T14:30:09Z,AAPL,1,2,3,4", "2024-03-04T14:30:08Z,AAPL,1,2,3,4", "2024-03-04T21:00:00Z,AAPL,1,2,3,4",
        "2024-03-04T12:00:00Z,AAPL,1,2,3,4", ",AAPL,1,2,3,4",
    )  # fmt: skip
    records = read(written(tmp_path, *rows), "AAPL")
    assert [quote.at - OPEN for quote, _ in records.quotes(SESSIONS)] == [8 * SECOND, 9 * SECOND]
    assert records.notices == (
        "quotes.csv: 1 rows without a time were left out, the first at line 6",
        "quotes.csv: 2 rows that stood later than their time were put in order, the first at line 3",
        "quotes.csv: 2 rows outside regular hours were left out, the first at line 5",
    )


def test_a_cell_without_a_number_is_left_to_the_core(tmp_path: Path) -> None:
    ((quote, _),) = read(written(tmp_path, f"{AT},AAPL,,100.1,100,200"), "AAPL").quotes(SESSIONS)
    assert quote.bid != quote.bid


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        ((), HEADER, "quotes.csv: the file holds no rows"),
        ((f"{AT},AAPL,1,2,3",), HEADER.replace(",ask_size", ""), "lacks the column ask_size"),
        (("noon,AAPL,1,2,3,4",), HEADER, "line 2, column ts: 'noon' is no time"),
        (("2024-03-04T14:30:01,AAPL,1,2,3,4",), HEADER, "line 2, column ts: .* has no zone"),
        ((f'{AT},AAPL,"1,50",2,3,4',), HEADER, "line 2, column bid: '1,50' is not a plain number"),
        ((f"{AT};AAPL",), "ts;symbol\n", "the columns are separated by semicolons"),
        (("2024-03-02T14:30:01Z,AAPL,1,2,3,4",), HEADER, "none of its rows lies in a regular session"),
        ((f"{AT},TSLA,1,2,3,4",), HEADER, "holds no rows of AAPL"),
    ],
)
def test_what_is_refused(tmp_path: Path, rows: tuple[str, ...], header: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as error:
        read(written(tmp_path, *rows, header=header), "AAPL")
    assert error.value.next_step


def test_a_symbol_without_rows(tmp_path: Path) -> None:
    path = written(tmp_path, f"{AT},AAPL,1,2,3,4")
    with pytest.raises(DataError, match="holds no rows of MSFT"):
        read(path)
    assert read(path, all_symbols=False).symbols == {AAPL}
    with pytest.raises(DataError, match="holds no rows of AAPL, MSFT"):
        read(_empty(tmp_path))
    with pytest.raises(DataError, match="is neither a folder nor a file"):
        read(tmp_path / "gone.parquet")


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def test_a_span(tmp_path: Path) -> None:
    rows = [f"2024-03-04T14:30:0{second}Z,AAPL,1,2,3,4" for second in range(5)]
    within = read(written(tmp_path, *rows), "AAPL").between(OPEN + SECOND, OPEN + 3 * SECOND)
    assert [quote.at - OPEN for quote, _ in within.quotes(SESSIONS)] == [SECOND, 2 * SECOND]
