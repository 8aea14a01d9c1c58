"""Goes through one submission: the student's cells run there, the instructor's tests here."""

import copy
from typing import Any

from nbformat import NotebookNode

from grader.intake import Intake
from grader.judge.deadline import Clock, OverTimeError
from grader.judge.outputs import clean_outputs, error_output, text_output
from grader.judge.plan import ORDINARY, SOLUTION, TEST, Plan, Planned, key_of, plan_of
from grader.judge.proxies import named
from grader.judge.student import Sandbox, SandboxLostError, Student, StudentDiedError
from grader.judge.trial import Trial, try_cell
from grader.judge.verdict import Circumstances, judge_trial, mask
from grader.policy import Policy
from grader.results import PASSED, CellResult

Judged = tuple[tuple[CellResult, ...], dict[str, Any], tuple[str, ...]]
"""The verdicts of the test cells, the notebook with its outputs, notes."""


def judge_submission(
    submission: Intake, source: NotebookNode, sandbox: Sandbox, policy: Policy, seed: int
) -> Judged:
    """Judge a submission, in the main thread of a trusted process.

    Parameters
    ----------
    submission
        The released notebook with the student's code.
    source
        The instructor's notebook, with solutions and hidden tests.
    sandbox
        Where the student's code runs.
    policy
        Its limits.
    seed
        Mixed into the inputs that hidden checks draw.

    Returns
    -------
    Judged
        The verdicts are in the order of the source.

    Raises
    ------
    SandboxLostError
        If the sandbox ended meanwhile: the verdicts would blame the student for that.
    """
    judging = _Judging(submission, plan_of(source), sandbox, policy, seed)
    try:
        verdict = judging.judge()
    finally:
        judging.student.close()
    if judging.student.sandbox_lost:
        raise SandboxLostError("the sandbox ended while it was graded")
    return verdict


class _Judging:
    """One submission on its way through the notebook."""

    def __init__(
        self, submission: Intake, plan: Plan, sandbox: Sandbox, policy: Policy, seed: int
    ) -> None:
        limits = policy.limits
        self.plan, self.seed, self.output_size = plan, seed, limits.output_kib << 10
        self.notebook = copy.deepcopy(submission.notebook)
        self.clock = Clock(limits.cell_seconds, limits.submission_seconds)
        self.student = Student(sandbox, limits, self.clock)
        self.space: dict[str, Any] = {"__name__": "__main__"}
        self.names: set[str] = set()  # that solutions up to here define
        self.borrowed: set[str] = set()  # whose values are the student's
        self.problems: dict[str, str] = dict.fromkeys(plan.names, "")
        self.results: dict[str, CellResult] = {}
        self.notes: list[str] = []
        sources = [c["source"] for c in self.notebook["cells"] if c["cell_type"] == "code"]
        self.lines = frozenset(line.strip() for text in sources for line in text.splitlines())

    def judge(self) -> Judged:
        waiting = {planned.key: planned for planned in self.plan.cells}
        for number, cell in enumerate(self._code_cells(), start=1):
            planned = waiting.pop(key_of(cell), None)
            cell["execution_count"] = number
            if planned is not None and planned.role == TEST:
                cell["outputs"] = self._test(planned)
            else:
                cell["outputs"] = self._run(cell["source"], planned)
        for planned in waiting.values():
            if planned.role == TEST:
                self._test(planned)
        tests = [planned.key for planned in self.plan.cells if planned.role == TEST]
        return tuple(self.results[key] for key in tests), self.notebook, tuple(self.notes)

    def _code_cells(self) -> list[dict[str, Any]]:
        return [cell for cell in self.notebook["cells"] if cell["cell_type"] == "code"]

    def _run(self, source: str, planned: Planned | None) -> list[dict[str, Any]]:
        """Run a cell in the student's process; an instructor's ordinary cell here too."""
        outputs, problem = self._run_there(source) if source.strip() else ([], "")
        if planned is not None and planned.role == SOLUTION:
            self.names |= planned.code.defines
            self.problems |= dict.fromkeys(planned.code.defines, problem)
        if planned is not None and planned.role == ORDINARY:
            self._run_here(planned)
        return outputs

    def _run_there(self, source: str) -> tuple[list[dict[str, Any]], str]:
        try:
            self.student.begin_cell()
            with self.clock.cell():
                outputs, problem = self.student.run(source)
            return clean_outputs(outputs, self.output_size), mask(problem)
        except OverTimeError as error:
            return [error_output("TimeoutError", f"This cell was stopped: {error}.")], "a timeout"
        except StudentDiedError as error:
            return [error_output("RuntimeError", mask(f"This cell was stopped: {error}."))], (
                "an end of its process"
            )

    def _run_here(self, planned: Planned) -> None:
        """Let the instructor's cell do here what later tests may need: imports, data, helpers."""
        self._try(planned)

    def _test(self, planned: Planned) -> list[dict[str, Any]]:
        trial = self._try(planned)
        around = Circumstances(
            self.lines, self.problems, self.student.trouble, self.student.ran_out_of_memory
        )
        with self.clock.stopped():
            result, note = judge_trial(self.plan, planned, trial, around)
        self.results[planned.key] = result
        self.notes += [note] if note else []
        if result.status == PASSED:
            show = result.message if planned.hidden else trial.printed
            return [text_output(mask(show))] if show else []
        return [error_output(result.status.upper(), result.message)]

    def _try(self, planned: Planned) -> Trial:
        try:
            self.student.begin_cell()
            with self.clock.cell():
                self._bind(planned)
                return try_cell(planned, self.space, self.seed)
        except (OverTimeError, StudentDiedError) as error:
            return Trial(error=error)

    def _bind(self, planned: Planned) -> None:
        """Bind the student's names anew: a cell may have redefined them."""
        own = self.space.keys() - self.borrowed
        wanted = self.names | (planned.code.uses - own)
        found = self.student.look_up(sorted(wanted)) if wanted else {}
        self.borrowed |= found.keys()
        for name in wanted:
            self.space.pop(name, None)
            if name in found:
                self.space[name] = named(found[name], name)
