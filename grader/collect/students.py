"""From what the LMS calls people to students, and of each student the last upload."""

from datetime import datetime

from grader.collect.clock import Clock
from grader.collect.names import RefusedError, safe_id
from grader.collect.roster import Roster
from grader.collect.stage import Refusal, Stage, Upload
from grader.intake.cells import shown


def last_of_each(stage: Stage, roster: Roster, clock: Clock) -> dict[str, tuple[Upload, datetime]]:
    """Return the last upload of each student and its time; name what nobody can be given.

    Raises
    ------
    RefusedError
        If a time would have to be guessed.
    """
    chosen: dict[str, tuple[Upload, datetime]] = {}
    spelt: dict[str, str] = {}  # two students must not differ by upper case alone
    for upload in stage.uploads.values():
        student = _student(upload, stage, roster)
        if student is None:
            continue
        time = clock.time_of(upload)
        student = spelt.setdefault(student.casefold(), student)
        before = chosen.get(student)
        if before and before[0].sender.id != upload.sender.id:
            other = shown(before[0].sender.id)
            _refuse(stage, upload, f"would be {student}, as {other} is: list both in a roster")
        elif not before or before[1] <= time:
            chosen[student] = upload, time
    return chosen


def _student(upload: Upload, stage: Stage, roster: Roster) -> str | None:
    """Return a student's id; None if there is nothing to store, or nobody to store it for."""
    if not upload.files:
        _refuse(stage, upload, "nothing that was handed in could be taken")
        return None
    student = roster.find(upload.sender)
    if student:
        return student
    if roster.exists:
        _refuse(stage, upload, "is not on the roster: taken under this name")
    try:
        return safe_id(upload.sender.id)
    except RefusedError as error:
        _refuse(stage, upload, str(error))
        return None


def _refuse(stage: Stage, upload: Upload, why: str) -> None:
    stage.refused.append(Refusal(shown(upload.sender.id), why))
