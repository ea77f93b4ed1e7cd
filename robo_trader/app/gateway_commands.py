"""`robo-trader gateway`: the command and its options. What it does is imported when it runs."""

import os
from pathlib import Path
from typing import Annotated

import typer


def gateway(  # noqa: PLR0913 - each parameter is an option of the command
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; there is no login.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 4002,
    account: Annotated[str, typer.Option(help="Name of the pretend paper account.")] = "DU1234567",
    cash: Annotated[str | None, typer.Option(help="Opening cash, in US dollars.")] = None,
    symbols: Annotated[str | None, typer.Option(help="What can be traded, e.g. AAPL,MSFT.")] = None,
    feed: Annotated[str | None, typer.Option(help="auto, sample, files or synthetic.")] = None,
    data: Annotated[str | None, typer.Option(help="Folder of bar files, for the feed files.")] = None,
    bar_size: Annotated[str | None, typer.Option(help='Length of a bar, e.g. "1 day", "1 min".')] = None,
    duration: Annotated[str | None, typer.Option(help='How far back to begin, e.g. "30 D".')] = None,
    quotes: Annotated[Path | None, typer.Option(help="File or folder of quotes, to make the market of.")] = None,
    trades: Annotated[Path | None, typer.Option(help="File or folder of prints, likewise.")] = None,
    speed: Annotated[str, typer.Option(help="Bars, quotes and prints a second, or max.")] = "1",
    seed: Annotated[int, typer.Option(min=0, help="Of simulated prices and of faults by chance.")] = 0,
    faults: Annotated[Path | None, typer.Option(help="Script of faults, TOML or JSON: see docs/gateway.md.")] = None,
    control_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port on this machine for frames, books and faults; 0: free.")
    ] = None,
    state: Annotated[Path | None, typer.Option(help="File that keeps orders and positions over restarts.")] = None,
    market_data: Annotated[str, typer.Option(help="What clients may see: live, delayed or none.")] = "live",
    await_client: Annotated[bool, typer.Option("--await-client", help="The market waits for a client.")] = False,
    no_pacing: Annotated[bool, typer.Option("--no-pacing", help="Allow more than 50 messages a second.")] = False,
    exit_when_done: Annotated[bool, typer.Option("--exit-when-done", help="End with the feeds.")] = False,
    config: Annotated[Path | None, typer.Option(help="TOML file; robo_trader.toml if there is one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Tell the address as JSON.")] = False,
) -> None:
    """Pretend to be IB Gateway: clients of the TWS API connect and trade against recorded or made-up prices."""
    from robo_trader.app.commands.gateway import GatewayOptions, gateway_command, read_access
    from robo_trader.app.option_values import given
    from robo_trader.app.quote_backtesting import RecordFiles
    from robo_trader.app.settings import load_settings

    overrides = {
        "data": {
            "symbols": symbols, "bar_size": bar_size, "duration": duration, "directory": data, "speed": speed,
            "feed": feed or ("files" if data else None), "seed": seed,
        },
        "execution": {"opening_cash": cash},
    }  # fmt: skip
    settings = load_settings(
        config_file=config, overrides=given(overrides), environment=os.environ, working_directory=Path.cwd()
    )
    options = GatewayOptions(
        host=host, port=port, account=account, seed=seed, faults=faults, control_port=control_port, state=state,
        records=RecordFiles(quotes, trades), awaits_client=await_client, is_paced=not no_pacing,
        access=read_access(market_data),
        ends_with_feeds=exit_when_done, as_json=as_json,
    )  # fmt: skip
    gateway_command(settings, options)


def conformance(  # noqa: PLR0913 - each parameter is an option of the command
    *,
    gateway: Annotated[str, typer.Option(help="HOST:PORT of IB Gateway or TWS with a paper login.")],
    account: Annotated[str, typer.Option(help="Paper account: DU1234567.")],
    symbol: Annotated[str, typer.Option(help="A large and liquid stock.")] = "AAPL",
    price: Annotated[str | None, typer.Option(help="About what a share costs; else the gateway is asked.")] = None,
    fill: Annotated[bool, typer.Option("--fill", help="Also buy a share at the market, and sell it.")] = False,
    client_id: Annotated[int, typer.Option(min=1, help="Nobody else's; open orders are found again by it.")] = 77,
    output: Annotated[Path | None, typer.Option(help="Write every frame to this file, as JSON lines.")] = None,
    compare: Annotated[Path | None, typer.Option(help="Recording to hold the tour against.")] = None,
    patience: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")] = 10.0,
    settle: Annotated[float, typer.Option(min=0.0, help="Seconds to wait for what follows an answer.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Tour a paper gateway with orders that do not fill, and record or compare what it says."""
    from robo_trader.adapters.brokers.interactive_brokers.conformance.tour import TourPlan
    from robo_trader.app.commands.conformance import conformance_command
    from robo_trader.app.option_values import gateway_of, price_of
    from robo_trader.core.domain.instruments import parse_symbol

    plan = TourPlan(
        **gateway_of(gateway), account=account, symbol=parse_symbol(symbol), client_id=client_id, price=price_of(price),
        fills=fill, answer_seconds=patience, settle_seconds=settle,
    )  # fmt: skip
    conformance_command(plan, output=output, against=compare, as_json=as_json)
