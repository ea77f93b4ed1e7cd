"""The JSON schema of the configuration file, for editors and for `config schema`."""

from decimal import Decimal
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from robo_trader.app.settings.model import Settings


class _TomlSchema(GenerateJsonSchema):
    """Decimals are numbers here, as they are in a TOML file, where pydantic would offer text as well."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        bounds = {
            "exclusiveMinimum": schema.get("gt"),
            "minimum": schema.get("ge"),
            "exclusiveMaximum": schema.get("lt"),
            "maximum": schema.get("le"),
        }
        return {"type": "number"} | {name: _number(bound) for name, bound in bounds.items() if bound is not None}

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 - the signature is pydantic's
        return _number(dft) if isinstance(dft, Decimal) else super().encode_default(dft)


def settings_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of the file; descriptions carry the units."""
    schema = Settings.model_json_schema(schema_generator=_TomlSchema)
    for section in schema["$defs"].values():
        _drop_defaults_without_value(section)
    for prop in schema["properties"].values():
        if "$ref" in prop:
            del prop["default"]  # the fields of the section tell theirs
    described = {"title": "robo_trader.toml", "description": "Every key with its bounds, unit and default."}
    return {"$schema": _TomlSchema.schema_dialect, **schema, **described}


def _drop_defaults_without_value(section: dict[str, Any]) -> None:
    """Remove null defaults: TOML has no null, a key that is not set is not written."""
    for prop in section.get("properties", {}).values():
        if prop.get("default", "") is None:
            del prop["default"]


def _number(value: Decimal | float) -> int | float:
    return int(value) if value == int(value) else float(value)
