"""The store computes what is missing, goes on to the last bit, and never changes what it wrote."""

import math
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.errors import DataError, UnknownSymbol
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.catalogue import CROSS_DEFINITIONS, DEFINITIONS
from robo_trader.core.features.feature import Feature
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.research.backtest.bar_table import BarColumns, BarTable, build_table
from robo_trader.research.backtest.views import ViewMaker
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.feature_store.feature_set import FeatureSet
from robo_trader.research.feature_store.lane import Lane, PartFacts, TakenPart
from robo_trader.research.feature_store.store import FeatureStore
from tests.examples import examples

DAY = 86_400_000_000_000
BARS = 90
AAPL, IBM, XOM = map(Symbol, ("AAPL", "IBM", "XOM"))
SYMBOLS = (AAPL, IBM, XOM)
SIZE = BarSize.DAY_1
COMPILER = Compiler()
OWN: tuple[Feature, ...] = tuple(DEFINITIONS[name](*values) for name, values in {
    "sma": (7,), "ema": (5,), "rsi": (6,), "atr": (4,), "donchian_upper": (9,), "yang_zhang": (8,),
    "vwap_session": (), "day_of_week": (),
}.items())  # fmt: skip
ALL = (
    *OWN,
    DEFINITIONS["beta"](10, other="IBM"),
    CROSS_DEFINITIONS["rank"](DEFINITIONS["roc"](3)),
    CROSS_DEFINITIONS["sector_neutral_zscore"](DEFINITIONS["roc"](3)),
)


def sessions() -> SessionTable:
    opens = [n * DAY + 52_200_000_000_000 for n in range(1, BARS + 1)]
    return SessionTable([
        TradingSession(date=str(np.datetime64(at, "ns").astype("datetime64[D]")), opens_at=at, closes_at=at + DAY // 4)
        for at in opens
    ])  # fmt: skip


def a_history(symbol: Symbol) -> BarColumns:
    """Daily bars that move; XOM lacks every seventh."""
    rng = np.random.default_rng(SYMBOLS.index(symbol))
    close = np.round(50 * np.exp(np.cumsum(rng.normal(0, 0.02, BARS))), 2)
    open_ = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(open_, close) + 0.1, np.minimum(open_, close) - 0.1
    opens = np.array([session.opens_at for session in sessions().sessions], np.int64)
    columns = (opens, opens + DAY // 4, open_, high, low, close, np.floor(rng.exponential(1e6, BARS)))
    kept = np.arange(BARS) % 7 != 3 if symbol == XOM else np.ones(BARS, bool)
    return _picked(BarColumns(*columns), kept)


def _picked(bars: BarColumns, kept: NDArray[np.bool_]) -> BarColumns:
    numbers = [column[kept] for column in (bars.open, bars.high, bars.low, bars.close, bars.volume)]
    return BarColumns(bars.started_at[kept], bars.ended_at[kept], *numbers)


def a_table(bars: int = BARS, **changed: Mapping[int, float]) -> BarTable:
    """The first `bars` days; changed: closes of a symbol, by place, that are higher by so many dollars."""
    until = sessions().sessions[bars - 1].closes_at
    series = {}
    for symbol in SYMBOLS:
        history = a_history(symbol)
        for place, more in changed.get(symbol, {}).items():
            history.close[place] += more
            history.high[place] += more
        series[symbol] = _picked(history, history.ended_at <= until)
    return build_table(series, sessions())


def a_set(*features: Feature) -> FeatureSet:
    return FeatureSet(features or ALL, universe=SYMBOLS)


def a_store(folder: Path, at: int = 1) -> FeatureStore:
    return FeatureStore(folder, compiler=COMPILER, clock=lambda: at)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def bits(frame: pl.DataFrame) -> dict[str, bytes]:
    return {name: frame[name].to_numpy().tobytes() for name in frame.columns}


def test_values_are_those_of_the_compiled_features(tmp_path: Path) -> None:
    table, store = a_table(), a_store(tmp_path)
    store.compute(a_set(), table, SIZE)
    maker = ViewMaker(table, COMPILER)
    for place, symbol in enumerate(table.symbols):
        frame = store.read(a_set(), symbol, SIZE)
        present = ~np.isnan(table.column("close", place))
        assert frame["ended_at"].to_list() == table.ended_at[present].tolist()
        for feature in ALL:
            wanted = maker.value(feature, place)[present]
            np.testing.assert_array_equal(frame[feature.name].to_numpy(), wanted, feature.name)


@given(st.lists(st.integers(1, BARS), min_size=1, max_size=4))
@settings(max_examples=examples(25), deadline=None)
def test_going_on_gives_the_same_bits_as_all_at_once(
    tmp_path_factory: pytest.TempPathFactory, stops: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    at_once, in_steps = a_store(folder / "once"), a_store(folder / "steps")
    at_once.compute(a_set(), a_table(), SIZE)
    for bars in (*stops, BARS):
        in_steps.compute(a_set(), a_table(bars), SIZE)
    for symbol in SYMBOLS:
        assert bits(in_steps.read(a_set(), symbol, SIZE)) == bits(at_once.read(a_set(), symbol, SIZE))
        assert len(in_steps.versions(a_set(), symbol, SIZE)) == 1


def test_only_what_is_missing_is_computed_and_no_file_changes(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    first = store.compute(a_set(), a_table(60), SIZE)
    assert [(one.rows, one.rows_computed) for one in first] == [(60, 60), (60, 60), (51, 51)]
    before = contents(tmp_path)
    assert [one.rows_computed for one in store.compute(a_set(), a_table(60), SIZE)] == [0, 0, 0]
    assert [one.rows_computed for one in store.compute(a_set(), a_table(40), SIZE)] == [0, 0, 0], "fewer bars are there"
    assert contents(tmp_path) == before
    added = store.compute(a_set(), a_table(), SIZE)
    assert [(one.rows, one.rows_computed, one.version) for one in added] == [(90, 30, 1), (90, 30, 1), (77, 26, 1)]
    assert {name: content for name, content in contents(tmp_path).items() if name in before} == before


def test_a_revised_history_is_a_new_version_and_says_from_where(tmp_path: Path) -> None:
    store, features = a_store(tmp_path), a_set(*OWN)
    store.compute(features, a_table(60), SIZE)
    before = contents(tmp_path)
    revised = a_table(60, AAPL={41: 1.0})
    done = {one.symbol: one for one in store.compute(features, revised, SIZE)}
    assert (done[AAPL].version, done[AAPL].rows_computed) == (2, 60)
    assert done[AAPL].revised_at == sessions().sessions[41].closes_at
    assert (done[IBM].version, done[IBM].rows_computed, done[IBM].revised_at) == (1, 0, None)
    assert {name: content for name, content in contents(tmp_path).items() if name in before} == before
    old, new = (store.read(features, AAPL, SIZE, version=number) for number in (1, 2))
    assert old["sma_7"].to_list()[:41] == pytest.approx(new["sma_7"].to_list()[:41], nan_ok=True)
    assert new["sma_7"][41] == pytest.approx(old["sma_7"][41] + 1 / 7)


def test_each_history_goes_on_in_its_own_version(tmp_path: Path) -> None:
    store, features = a_store(tmp_path), a_set(*OWN)
    store.compute(features, a_table(60), SIZE)
    store.compute(features, a_table(60, AAPL={41: 1.0}), SIZE)
    again = store.compute(features, a_table(70), SIZE, symbols=[AAPL])
    assert (again[0].version, again[0].rows_computed) == (1, 10)


def test_a_revision_of_the_second_symbol_is_one_of_the_feature(tmp_path: Path) -> None:
    store, features = a_store(tmp_path), a_set(DEFINITIONS["beta"](10, other="IBM"))
    store.compute(features, a_table(), SIZE, symbols=[AAPL])
    assert store.compute(features, a_table(IBM={80: 0.5}), SIZE, symbols=[AAPL])[0].version == 2


def test_a_revision_of_any_symbol_is_one_of_a_comparison(tmp_path: Path) -> None:
    store, features = a_store(tmp_path), a_set(CROSS_DEFINITIONS["rank"](DEFINITIONS["roc"](3)))
    store.compute(features, a_table(), SIZE)
    done = store.compute(features, a_table(IBM={80: 0.5}), SIZE)
    assert [one.version for one in done] == [2, 2, 2]


def test_a_read_as_of_a_time_shows_nothing_later(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.compute(a_set(), a_table(), SIZE)
    whole = store.read(a_set(), AAPL, SIZE)
    close = sessions().sessions[49].closes_at
    for as_of, rows in ((close, 50), (close - 1, 49), (0, 0)):
        frame = store.read(a_set(), AAPL, SIZE, as_of=as_of)
        assert bits(frame) == bits(whole.head(rows))


def test_a_version_of_later_is_not_mixed_in(tmp_path: Path) -> None:
    """Computed on day 70 of the year; day 41 is revised on day 80, after which the store says something else."""
    then, later = 70 * DAY, 80 * DAY
    features = a_set(*OWN)
    a_store(tmp_path, then).compute(features, a_table(60), SIZE)
    known_then = a_store(tmp_path).read(features, AAPL, SIZE)
    a_store(tmp_path, later).compute(features, a_table(66, AAPL={41: 1.0}), SIZE)
    store = a_store(tmp_path)
    assert bits(store.read(features, AAPL, SIZE, as_of=75 * DAY)) == bits(known_then)
    assert store.read(features, AAPL, SIZE, as_of=later)["sma_7"][41] > known_then["sma_7"][41]
    assert len(store.read(features, AAPL, SIZE)) == 66
    before_all = store.read(features, AAPL, SIZE, as_of=50 * DAY)
    assert bits(before_all) == bits(store.read(features, AAPL, SIZE).head(len(before_all))), "the best that is known"


def test_a_version_says_what_it_was_computed_from(tmp_path: Path) -> None:
    a_store(tmp_path, 5).compute(a_set(), a_table(60), SIZE)
    a_store(tmp_path, 6).compute(a_set(), a_table(), SIZE)
    (version,) = a_store(tmp_path).versions(a_set(), AAPL, SIZE)
    held = sessions().sessions
    assert (version.rows, version.begun_at, [part.computed_at for part in version.parts]) == (90, 5, [5, 6])
    assert (version.computed_from, version.computed_to) == (held[0].closes_at, held[89].closes_at)
    assert len({part.bars_hash for part in version.parts}) == 2
    a_store(tmp_path / "once").compute(a_set(), a_table(), SIZE)
    (at_once,) = a_store(tmp_path / "once").versions(a_set(), AAPL, SIZE)
    assert version.bars_hash == at_once.bars_hash, "it stands for the bars, not for the steps they came in"


def test_another_parameter_is_another_set(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.compute(a_set(DEFINITIONS["sma"](3)), a_table(), SIZE)
    with pytest.raises(DataError, match="No such features of AAPL"):
        store.read(a_set(DEFINITIONS["sma"](4)), AAPL, SIZE)


def test_a_symbol_without_bars_is_refused(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with pytest.raises(UnknownSymbol, match="no bars of MSFT"):
        store.compute(a_set(DEFINITIONS["beta"](other="MSFT")), a_table(), SIZE)
    series = {AAPL: a_history(AAPL), IBM: _picked(a_history(IBM), np.zeros(BARS, bool))}
    with pytest.raises(DataError, match="not one sound bar of IBM"):
        store.compute(a_set(*OWN), build_table(series, sessions()), SIZE)


def test_the_hash_of_a_row_does_not_tell_one_nan_from_another(tmp_path: Path) -> None:
    store, features = a_store(tmp_path), a_set(DEFINITIONS["beta"](10, other="XOM"))
    store.compute(features, a_table(), SIZE, symbols=[AAPL])
    table = a_table()
    place = table.symbols.index(XOM)
    for column in (table.market.open, table.market.close):
        column[np.isnan(column[:, place]), place] = -math.nan
    assert store.compute(features, table, SIZE, symbols=[AAPL])[0].rows_computed == 0


@pytest.mark.parametrize("suffix", [".parquet", ".state"])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, suffix: str) -> None:
    store = a_store(tmp_path)
    store.compute(a_set(*OWN), a_table(60), SIZE)
    (file,) = (path for path in tmp_path.rglob(f"*{suffix}") if AAPL in path.parts)
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(DataError, match=file.name) as refused:
        _go_on_and_read(store)
    assert "Delete the folder" in refused.value.next_step


def _go_on_and_read(store: FeatureStore) -> None:
    store.compute(a_set(*OWN), a_table(), SIZE)
    store.read(a_set(*OWN), AAPL, SIZE)


@pytest.mark.parametrize("begin", [0, 4])
def test_what_is_no_parquet_file_is_refused_by_name(tmp_path: Path, begin: int) -> None:
    store = a_store(tmp_path)
    store.compute(a_set(*OWN), a_table(60), SIZE)
    (file,) = (path for path in tmp_path.rglob("*.parquet") if AAPL in path.parts)
    content = file.read_bytes()
    file.write_bytes(bytes(len(content)) if begin == 0 else content[:begin] + bytes(3_000) + content[begin + 3_000 :])
    with pytest.raises(DataError, match=file.name):
        _go_on_and_read(store)


def test_folders_without_parts_are_no_versions(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.compute(a_set(*OWN), a_table(60), SIZE)
    (first,) = (path for path in tmp_path.rglob("v0001") if AAPL in path.parts)
    (first.parent / "v0002").mkdir()
    (first.parent / "various").mkdir()
    assert [version.number for version in store.versions(a_set(*OWN), AAPL, SIZE)] == [1]


def test_a_set_of_comparisons_alone_goes_on_without_a_memory(tmp_path: Path) -> None:
    store, features = a_store(tmp_path), a_set(CROSS_DEFINITIONS["rank"](DEFINITIONS["roc"](3)))
    store.compute(features, a_table(60), SIZE)
    assert [one.rows_computed for one in store.compute(features, a_table(), SIZE)] == [30, 30, 26]


def test_a_file_that_is_gone_is_noticed(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.compute(a_set(*OWN), a_table(40), SIZE)
    store.compute(a_set(*OWN), a_table(60), SIZE)
    (first, _) = sorted(path for path in tmp_path.rglob("*.parquet") if AAPL in path.parts)
    first.unlink()
    with pytest.raises(DataError, match="lacks the part that begins at row 0"):
        store.read(a_set(*OWN), AAPL, SIZE)


def test_a_state_that_is_gone_is_noticed(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.compute(a_set(*OWN), a_table(40), SIZE)
    for path in tmp_path.rglob("*.state"):
        path.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        store.compute(a_set(*OWN), a_table(60), SIZE)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="cannot be written") as refused:
        a_store(tmp_path / "file").compute(a_set(*OWN), a_table(), SIZE)
    assert refused.value.next_step


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    frame = pl.DataFrame({"ended_at": [1], "row_hash": pl.Series([2], dtype=pl.UInt64), "sma_1": [3.0]})
    facts = {"first_row": 0, "rows": 1, "bars_hash": "", "computed_from": 1, "computed_to": 1, "computed_at": 1}
    written = lane.add(1, frame, np.zeros(0), facts)
    assert isinstance(written, PartFacts)
    before = contents(tmp_path)
    with pytest.raises(TakenPart):
        lane.add(1, frame.with_columns(sma_1=4.0), np.zeros(0), facts)
    assert contents(tmp_path) == before, "nothing was changed, and nothing left behind"


def test_who_comes_too_late_looks_again(tmp_path: Path) -> None:
    """While one program computes 90 bars, another writes 60: the first then adds the last 30."""
    features, other = a_set(*OWN), a_store(tmp_path)
    interrupted: list[int] = []

    def clock() -> int:
        if not interrupted:
            interrupted.append(other.compute(features, a_table(60), SIZE, symbols=[AAPL])[0].rows_computed)
        return 2

    store = FeatureStore(tmp_path, compiler=COMPILER, clock=clock)
    (done,) = store.compute(features, a_table(), SIZE, symbols=[AAPL])
    assert (interrupted, done.rows_computed, done.version) == ([60], 30, 1)


def test_who_always_comes_too_late_gives_up(tmp_path: Path) -> None:
    features, other = a_set(*OWN), a_store(tmp_path)
    bars = iter(range(20, BARS))

    def clock() -> int:
        other.compute(features, a_table(next(bars)), SIZE, symbols=[AAPL])
        return 2

    with pytest.raises(DataError, match="keep writing"):
        FeatureStore(tmp_path, compiler=COMPILER, clock=clock).compute(features, a_table(), SIZE, symbols=[AAPL])


def test_a_disk_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_paths: Path) -> None:
        raise PermissionError(1, "no hard links here")

    monkeypatch.setattr("os.link", no_links)
    features, other = a_set(*OWN), a_store(tmp_path)
    interrupted: list[int] = []

    def clock() -> int:
        if not interrupted:
            interrupted.append(other.compute(features, a_table(60), SIZE, symbols=[AAPL])[0].rows_computed)
        return 2

    (done,) = FeatureStore(tmp_path, compiler=COMPILER, clock=clock).compute(features, a_table(), SIZE, symbols=[AAPL])
    assert done.rows_computed == 30
    assert len(a_store(tmp_path).read(features, AAPL, SIZE)) == BARS


def _compute_in_steps(folder: str, first: int) -> list[int]:
    store = a_store(Path(folder))
    return [store.compute(a_set(*OWN), a_table(bars), SIZE)[0].rows_computed for bars in range(first, BARS + 1, 2)]


def test_two_programs_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(_compute_in_steps, [str(tmp_path)] * 2, [30, 31]))
    assert sum(map(sum, done)) == BARS, "each row was computed for keeping once"
    at_once = a_store(tmp_path / "once")
    at_once.compute(a_set(*OWN), a_table(), SIZE)
    store = a_store(tmp_path)
    for symbol in SYMBOLS:
        assert len(store.versions(a_set(*OWN), symbol, SIZE)) == 1
        assert bits(store.read(a_set(*OWN), symbol, SIZE)) == bits(at_once.read(a_set(*OWN), symbol, SIZE))
    assert not list(tmp_path.rglob("*.part"))
