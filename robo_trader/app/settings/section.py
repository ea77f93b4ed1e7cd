"""What all sections of the configuration have in common."""

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from robo_trader.app.settings.fields import refusal


class Section(BaseModel):
    """A group of settings: frozen, and nothing in it may be misspelled.

    Rules about two fields are written as validators of the later one, so that they are checked, and a
    contradiction is listed, even where a third field of the section is wrong. For that, defaults are validated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    @field_validator("*", mode="before")
    @classmethod
    def _is_plainly_typed(cls, value: object, info: ValidationInfo) -> object:
        """Refuse what pydantic would bend into shape: true as the number 1, or text with hidden characters."""
        assert info.field_name is not None
        if isinstance(value, bool) and cls.model_fields[info.field_name].annotation is not bool:
            raise refusal("must not be true or false")
        if isinstance(value, str) and not value.isprintable():
            raise refusal("holds a character that cannot be printed, such as a line break")
        return value
