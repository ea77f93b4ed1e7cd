"""`robo-trader features` as a user meets it: tables, JSON, files, and errors that say what to do."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from robo_trader.app.exit_codes import ExitCode
from robo_trader.core.features.catalogue import CROSS_DEFINITIONS, DEFINITIONS
from tests.running import run

SAMPLE = ("--feed", "sample", "--symbols", "AAPL,IBM,MSFT")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's own folder, in which values are kept from one test to the next."""
    return tmp_path_factory.mktemp("home")


def features(home: Path, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    done = run("features", *arguments, "--json", cwd=home, XDG_DATA_HOME=str(home))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_list_names_every_feature_and_a_group_some(home: Path) -> None:
    every = features(home, "list")
    assert {row["name"] for row in every} == {*DEFINITIONS, *CROSS_DEFINITIONS}
    assert len(every) >= 80
    assert [row["name"] for row in features(home, "list", "--group", "cross_sectional")] == list(CROSS_DEFINITIONS)
    assert "hurst" in run("features", "list").stdout


@pytest.mark.parametrize("name", ["sma", "rank", "vpin", "macd"])
def test_show_says_everything(home: Path, name: str) -> None:
    shown = features(home, "show", name)
    assert all(shown[key] for key in ("name", "group", "summary", "source", "unit", "undefined", "rule", "warm_up"))
    if name == "macd":
        assert shown["ordered"] == ["fast", "slow"]
        assert shown["parameters"][0] == {"name": "fast", "default": 12, "minimum": 1, "maximum": 5000, "unit": "bars"}
    assert name in run("features", "show", name).stdout


def test_compute_says_what_was_there_already(tmp_path: Path) -> None:
    wanted = ("compute", "sma:20", "beta:60@GOOG", "rank(roc:20)", *SAMPLE)
    first, again = features(tmp_path, *wanted), features(tmp_path, *wanted)
    assert first["features"] == ["sma_20", "beta_60@GOOG", "rank(roc_20)"]
    assert set(first["symbols"]) == {"AAPL", "IBM", "MSFT"}, "the second symbol is read, and no more"
    ibm = first["symbols"]["IBM"]
    assert (ibm["computed"], ibm["were_there"], ibm["feed"], ibm["version"]) == (ibm["bars"], 0, "sample", 1)
    assert (again["symbols"]["IBM"]["computed"], again["symbols"]["IBM"]["were_there"]) == (0, ibm["bars"])
    assert again["symbols"]["IBM"]["latest"] == ibm["latest"]


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_values_are_written_to_a_file(home: Path, suffix: str) -> None:
    file = home / f"values.{suffix}"
    window = ("--start", "2010-01-04", "--end", "2010-01-08")
    features(home, "compute", "sma:2", "momentum_12_1", *SAMPLE, *window, "--output", str(file))
    if suffix == "csv":
        with file.open() as text:
            rows = list(csv.DictReader(text))
    else:
        rows = pl.read_parquet(file).to_dicts()
    assert len(rows) == 3 * 5
    assert list(rows[0]) == ["symbol", "ended_at", "sma_2", "momentum_12_1_252_21"]
    assert not math.isnan(float(rows[0]["momentum_12_1_252_21"])), "warmed up by the bars before the start"
    assert not list(home.glob("*.part"))


def test_as_of_hides_what_came_later(home: Path) -> None:
    by_day = features(home, "compute", "sma:20", *SAMPLE, "--as-of", "2008-07-05")  # a Saturday
    by_time = features(home, "compute", "sma:20", *SAMPLE, "--as-of", "2008-07-03T17:00")  # the close of a half day
    too_early = features(home, "compute", "sma:20", *SAMPLE, "--as-of", "2008-07-03T16:59:59+00:00")
    latest = [one["symbols"]["IBM"]["latest"]["ended_at"] for one in (by_day, by_time, too_early)]
    assert latest[0] == latest[1] == 1_215_104_400_000_000_000
    assert latest[2] < latest[1]


def test_a_file_of_bars_is_gone_on_with_and_a_revision_is_told(tmp_path: Path) -> None:
    lines = [f"2024-03-{day:02},{day},{day + 1},{day - 1},{day},1000" for day in (4, 5, 6, 7, 8, 11, 12)]
    folder = tmp_path / "1-day"
    folder.mkdir()

    def computed(*, upto: int, revised: bool = False) -> dict[str, Any]:
        text = "\n".join(["date,open,high,low,close,volume", *lines[:upto]])
        (folder / "ABC.csv").write_text(text.replace("5,6,4,5", "5,6,4,5.5") if revised else text)
        return dict(
            features(tmp_path, "compute", "sma:2", "--data", str(tmp_path), "--symbols", "ABC")["symbols"]["ABC"]
        )

    assert (computed(upto=5)["computed"], computed(upto=7)["computed"]) == (5, 2)
    revised = computed(upto=7, revised=True)
    assert (revised["version"], revised["computed"]) == (2, 7)
    assert revised["revised_at"] == 1_709_672_400_000_000_000  # 5 March 2024, 21:00 UTC
    assert computed(upto=7)["version"] == 1, "the former history is known still"


def test_simulated_prices_are_called_so(tmp_path: Path) -> None:
    done = run("features", "compute", "rsi", "--feed", "synthetic", "--symbols", "ZZZ", XDG_DATA_HOME=str(tmp_path))
    assert done.returncode == 0
    assert "Prices of ZZZ are simulated" in done.stderr


def test_analyse_finds_the_redundant_and_writes_a_report(home: Path) -> None:
    report = home / "study.html"
    names = ("ema:20", "ema:21", "rsi", "momentum_12_1")
    found = features(home, "analyse", *names, *SAMPLE, "--as-of", "2012-06-29", "--report", str(report))
    assert {(pair["first"], pair["second"]) for pair in found["alike"]} == {("ema_20", "ema_21")}
    assert [one["horizon"] for one in found["information"]][:5] == [1, 2, 5, 10, 21]
    assert found["across_symbols"] is False
    assert set(found["stability"][0]["by_period"]) == {str(year) for year in range(2000, 2013)}
    assert 0.9 < found["coverage"]["momentum_12_1_252_21"]["IBM"] < 1
    assert found["last"] == 1_341_000_000_000_000_000  # 29 June 2012, 20:00 UTC
    page = report.read_text()
    assert page.startswith("<!doctype html>")
    assert page.count("<rect") == 16
    text = run("features", "analyse", "rsi", "zscore", *SAMPLE, XDG_DATA_HOME=str(home)).stdout
    assert "Information coefficient" in text
    assert "Stability and coverage" in text


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        pytest.param(("show", "smaa"), ExitCode.CONFIGURATION, "Did you mean 'sma'?", id="a misspelled feature"),
        pytest.param(("list", "--group", "trends"), ExitCode.CONFIGURATION, "The groups are trend,", id="no group"),
        pytest.param(("compute", "sma:0"), ExitCode.CONFIGURATION, "from 1 to 5000, was 0", id="out of bounds"),
        pytest.param(("compute", "sma", "sma:20"), ExitCode.CONFIGURATION, "stands twice", id="one twice"),
        pytest.param(("compute", "spread"), ExitCode.CONFIGURATION, "quotes or trades", id="a feature of quotes"),
        pytest.param(("compute", "rank"), ExitCode.CONFIGURATION, "rank(roc:20)", id="a comparison of nothing"),
        pytest.param(("compute", "beta"), ExitCode.CONFIGURATION, "second symbol", id="one symbol too few"),
        pytest.param(("compute", "rsi", "--symbols", "NOPE"), ExitCode.DATA, "NOPE", id="an unknown symbol"),
        pytest.param(("compute", "beta@NOPE"), ExitCode.DATA, "NOPE", id="an unknown second symbol"),
        pytest.param(("compute", "rsi", "--start", "2030-01-01"), ExitCode.DATA, "no bars in this time", id="no rows"),
        pytest.param(("compute", "rsi", "--as-of", "1999-01-01"), ExitCode.DATA, "no bars in this time", id="early"),
        pytest.param(("compute", "rsi", "--start", "soon"), ExitCode.CONFIGURATION, "YYYY-MM-DD", id="no date"),
        pytest.param(("compute", "rsi", "--as-of", "then"), ExitCode.CONFIGURATION, "--as-of", id="no time"),
        pytest.param(
            ("compute", "rsi", "--start", "2012-01-05", "--end", "2011-01-01"), ExitCode.CONFIGURATION, "no session",
            id="an end before the start",
        ),
        pytest.param(("compute", "rsi", "--output", "x.txt"), ExitCode.CONFIGURATION, ".parquet", id="another file"),
        pytest.param(("compute", "rsi", "--output", "no/x.csv"), ExitCode.CONFIGURATION, "directory", id="no folder"),
        pytest.param(("compute", "rsi", "--data", "none"), ExitCode.CONFIGURATION, "none", id="no folder of bars"),
        pytest.param(("analyse", "rsi", "--horizons", "0"), ExitCode.CONFIGURATION, "from 1 to", id="no horizon"),
        pytest.param(("analyse", "rsi", "--horizons", "x"), ExitCode.CONFIGURATION, "1,2,5,10,21", id="letters"),
        pytest.param(("analyse", "rsi", "--threshold", "2"), ExitCode.CONFIGURATION, "at most 1", id="above 1"),
        pytest.param(("analyse", "rsi", "--report", "no/x.html"), ExitCode.CONFIGURATION, "directory", id="no place"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_remedy(home: Path, arguments: tuple[str, ...], code: int, complaint: str) -> None:
    feed = () if arguments[0] in {"show", "list"} or "--data" in arguments else ("--feed", "sample")
    done = run("features", *arguments, *feed, cwd=home, XDG_DATA_HOME=str(home))
    assert done.returncode == code, done.stderr
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout
