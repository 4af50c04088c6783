"""Errors of a part: ask for less, to find the row or field at fault."""

from __future__ import annotations

from odoosync.odoo.errors.kinds import NarrowDown, OdooError


class AnswerTooLarge(NarrowDown):
    code = "odoo_answer_too_large"
    sentence = "Odoo's answer is larger than is accepted here. Ask for fewer rows or fields."
    page_hint = (
        "If records are that large, raise ODOOSYNC_PAGE_MEGABYTES or leave the large fields out."
    )


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


class TooMuchRefused(OdooError):
    """Asking for less found no end: `refused` bytes were of no use. `why` is the last refusal."""

    code = "odoo_too_much_refused"

    def __init__(self, refused: int, page: int, why: str) -> None:
        super().__init__(
            f"{refused / 1e6:,.0f} MB of Odoo's answers were of no use, so no more was asked for."
            f" What is stored stays as it is. The last of them: {why} If records are that large,"
            f" raise ODOOSYNC_PAGE_MEGABYTES ({page // 2**20} now) or leave the large fields out."
            " If not, look for what changed at this Odoo, or at a proxy before it."
        )
        self.refused = refused


class ServerFault(NarrowDown):
    """`odoo_type` is the name of the server's exception, such as `builtins.ValueError`."""

    code = "odoo_server_fault"
    sentence = "Odoo failed inside while answering. Its administrator finds the reason in its log."

    def __init__(self, message: str | None = None, *, odoo_type: str = "") -> None:
        super().__init__(message)
        self.odoo_type = odoo_type
