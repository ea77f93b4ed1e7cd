"""`robo-trader gateway`: reads the script of faults, serves, and tells where."""

import asyncio
import json
import os
import sys
import tomllib
from pathlib import Path

from robo_trader.app.gateway_serving import GatewayOptions, Listening, serve_gateway
from robo_trader.app.logs import configure_logs
from robo_trader.app.settings import Settings
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.simulation.gateway.market.settings import MarketAccess
from robo_trader.simulation.gateway.server.faults import Fault, read_faults

__all__ = ["GatewayOptions", "gateway_command", "read_access"]


def gateway_command(settings: Settings, options: GatewayOptions) -> None:
    """Serve until stopped; one line on standard output tells the address once clients can connect."""
    configure_logs(settings.monitoring.log_level, settings.monitoring.log_format)
    faults = read_fault_file(options.faults) if options.faults else ()

    def tell(listening: Listening) -> None:
        sys.stdout.write(_told(listening, as_json=options.as_json) + "\n")
        sys.stdout.flush()

    asyncio.run(serve_gateway(settings, options, faults, environment=os.environ, tell=tell))


def read_fault_file(path: Path) -> tuple[Fault, ...]:
    """Return the faults of a script. Raises InvalidConfig where it cannot be read or says what cannot happen."""
    try:
        raw = path.read_bytes()
        script = json.loads(raw) if path.suffix == ".json" else tomllib.loads(raw.decode())
    except OSError as error:
        raise InvalidConfig(
            f"the script of faults {path} cannot be read: {error.strerror}", next_step="Check the path of --faults."
        ) from error
    except ValueError as error:  # of either format, or of its letters
        raise InvalidConfig(
            f"the script of faults {path} is neither TOML nor JSON: {error}", next_step="docs/gateway.md has examples."
        ) from error
    return read_faults(script)


def read_access(text: str) -> MarketAccess:
    """Return what clients may see. Raises InvalidConfig for a word that says none of it."""
    try:
        return MarketAccess(text.upper())
    except ValueError as error:
        raise InvalidConfig(
            f"market data cannot be {text!r}", next_step="Say --market-data live, delayed or none."
        ) from error


def _told(listening: Listening, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(
            {
                "host": listening.host,
                "port": listening.port,
                "account": listening.account,
                "control_port": listening.control_port,
            }
        )
    control = f"; control http://127.0.0.1:{listening.control_port}" if listening.control_port else ""
    return f"gateway listens on {listening.host}:{listening.port}, account {listening.account}{control}"
