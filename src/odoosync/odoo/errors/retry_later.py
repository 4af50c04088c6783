"""Errors that pass: the same call may work in a while."""

from __future__ import annotations

from odoosync.odoo.errors.kinds import RetryLater, Stage


class TimedOut(RetryLater):
    code = "odoo_timed_out"
    sentence = "Odoo did not answer in time. Try again later, or ask for less at once."


class ServerBusy(RetryLater):
    """`retry_after` is in seconds, when the server said so."""

    code = "odoo_busy"
    sentence = "The Odoo server is busy or being restarted. Try again in a while."

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServerConflict(RetryLater):
    code = "odoo_conflict"
    sentence = "Odoo was changing the same records at that moment. Try again."


class DatabaseFailed(RetryLater):
    """`names_it`: PostgreSQL named the database when it refused, in whatever language."""

    code = "odoo_database_failed"
    stage: Stage = "database"
    sentence = (
        "Odoo could not open this database. Check its name, and that its PostgreSQL runs, or try"
        " again later."
    )

    def __init__(self, *, names_it: bool = False) -> None:
        super().__init__()
        self.names_it = names_it


class CutOff(RetryLater):
    code = "odoo_cut_off"
    sentence = "The connection to Odoo was lost before its answer was complete. Try again."


class BrokenAnswer(CutOff):
    """A proxy, a maintenance page or a crash came in between: these bytes are not Odoo's answer."""

    code = "odoo_broken_answer"
    sentence = "What came is not Odoo's answer: a proxy before it may have sent it. Try again."


class Unreachable(RetryLater):
    code = "odoo_unreachable"
    stage: Stage = "connect"
    sentence = "Nothing answers at this address. Check the URL, its port, and that Odoo runs."
