"""The command line. Commands import what they need when they run, so that `--help` answers at once."""

import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from robo_trader import __version__
from robo_trader.app.arm_commands import arm, disarm
from robo_trader.app.check_commands import check_app
from robo_trader.app.db_commands import db_app
from robo_trader.app.execution_commands import execution_app
from robo_trader.app.feature_commands import features_app
from robo_trader.app.gateway_commands import conformance, gateway
from robo_trader.app.instruct_commands import instruct_app
from robo_trader.app.journal_commands import bundle, journal_app, replay
from robo_trader.app.option_values import capital_of, gateway_of, given, parameters
from robo_trader.app.risk_commands import risk_app
from robo_trader.app.strategies_commands import strategies_app
from robo_trader.app.tax_commands import tax_app
from robo_trader.app.torture_commands import torture
from robo_trader.core.domain.errors import RoboTraderError

app = typer.Typer(
    name="robo-trader",
    help="Trades US stocks by itself: paper by default, journaled, explained.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
config_app = typer.Typer(help="Show, check and describe the configuration.", no_args_is_help=True)
app.add_typer(config_app, name="config")
app.add_typer(strategies_app, name="strategies")
new_app = typer.Typer(help="Begin something of your own.", no_args_is_help=True)
app.add_typer(new_app, name="new")
app.add_typer(features_app, name="features")
app.command()(gateway)
app.command()(arm)
app.command()(disarm)
app.command()(conformance)
app.command()(torture)
app.command()(replay)
app.command()(bundle)
app.add_typer(check_app, name="check")
app.add_typer(tax_app, name="tax")
app.add_typer(journal_app, name="journal")
app.add_typer(db_app, name="db")
app.add_typer(risk_app, name="risk")
app.add_typer(instruct_app, name="instruct")
app.add_typer(execution_app, name="execution")

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Config = Annotated[Path | None, typer.Option("--config", help="TOML file; robo_trader.toml if there is one.")]
Preset = Annotated[str | None, typer.Option("--preset", help="development, staging or production.")]
Database = Annotated[Path | None, typer.Option("--database", help="Database of the session; the latest if not given.")]
Symbols = Annotated[str | None, typer.Option("--symbols", help="What to trade, e.g. AAPL,MSFT,GOOG.")]
StrategyName = Annotated[
    str | None, typer.Option("--strategy", help="sma_crossover, your own as file.py:Class, or several: a,b.")
]
Params = Annotated[list[str] | None, typer.Option("--param", help="Parameter of it, e.g. fast=10; may be repeated.")]
Capital = Annotated[
    list[str] | None, typer.Option("--capital", help="Part of one of several strategies, e.g. momentum=0.3.")
]
Sizing = Annotated[str | None, typer.Option("--sizing", help="fixed_fraction, kelly ...: see docs/sizing.md.")]
Algorithm = Annotated[str | None, typer.Option("--algorithm", help="at_once, twap, vwap ...: see docs/execution.md.")]
Duration = Annotated[str | None, typer.Option("--duration", help='How far back to begin, e.g. "30 D".')]
BarSize = Annotated[str | None, typer.Option("--bar-size", help='Length of a bar, e.g. "1 day", "1 hour".')]
Feed = Annotated[str | None, typer.Option("--feed", help="auto, sample, files or synthetic.")]
Data = Annotated[str | None, typer.Option("--data", help="Folder of bar files, for the feed files.")]
Seed = Annotated[str | None, typer.Option("--seed", help="Seed of simulated prices.")]
Splits = Annotated[str | None, typer.Option(help="CSV of ex_date,symbol,ratio, for raw bars.")]
Dividends = Annotated[str | None, typer.Option(help="CSV of ex_date,symbol,amount_usd, for raw bars.")]
Changes = Annotated[str | None, typer.Option("--symbol-changes", help="CSV of ex_date,symbol,new_symbol.")]
Delistings = Annotated[str | None, typer.Option(help="CSV of ex_date,symbol,price_usd.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="Show at most so many, the newest ones.")]


@app.command()
def run(  # noqa: PLR0913 - each parameter is an option of the command
    *,
    symbols: Symbols = None,
    strategy: StrategyName = None,
    param: Params = None,
    capital: Capital = None,
    sizing: Sizing = None,
    algorithm: Algorithm = None,
    duration: Duration = None,
    bar_size: BarSize = None,
    max_concurrent: Annotated[str | None, typer.Option(help="Symbols loaded at the same time.")] = None,
    feed: Feed = None,
    data: Data = None,
    splits: Splits = None,
    dividends: Dividends = None,
    symbol_changes: Changes = None,
    delistings: Delistings = None,
    broker: Annotated[str | None, typer.Option(help="paper or ibkr.")] = None,
    gateway: Annotated[str | None, typer.Option(help="HOST:PORT of IB Gateway or TWS, for ibkr.")] = None,
    account: Annotated[str | None, typer.Option(help="Account at Interactive Brokers: DU1234567.")] = None,
    speed: Annotated[str | None, typer.Option(help="Bars a second, or max.")] = None,
    seed: Seed = None,
    database: Annotated[str | None, typer.Option(help="Database of the session.")] = None,
    web_port: Annotated[str | None, typer.Option(help="Port of the dashboard; 0 takes a free one.")] = None,
    no_web: Annotated[bool, typer.Option("--no-web", help="Leave the dashboard out.")] = False,
    exit_when_done: Annotated[bool, typer.Option("--exit-when-done", help="End with the feeds; no dashboard.")] = False,
    approve_policy: Annotated[
        str | None, typer.Option("--approve-policy", help="Who answers for limits that the risk policy loosens.")
    ] = None,
    single_process: Annotated[
        bool, typer.Option("--single-process", help="Without a supervisor that starts it again.")
    ] = False,
    beats_to: Annotated[int | None, typer.Option("--beats-to", hidden=True)] = None,
    config: Config = None,
    preset: Preset = None,
    as_json: Json = False,
) -> None:
    """Trade until stopped, on paper unless the file says live. The same settings continue where they stopped."""
    if not (single_process or exit_when_done) and beats_to is None:
        from robo_trader.app.supervision.supervisor import can_supervise, supervise

        if can_supervise():
            raise typer.Exit(supervise(sys.argv[1:]))
    from robo_trader.app.commands.run import run_command

    overrides = {
        "preset": preset,
        "data": {
            "symbols": symbols, "bar_size": bar_size, "duration": duration, "max_concurrent": max_concurrent,
            "feed": feed or ("files" if data else None), "directory": data, "speed": speed, "seed": seed,
            "splits": splits, "dividends": dividends, "symbol_changes": symbol_changes, "delistings": delistings,
        },
        "strategy": {
            "name": strategy, "parameters": parameters(param or []), "capital": capital_of(capital or []),
            "sizing": sizing,
        },
        "execution": {"broker": broker, "algorithm": algorithm},
        "ibkr": {**gateway_of(gateway), "account": account},
        "storage": {"database": database},
        "web": {"port": web_port, "enabled": False if no_web else None},
    }  # fmt: skip
    settings = _load(config, overrides)
    run_command(settings, exit_when_done=exit_when_done, approved_by=approve_policy, as_json=as_json, beats_to=beats_to)


@app.command()
def backtest(  # noqa: PLR0913 - each parameter is an option of the command
    *,
    symbols: Symbols = None,
    strategy: StrategyName = None,
    param: Params = None,
    capital: Capital = None,
    sizing: Sizing = None,
    algorithm: Algorithm = None,
    duration: Duration = None,
    bar_size: BarSize = None,
    feed: Feed = None,
    data: Data = None,
    start: Annotated[str | None, typer.Option(help="First session to play, e.g. 2005-01-03.")] = None,
    end: Annotated[str | None, typer.Option(help="Last session to play.")] = None,
    cash: Annotated[str | None, typer.Option(help="Opening cash, in US dollars.")] = None,
    engine: Annotated[
        str, typer.Option(help="event (the engine that trades) or compiled (the same, faster).")
    ] = "event",
    benchmark: Annotated[str | None, typer.Option(help="Symbol to hold the result against, e.g. SPY.")] = None,
    splits: Splits = None,
    dividends: Dividends = None,
    symbol_changes: Changes = None,
    delistings: Delistings = None,
    quotes: Annotated[
        Path | None, typer.Option(help="File or folder of quotes, for a strategy that reads them.")
    ] = None,
    trades: Annotated[Path | None, typer.Option(help="File or folder of prints, likewise.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a tear sheet to this HTML file.")] = None,
    check_invariants: Annotated[
        bool, typer.Option("--check-invariants", help="Hold every event against what must always be true.")
    ] = False,
    seed: Seed = None,
    config: Config = None,
    preset: Preset = None,
    as_json: Json = False,
) -> None:
    """Play recorded bars through the very engine that trades; nothing is kept."""
    from robo_trader.app.backtest_window import Window
    from robo_trader.app.commands.backtest import backtest_command
    from robo_trader.app.quote_backtesting import RecordFiles

    overrides = {
        "preset": preset,
        "data": {
            "symbols": symbols, "bar_size": bar_size, "duration": duration, "directory": data, "seed": seed,
            "feed": feed or ("files" if data else None), "splits": splits, "dividends": dividends,
            "symbol_changes": symbol_changes, "delistings": delistings,
        },
        "strategy": {
            "name": strategy, "parameters": parameters(param or []), "capital": capital_of(capital or []),
            "sizing": sizing,
        },
        "execution": {"opening_cash": cash, "algorithm": algorithm},
    }  # fmt: skip
    window = Window(start=start, end=end, benchmark=benchmark)
    settings = _load(config, overrides)
    backtest_command(
        settings, engine=engine, window=window, records=RecordFiles(quotes, trades), report=report,
        is_checked=check_invariants, as_json=as_json,
    )  # fmt: skip


@app.command()
def web(
    *,
    database: Database = None,
    port: Annotated[str | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    config: Config = None,
    preset: Preset = None,
    until_stdin_closes: Annotated[bool, typer.Option("--until-stdin-closes", hidden=True)] = False,
) -> None:
    """Show a session in the browser, whether it is running or not."""
    from robo_trader.app.commands.web import web_command

    settings = _load(config, {"preset": preset, "web": {"port": port}})
    web_command(settings, _session(database), as_child=until_stdin_closes)


@app.command()
def status(*, database: Database = None, as_json: Json = False) -> None:
    """How the session stands."""
    from robo_trader.app.commands.reading import show_status

    show_status(_session(database), as_json=as_json)


@app.command()
def positions(*, database: Database = None, as_json: Json = False) -> None:
    """What is held, at the last close."""
    from robo_trader.app.commands.reading import show_positions

    show_positions(_session(database), as_json=as_json)


@app.command()
def orders(*, database: Database = None, limit: Limit = 50, as_json: Json = False) -> None:
    """Orders, working and ended."""
    from robo_trader.app.commands.reading import show_orders

    show_orders(_session(database), limit=limit, as_json=as_json)


@app.command()
def fills(*, database: Database = None, limit: Limit = 50, as_json: Json = False) -> None:
    """Executions as booked."""
    from robo_trader.app.commands.reading import show_fills

    show_fills(_session(database), limit=limit, as_json=as_json)


@app.command()
def why(
    reference: Annotated[str, typer.Argument(metavar="ORDER|FILL|SYMBOL", help="An id of an order or fill; a symbol.")],
    *,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Why there is this order, fill or position: from the bar to the profit."""
    from robo_trader.app.commands.why import show_why

    show_why(_session(database), reference, as_json=as_json)


@app.command(name="why-not")
def why_not(
    symbol: Annotated[str, typer.Argument(help="Symbol of the session.")],
    *,
    at: Annotated[str | None, typer.Option("--at", help="As of this time in UTC, e.g. 2012-10-17; else now.")] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Why a symbol was not traded: what the last signals were, and what stood in their way."""
    from robo_trader.app.commands.why import show_why_not

    show_why_not(_session(database), symbol, at=at, as_json=as_json)


@app.command()
def reconcile(*, database: Database = None, limit: Limit = 50, as_json: Json = False) -> None:
    """Where the broker has it otherwise than the books, and which symbols are blocked for it."""
    from robo_trader.app.commands.reconcile import show_reconciliation

    show_reconciliation(_session(database), limit=limit, as_json=as_json)


@app.command()
def kill(
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the journal or in the kill file.")],
    database: Database = None,
    config: Config = None,
    preset: Preset = None,
) -> None:
    """Halt at once, whatever the trading state is: makes the kill file, or leaves a halt order for a session."""
    from robo_trader.app.commands.kill import kill_trading

    kill_trading(_load(config, {"preset": preset}), database, reason=reason)


@app.command()
def watchdog(*, database: Database = None, config: Config = None, preset: Preset = None) -> None:
    """Watch a session from outside: notice an engine that is frozen or dead, and do what `watchdog.action` says."""
    from robo_trader.app.commands.watchdog import watch_session

    raise typer.Exit(watch_session(_load(config, {"preset": preset}), database))


@app.command()
def version(*, as_json: Json = False) -> None:
    """The program's version."""
    from robo_trader.app.console import print_json

    if as_json:
        print_json({"version": __version__})
    else:
        typer.echo(f"robo-trader {__version__}")


@config_app.command("show")
def config_show(*, config: Config = None, preset: Preset = None, as_json: Json = False) -> None:
    """Every setting, its value, and where it came from. Secrets are masked."""
    from robo_trader.app.commands.configuration import show_settings

    show_settings(config, {"preset": preset} if preset else {}, as_json=as_json)


@config_app.command("check")
def config_check(*, config: Config = None, preset: Preset = None, as_json: Json = False) -> None:
    """Read the configuration and list every mistake in it."""
    from robo_trader.app.commands.configuration import check_settings

    check_settings(config, {"preset": preset} if preset else {}, as_json=as_json)


@config_app.command("schema")
def config_schema() -> None:
    """The JSON schema of the configuration file."""
    from robo_trader.app.commands.configuration import show_schema

    show_schema()


@new_app.command("strategy")
def new_strategy(name: Annotated[str, typer.Argument(help="Its name, as my_reversal or MyReversal.")]) -> None:
    """Write a strategy that runs, and its test, into the working directory."""
    from robo_trader.app.commands.new import write_strategy

    write_strategy(name, Path.cwd())


def main() -> NoReturn:
    """Run the program; every named error becomes one clear message and its exit code."""
    gc.set_threshold(
        50_000
    )  # what is loaded stays: to look for garbage in it every 700 objects is a seventh of a start
    try:
        app()
    except RoboTraderError as error:
        from robo_trader.app.console import print_error
        from robo_trader.app.exit_codes import exit_code_of

        print_error(error)
        sys.exit(exit_code_of(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has gone; that is no error
        sys.exit(0)
    sys.exit(0)


def _load(config: Path | None, overrides: dict[str, Any]) -> Any:  # noqa: ANN401 - Settings, imported late
    from robo_trader.app.settings import load_settings

    return load_settings(
        config_file=config, overrides=given(overrides), environment=os.environ, working_directory=Path.cwd()
    )


def _session(database: Path | None) -> Path:
    from robo_trader.app.places import chosen_session

    return chosen_session(database, os.environ)
