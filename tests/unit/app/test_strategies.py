"""A strategy is found by its name or in a user's own file, and what is wrong with it is told before a bar is seen."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from robo_trader.app.event_strategies import form_of
from robo_trader.app.settings import Settings, load_settings
from robo_trader.app.strategies import build_strategy, strategy_identity, strategy_of
from robo_trader.app.strategy_files import load_strategy_file
from robo_trader.app.strategy_parameters import parameters_of
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.sma_crossover import SmaCrossover

OWN = '''\
"""A user's own."""

from dataclasses import dataclass

from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.strategy import Strategy, bounded


@dataclass(frozen=True)
class Mine(Strategy):
    """Long above an average."""

    length: int = bounded(10, 2, 100)

    def features(self, symbol):
        return (sma(self.length), sma(1))

    @staticmethod
    def rule(state, average, close, length):
        return 1.0 if close > average else 0.0
'''
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the file with one text in the place of another; return how the settings name the strategy in it."""

    def call(before: str = "", after: str = "", *, name: str = "Mine") -> str:
        assert before in OWN
        (tmp_path / "mine.py").write_text(OWN.replace(before, after) if before else OWN)
        return f"{tmp_path}/mine.py:{name}"

    return call


def settings(reference: str = "sma_crossover", symbols: str = "AAPL,MSFT", **parameters: float | str) -> Settings:
    overrides = {"strategy": {"name": reference, "parameters": parameters}, "data": {"symbols": symbols}}
    return load_settings(config_file=None, overrides=overrides, environment={}, working_directory=Path.cwd())


def refused(chosen: Settings) -> str:
    """The message and what to do about it."""
    with pytest.raises(InvalidConfig) as error:
        build_strategy(chosen)
    assert error.value.next_step
    return f"{error.value}. {error.value.next_step}"


def test_one_of_ours_is_found_by_its_name() -> None:
    assert build_strategy(settings()) == SmaCrossover()
    assert build_strategy(settings(fast="3", slow=7)) == SmaCrossover(3, 7)


def test_ones_own_is_found_in_its_file(write: Write) -> None:
    strategy = build_strategy(settings(write(), length="20"))
    assert strategy.name == "mine"
    assert parameters_of(strategy) == {"length": 20} and type(parameters_of(strategy)["length"]) is int


def test_a_path_may_begin_at_the_working_directory(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(write().partition(":")[0]).parent)
    assert build_strategy(settings("mine.py:Mine")).name == "mine"


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"fast": "quick"}, "sma_crossover: fast must be a number, was 'quick'. 20 is the default."),
        ({"fasst": 3}, "sma_crossover has no parameter fasst. Did you mean strategy.parameters.fast?"),
        ({"magic": 3}, "sma_crossover has no parameter magic. Its parameters are fast, slow."),
        ({"fast": 0}, "sma_crossover: fast must be a whole number from 1 to 5000, was 0."),
        ({"fast": "2.5"}, "sma_crossover: fast must be a whole number from 1 to 5000, was 2.5."),
        ({"fast": 50}, "sma_crossover needs fast < slow, was fast 50, slow 50."),
    ],
)
def test_parameters_that_cannot_be_meant(parameters: dict[str, float | str], told: str) -> None:
    assert told in refused(settings("sma_crossover", "AAPL", **parameters))


def test_names_are_parameters_too() -> None:
    strategy = build_strategy(settings("pairs", first="MSFT", second="AAPL", length=60))
    assert {name: parameters_of(strategy)[name] for name in ("first", "second", "length", "volatility_index")} == {
        "first": "MSFT", "second": "AAPL", "length": 60, "volatility_index": "",
    }  # fmt: skip
    assert strategy_identity(settings("pairs", first="MSFT", second="AAPL"))["parameters.first"] == "MSFT"


def test_pairs_of_names_are_written_with_colons() -> None:
    chosen = settings("stat_arb", sectors="AAPL:technology, MSFT:technology")
    assert parameters_of(build_strategy(chosen))["sectors"] == (("AAPL", "technology"), ("MSFT", "technology"))
    assert strategy_identity(chosen)["parameters.sectors"] == "AAPL:technology,MSFT:technology"


def test_a_list_of_names_is_written_with_commas(write: Write) -> None:
    strategy = build_strategy(
        settings(write("    length: int", "    traded: tuple[str, ...] = ()\n    length: int"), traded="A, B")
    )
    assert parameters_of(strategy) == {"traded": ("A", "B"), "length": 10}


def test_a_number_is_no_name() -> None:
    assert "pairs: first must be text, was 5. Write it in quotes" in refused(settings("pairs", first=5))


def test_a_strategy_that_trades_none_of_the_symbols_is_told() -> None:
    told = refused(settings("pairs", symbols="GE,XOM", first="AAPL", second="MSFT"))
    assert told == ("pairs trades none of GE, XOM. Add the symbols that it names to data.symbols, or name others.")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param("import dataclass\n", "import datclass\n", "line 3: ImportError: cannot import name 'datclass'"),
        pytest.param("bounded(10, 2, 100)", "1 / 0", "line 13: ZeroDivisionError: division by zero"),
        pytest.param("@dataclass(frozen=True)", "@dataclass", "line 9: TypeError: cannot inherit non-frozen dataclass"),
        pytest.param("class Mine(", "class Mine(:", "line 10: SyntaxError:"),
        pytest.param('"""A user\'s own."""', "raise SystemExit(3)", "line 1: SystemExit: 3"),
        pytest.param("(Strategy):", ":", "Mine in {file} is no Strategy"),
        pytest.param("def features(", "def reads(", "Mine in {file} does not say which features it reads"),
        pytest.param("    @staticmethod\n", "", "Mine in {file} has no rule that is a static method"),
        pytest.param("def rule(", "def answer(", "Mine in {file} has no rule that is a static method"),
        pytest.param("@dataclass(frozen=True)\n", "", "Mine in {file} is no dataclass, so that its parameters are not"),
        pytest.param("class Mine(", "class Main(", "{file} has no class Mine. Did you mean Main?"),
        pytest.param("close, length)", "close)", "mine.rule does not take what it is given for AAPL (too many"),
        pytest.param("close, length)", "close, length, more)", "(missing a required argument: 'more'): state, sma_10"),
        pytest.param("sma(1))", "mean(1))", "mine failed in line 16 of mine.py: NameError: name 'mean' is not defined"),
        pytest.param("return (sma(self.length), sma(1))", "return sma(1)", "which is no tuple of features. Return one"),
        pytest.param("sma(1))", "sma(9000))", "sma: length must be a whole number from 1 to 5000, was 9000"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_strategy(write: Write, before: str, after: str, told: str) -> None:
    reference = write(before, after)
    assert told.replace("{file}", reference.partition(":")[0]) in refused(settings(reference))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert f"the strategy file {tmp_path}/gone.py does not exist." in refused(settings(f"{tmp_path}/gone.py:Mine"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    assert "folder.py cannot be read" in refused(settings(f"{tmp_path}/folder.py:Mine"))


def test_a_value_that_is_no_class(write: Write) -> None:
    assert "dataclass in" in refused(settings(write(name="dataclass"))) and "is no Strategy" in refused(
        settings(write(name="dataclass"))
    )


def test_what_bars_do_not_have_cannot_be_read(write: Write) -> None:
    reference = write(
        "return (sma(self.length), sma(1))",
        "from robo_trader.core.features.microstructure import spread\n        return (spread(), sma(1))",
    )
    assert "mine reads bid of AAPL, which bars do not have. Use features of open, high," in refused(settings(reference))


def test_a_second_symbol_must_be_in_the_run(write: Write) -> None:
    reference = write(
        "return (sma(self.length), sma(1))",
        "from robo_trader.core.features.statistical import beta\n        return (beta(20, other='SPY'), sma(1))",
    )
    assert "mine reads SPY, which is not among data.symbols. Add SPY" in refused(settings(reference))
    assert build_strategy(settings(reference, symbols="AAPL,SPY")).name == "mine"


def test_the_same_content_is_the_same_module_and_another_is_another(write: Write, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    write()
    first, again = load_strategy_file(file), load_strategy_file(file)
    assert first == again and sys.modules[first.module.__name__] is first.module
    write("bounded(10,", "bounded(11,")
    edited = load_strategy_file(file)
    assert edited.content_hash != first.content_hash and edited.module is not first.module
    assert edited.module.Mine().length == 11, "no bytecode of the earlier version is taken"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.py"], "nothing is left beside it"


def test_a_file_that_fails_leaves_no_half_made_module(write: Write) -> None:
    before = set(sys.modules)
    refused(settings(write("bounded(10, 2, 100)", "1 / 0")))
    assert not {name for name in set(sys.modules) - before if "strategy" in name}


def test_the_identity_is_the_name_and_every_parameter_that_holds() -> None:
    assert strategy_identity(settings(slow=60)) == {
        "name": "sma_crossover", "parameters.fast": "20", "parameters.slow": "60",
    }  # fmt: skip
    assert strategy_identity(settings(fast=20)) == strategy_identity(settings())


def test_the_identity_of_ones_own_is_its_content_not_its_folder(write: Write, tmp_path: Path) -> None:
    one = strategy_identity(settings(write()))
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    (tmp_path / "mine.py").rename(moved / "mine.py")
    assert strategy_identity(settings(f"{moved}/mine.py:Mine")) == one
    assert one["name"] == "mine.py:Mine" and one["parameters.length"] == "10"
    changed = strategy_identity(settings(write("close > average", "close < average")))
    assert changed.keys() == one.keys() and changed["content"] != one["content"]


EVENT = '''\
"""A user's own, in event form."""

from dataclasses import dataclass

from robo_trader.core.features.microstructure import spread
from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.strategy import bounded


@dataclass(frozen=True)
class Mine(EventStrategy):
    """Long when the spread is small."""

    length: int = bounded(10, 2, 100)

    def features(self, symbol):
        return (sma(self.length),)

    def quote_features(self, symbol):
        return (spread(),)

    def memory(self):
        return []

    def on_quote(self, memory, quote, values, desk):
        desk.want(quote.symbol, float(values[0] < 0.01), "narrow")
'''


def event_form(folder: Path, before: str = "", after: str = "") -> str:
    assert before in EVENT
    (folder / "mine.py").write_text(EVENT.replace(before, after) if before else EVENT)
    return f"{folder}/mine.py:Mine"


def test_one_in_event_form_is_found_in_its_file(tmp_path: Path) -> None:
    strategy = build_strategy(settings(event_form(tmp_path), length=20))
    assert isinstance(strategy, EventStrategy) and strategy.name == "mine"
    assert form_of(type(strategy)) == "event (quote)" and parameters_of(strategy) == {"length": 20}
    assert form_of(SmaCrossover) == "rule"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("    def on_quote(", "    def look_at(", "has no hook. Give it one of on_bar, on_quote"),
        ("@dataclass(frozen=True)\n", "", "is no dataclass, so that its parameters are not seen"),
        ("quote, values, desk)", "quote, desk)", "mine.on_quote does not take what it is given (too many"),
        ("return []", "return ()", "mine.memory answered (), which cannot be changed or cannot be stored"),
        ("return []", "return [object()]", "which cannot be changed or cannot be stored. Return a list or"),
        ("return []", "return 1 / 0", "mine failed in line 24 of mine.py: ZeroDivisionError"),
        ("(spread(),)", "spread()", "as its features of quotes for AAPL. Return a tuple of features"),
        ("(spread(),)", "(sma(3),)", "mine reads close of AAPL, which quotes do not have. Use features of bid, ask"),
        ("(sma(self.length),)", "(spread(),)", "mine reads bid of AAPL, which bars do not have"),
        ("def quote_features", "def trade_features", None),
        ("(sma(self.length),)", "()", None),
    ],
)
def test_one_in_event_form_is_held_against_what_the_engine_does(
    tmp_path: Path, before: str, after: str, told: str | None
) -> None:
    chosen = settings(event_form(tmp_path, before, after))
    if told is None:
        assert build_strategy(chosen).name == "mine"
    else:
        assert told in refused(chosen)


def test_where_a_class_is_from_is_told() -> None:
    found = strategy_of("sma_crossover")
    assert (found.kind, found.reference, found.content_hash) == (SmaCrossover, "sma_crossover", "")
