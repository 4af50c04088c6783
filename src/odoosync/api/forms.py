"""Bodies as callers send them: no field is unknown, and each number is one.

Parameters in a URL are text, and are read as such. JSON has numbers of its own.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, LiteralString, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

_NO_NUMBER: Final[LiteralString] = "no_number"
_WRONG_SHAPE: Final[LiteralString] = "wrong_shape"
OUR_KINDS: Final = frozenset({_NO_NUMBER, _WRONG_SHAPE})
"""Errors that are raised here: their sentences are shown as they are, for they hold no value."""
_NUMBERS: Final = {int: "a whole number, such as 1", float: "a number, such as 1.5"}

DatasetName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Form(BaseModel):
    """The body of a request; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_what_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Raise for `true` and `"1"`, which pydantic takes for 1; `1.0` is the number 1."""
        if not isinstance(value, bool | str):
            return value
        annotation = cls.model_fields[info.field_name or ""].annotation
        for number, described in _NUMBERS.items():
            if number in (annotation, *get_args(annotation)):
                raise _error(_NO_NUMBER, f"should be {described}")
        return value


def shaped(pattern: str, sentence: str) -> AfterValidator:
    """Return what refuses text that does not match, by a sentence: people read no patterns."""
    shape = re.compile(pattern)

    def check(text: str) -> str:
        if shape.fullmatch(text) is None:
            raise _error(_WRONG_SHAPE, sentence)
        return text

    return AfterValidator(check)


def _error(kind: LiteralString, sentence: str) -> PydanticCustomError:
    return PydanticCustomError(kind, "{sentence}", {"sentence": sentence})
