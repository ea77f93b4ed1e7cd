"""`robo-trader features`: the commands and their options. What they do is imported when they run."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

features_app = typer.Typer(help="List, compute and judge features.", no_args_is_help=True)

Names = Annotated[
    list[str], typer.Argument(metavar="FEATURE...", help='E.g. sma:20, macd:12,26, beta:60@SPY, "rank(roc:20)".')
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Symbols = Annotated[str | None, typer.Option("--symbols", help="Whose features, e.g. AAPL,MSFT.")]
Feed = Annotated[str | None, typer.Option("--feed", help="auto, sample, files or synthetic.")]
Data = Annotated[str | None, typer.Option("--data", help="Folder of bar files, for the feed files.")]
BarSize = Annotated[str | None, typer.Option("--bar-size", help='Length of a bar, e.g. "1 day", "1 min".')]
Seed = Annotated[str | None, typer.Option("--seed", help="Seed of simulated prices.")]
Start = Annotated[str | None, typer.Option("--start", help="First session shown, YYYY-MM-DD.")]
End = Annotated[str | None, typer.Option("--end", help="Last session shown, YYYY-MM-DD.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Nothing known later is used: a session's date, or a UTC time.")
]
Groups = Annotated[Path | None, typer.Option("--groups", help="CSV file symbol,group: sectors to compare within.")]
Config = Annotated[Path | None, typer.Option("--config", help="TOML file; robo_trader.toml if there is one.")]


@features_app.command("list")
def list_(
    *,
    group: Annotated[str | None, typer.Option("--group", help="Only these, e.g. trend or cross-sectional.")] = None,
    as_json: Json = False,
) -> None:
    """Every feature there is."""
    from robo_trader.app.commands.features import list_features

    list_features(group, as_json=as_json)


@features_app.command()
def show(name: Annotated[str, typer.Argument(help="Name of a feature, e.g. rsi.")], *, as_json: Json = False) -> None:
    """What a feature is: source, inputs, unit, parameters with bounds, warm-up, and when it has no value."""
    from robo_trader.app.commands.features import show_feature

    show_feature(name, as_json=as_json)


@features_app.command()
def compute(  # noqa: PLR0913 - each parameter is an option of the command
    names: Names,
    *,
    symbols: Symbols = None,
    feed: Feed = None,
    data: Data = None,
    bar_size: BarSize = None,
    seed: Seed = None,
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    groups: Groups = None,
    output: Annotated[Path | None, typer.Option("--output", help="File for the values, .parquet or .csv.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Compute what is not kept yet, over all bars there are, and show or write the rows asked for."""
    from robo_trader.app.commands.feature_values import Selection, compute_features

    settings = _settings(config, symbols=symbols, feed=feed, directory=data, bar_size=bar_size, seed=seed)
    selection = Selection(names=names, groups=groups, start=start, end=end, as_of=as_of)
    compute_features(settings, selection, output=output, as_json=as_json)


@features_app.command()
def analyse(  # noqa: PLR0913 - each parameter is an option of the command
    names: Names,
    *,
    symbols: Symbols = None,
    feed: Feed = None,
    data: Data = None,
    bar_size: BarSize = None,
    seed: Seed = None,
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    groups: Groups = None,
    horizons: Annotated[
        str, typer.Option("--horizons", help="How many bars ahead returns are held against.")
    ] = "1,2,5,10,21",
    threshold: Annotated[
        float, typer.Option("--threshold", help="Correlation from which two features are alike.")
    ] = 0.9,
    report: Annotated[Path | None, typer.Option("--report", help="HTML file for the whole study.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Say how alike features are, what they foretell, how steady they are, and how often they have a value."""
    from robo_trader.app.commands.feature_values import Selection, analyse_features

    settings = _settings(config, symbols=symbols, feed=feed, directory=data, bar_size=bar_size, seed=seed)
    selection = Selection(names=names, groups=groups, start=start, end=end, as_of=as_of)
    analyse_features(settings, selection, horizons=horizons, threshold=threshold, report=report, as_json=as_json)


def _settings(config: Path | None, **given: str | None) -> Any:  # noqa: ANN401 - Settings, imported late
    from robo_trader.app.settings import load_settings

    if given["feed"] is None and given["directory"] is not None:
        given["feed"] = "files"
    data = {key: value for key, value in given.items() if value is not None}
    return load_settings(
        config_file=config,
        overrides={"data": data} if data else {},
        environment=os.environ,
        working_directory=Path.cwd(),
    )
