"""Marks for annotations: how strictly Pydantic reads a value that a person wrote, and what a message says it takes.

`window_days: Annotated[int, Whole(1, 3650)]`. Pydantic is imported when something is validated, not before: a command
that validates nothing starts without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

TAKES: Final = "takes"
"""The type of the errors whose message says what a setting takes."""

UNKNOWN_NAME: Final = "unknown_name"
"""The type of the errors about a name that is not among the known ones; they hold these in their context."""

MOST_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two others, both included."""

    lowest: int
    highest: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic reads it."""
        from pydantic_core import core_schema

        number = core_schema.int_schema(strict=True, ge=self.lowest, le=self.highest)
        return _takes(number, f"a whole number from {self.lowest} to {self.highest}")


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number between two others, both included, with at most 4 decimals: a number or a text in TOML."""

    lowest: str
    highest: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic reads it."""
        from pydantic_core import core_schema

        number = core_schema.decimal_schema(ge=Decimal(self.lowest), le=Decimal(self.highest))
        exact = core_schema.no_info_after_validator_function(_few_decimals, number)
        what = f"a number from {self.lowest} to {self.highest} with at most {MOST_DECIMALS} decimals"
        return _takes(exact, what)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several texts."""

    choices: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic reads it."""
        from pydantic_core import core_schema

        return _takes(core_schema.literal_schema(list(self.choices)), f"one of {', '.join(self.choices)}")


@dataclass(frozen=True, slots=True)
class YesOrNo:
    """True or false, and neither 1 nor 0."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic reads it."""
        from pydantic_core import core_schema

        return _takes(core_schema.bool_schema(strict=True), "true or false")


@dataclass(frozen=True, slots=True)
class Text:
    """A text that `check` gives back, or refuses with ValueError in the words that follow the setting's name.

    `takes`: what a message says of a value that is not a text.
    """

    check: Callable[[str], str] | None = None
    takes: str = "a text"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic reads it."""
        from pydantic_core import core_schema

        text = _takes(core_schema.str_schema(strict=True), self.takes)
        return core_schema.no_info_after_validator_function(self.check, text) if self.check else text


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts, as a tuple that `check` gives back or refuses with ValueError as in `Text`."""

    takes: str
    check: Callable[[tuple[str, ...]], tuple[str, ...]] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic reads it."""
        from pydantic_core import core_schema

        texts = _takes(core_schema.list_schema(core_schema.str_schema(strict=True), strict=True), self.takes)
        as_tuple = core_schema.no_info_after_validator_function(tuple, texts)
        return core_schema.no_info_after_validator_function(self.check, as_tuple) if self.check else as_tuple


@dataclass(frozen=True, slots=True)
class TextsByName:
    """A table of texts."""

    takes: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic reads it."""
        from pydantic_core import core_schema

        text = core_schema.str_schema(strict=True)
        return _takes(core_schema.dict_schema(text, text, strict=True), self.takes)


@dataclass(frozen=True, slots=True)
class KnownNames:
    """A table of tables whose names are among these."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic reads it."""
        from pydantic_core import core_schema

        schema = handler(source)
        key = core_schema.custom_error_schema(
            core_schema.literal_schema(list(self.names)),
            custom_error_type=UNKNOWN_NAME,
            custom_error_context={"known": list(self.names)},
            custom_error_message="is unknown",
        )
        return {**schema, "keys_schema": key}


@dataclass(frozen=True, slots=True)
class Agreeing:
    """A whole table whose settings must agree: `check` gives it back or refuses it with ValueError as in `Text`."""

    check: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic reads it."""
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self.check, handler(source))


def _takes(schema: CoreSchema, what: str) -> CoreSchema:
    """The schema, all of whose errors say that the setting takes this."""
    from pydantic_core import core_schema

    return core_schema.custom_error_schema(
        schema,
        custom_error_type=TAKES,
        custom_error_message="takes {what}",
        custom_error_context={"what": what},
    )


def _few_decimals(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_DECIMALS:
        raise ValueError("too many decimals")
    return number
