"""When something was handed in; lateness costs marks, so nothing is guessed."""

from datetime import UTC, datetime

from grader.collect.names import RefusedError
from grader.collect.stage import Upload
from grader.intake.cells import shown


class Clock:
    """Tells when an upload was handed in; never asks the upload.

    Parameters
    ----------
    due
        When the work was due, None if it never is late.
    at
        What the instructor says, None for nothing.
    trust
        Whether the times of files and archives may be believed.
    """

    def __init__(self, due: datetime | None, *, at: datetime | None, trust: bool) -> None:
        self._at, self._trust = at, trust
        self._now = datetime.now(UTC)
        self._due = due.astimezone(UTC) if due else None

    def time_of(self, upload: Upload) -> datetime:
        """Return the time of an upload.

        Raises
        ------
        RefusedError
            If it may have been in time or not: guessing would cost marks.
        """
        sender = upload.sender
        if sender.time is not None:
            return sender.time
        if self._at is not None:
            return self._at
        if self._trust and upload.time is not None:
            return min(upload.time, self._now)
        if self._due is None or self._now <= self._due:
            return self._now
        if sender.late is False:
            return self._due
        raise RefusedError(
            f"The work was due at {self._due:%Y-%m-%d %H:%M} UTC, and nothing says when "
            f"{shown(sender.name)} handed in: add --at TIME, or --trust-times if the times of the "
            "files are the LMS's own."
        )
