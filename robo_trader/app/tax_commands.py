"""`robo-trader tax`: the commands and their options. What they do is imported when they run."""

import os
from pathlib import Path
from typing import Annotated

import typer

tax_app = typer.Typer(help="Tax lots and realised gains; paper accounts' are simulated.", no_args_is_help=True)

Database = Annotated[Path | None, typer.Option("--database", help="Database of the session; the latest if not given.")]
Method = Annotated[str, typer.Option("--method", help="Which lots a sale closes: fifo, lifo, highest-cost, specific.")]
Choices = Annotated[
    Path | None, typer.Option("--choices", help="CSV of closing_id,lot_id,quantity, for --method specific.")
]
Splits = Annotated[Path | None, typer.Option("--splits", help="CSV of ex_date,symbol,ratio.")]
Strategy = Annotated[
    str | None, typer.Option("--strategy", help="Only the part of one of several strategies, by its name.")
]
CsvFile = Annotated[Path | None, typer.Option("--csv", help="Write them to this CSV file as well.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@tax_app.command()
def lots(  # noqa: PLR0913 - each parameter is an option of the command
    *,
    database: Database = None,
    method: Method = "fifo",
    choices: Choices = None,
    splits: Splits = None,
    strategy: Strategy = None,
    csv: CsvFile = None,
    as_json: Json = False,
) -> None:
    """Open lots: what they cost, and from when on a sale of them is long term."""
    from robo_trader.app.commands.tax import TaxQuestion, show_lots
    from robo_trader.app.places import chosen_session

    question = TaxQuestion(method=method, choices=choices, splits=splits, strategy=strategy)
    show_lots(chosen_session(database, os.environ), question, csv_file=csv, as_json=as_json)


@tax_app.command()
def gains(  # noqa: PLR0913 - each parameter is an option of the command
    *,
    database: Database = None,
    method: Method = "fifo",
    choices: Choices = None,
    splits: Splits = None,
    strategy: Strategy = None,
    year: Annotated[int | None, typer.Option("--year", min=1900, max=2999, help="Sold in this year only.")] = None,
    csv: CsvFile = None,
    as_json: Json = False,
) -> None:
    """Realised gains by lot and term, wash sales flagged; --csv writes the lines of Form 8949."""
    from robo_trader.app.commands.tax import TaxQuestion, show_gains
    from robo_trader.app.places import chosen_session

    question = TaxQuestion(method=method, choices=choices, splits=splits, strategy=strategy)
    show_gains(chosen_session(database, os.environ), question, year=year, csv_file=csv, as_json=as_json)
