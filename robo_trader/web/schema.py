"""The contract as JSON, from which the page's types are made: `python -m robo_trader.web.schema`."""

import json
import sys
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from robo_trader.web import protocol, rest_models

_OUT: tuple[type[protocol.WireModel], ...] = (
    rest_models.SessionInfo,
    rest_models.Page,
    rest_models.Liveness,
    rest_models.HealthInfo,
    rest_models.Problem,
)


def contract() -> dict[str, Any]:
    """Return message and body schemas, the columns of every topic and the close codes."""
    return {
        "server_message": TypeAdapter[Any](protocol.ServerMessage).json_schema(mode="serialization"),
        "client_message": TypeAdapter[Any](protocol.ClientMessage).json_schema(mode="validation"),
        "rest": _rest_schema(),
        "tables": {**protocol.TABLE_COLUMNS, protocol.BARS_PREFIX: protocol.BAR_COLUMNS},
        "streams": protocol.STREAM_COLUMNS,
        "close_codes": {code.name: code.value for code in protocol.CloseCode},
    }


def _rest_schema() -> dict[str, Any]:
    modes: list[tuple[type[protocol.WireModel], JsonSchemaMode]] = [(rest_models.Login, "validation")]
    modes += [(model, "serialization") for model in _OUT]
    return models_json_schema(modes)[1]


if __name__ == "__main__":
    json.dump(contract(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
