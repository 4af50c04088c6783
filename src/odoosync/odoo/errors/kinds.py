"""What an error of Odoo carries, and its kinds: what one can do about it."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from odoosync.errors import OdoosyncError

Stage = Literal["dns", "connect", "tls", "version", "database", "login", "rights", "read"]

ON_THE_WAY: tuple[Stage, ...] = ("dns", "connect", "tls")
"""Stages at which the address may be at fault, before anything is asked."""


class OdooError(OdoosyncError):
    """`stage` tells how far the way to the data went; `hint` adds to a message that is fixed.

    `place` is the address that is meant, where the address may be at fault. `private` is the
    address that was met, where it is no public one.
    """

    code = "odoo_error"
    stage: Stage = "read"
    retriable: bool = False
    hint: str = ""
    place: str = ""
    private: str = ""
    sentence: ClassVar[str] = "Odoo could not be read."

    def __init__(
        self,
        message: str | None = None,
        *,
        stage: Stage | None = None,
        retriable: bool | None = None,
    ) -> None:
        super().__init__(message or self.sentence)
        self.stage = stage or self.stage
        self.retriable = self.retriable if retriable is None else retriable

    def at(self, place: str) -> Self:
        """Name the address at the end of the first sentence, once."""
        if not self.place:
            self.place = place
            first, _, rest = self.message.partition(". ")
            self.message = f"{first.rstrip('.')} ({place}). {rest}".rstrip()
            self.args = (self.message,)
        return self

    @property
    def advice(self) -> str:
        """The message, and what more there is to do about it."""
        return f"{self.message.rstrip('.')}. {self.hint}" if self.hint else self.message


class RetryLater(OdooError):
    retriable = True


class FixAddress(OdooError):
    stage: Stage = "connect"


class FixLogin(OdooError):
    stage: Stage = "login"


class FixRights(OdooError):
    stage: Stage = "rights"


class FixRequest(OdooError):
    pass


class NarrowDown(OdooError):
    pass
