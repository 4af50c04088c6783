"""Errors of a part: ask for less, to find the row or field at fault."""

from __future__ import annotations

from odoosync.odoo.errors.kinds import NarrowDown


class AnswerTooLarge(NarrowDown):
    code = "odoo_answer_too_large"
    sentence = "Odoo's answer is larger than is accepted here. Ask for fewer rows or fields."


class BadAnswer(NarrowDown):
    code = "odoo_bad_answer"
    sentence = "Odoo's answer could not be understood. A proxy before it may have changed it."


class EndlessAnswer(BadAnswer):
    """`seen` rows came where the server counts `count`."""

    code = "odoo_endless_answer"

    def __init__(self, seen: int, count: int) -> None:
        super().__init__(
            f"Odoo sends many more rows than it says that it has: {seen:,} came, of {count:,}. No"
            " more were read. A proxy before it, or a change to its search, may be the reason."
        )
        self.seen = seen
        self.count = count


class ServerFault(NarrowDown):
    """`odoo_type` is the name of the server's exception, such as `builtins.ValueError`."""

    code = "odoo_server_fault"
    sentence = "Odoo failed inside while answering. Its administrator finds the reason in its log."

    def __init__(self, message: str | None = None, *, odoo_type: str = "") -> None:
        super().__init__(message)
        self.odoo_type = odoo_type
