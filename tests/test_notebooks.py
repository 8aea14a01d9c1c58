"""Every notebook is run by papermill: chapters and solutions to the end, student versions not."""

from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*/*.ipynb"))
STUDENT_VERSIONS = sorted((ROOT / "notebooks" / "exercises").glob("*/*.ipynb"))
FIRST_STUB = {
    "01_one_hot": "build_vocabulary",
    "02_rnn_forward": "softmax",
    "03_bptt": "cross_entropy",
    "04_topologies": "last_state",
    "05_language_models": "next_token_pairs",
    "06_vanishing_gradients": "state_jacobian",
    "07_gru": "simple_gru_cell_forward",
    "08_lstm": "lstm_cell_forward",
    "09_bidirectional_deep": "reverse_padded",
    "10_forecasting": "chronological_split",
    "11_sentiment": "tokenize",
    "12_attention": "additive_attention",
}
CAPSTONE = "13_capstone"
CELL_KEYS = {"nbgrader", "deletable", "editable", "mystnb", "tags"}
CELL_SECONDS = 300


@pytest.fixture(autouse=True)
def one_thread_a_kernel(monkeypatch: pytest.MonkeyPatch):
    """Notebooks run side by side: threads of one would only take time from the others."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        monkeypatch.setenv(f"{library}_NUM_THREADS", "1")


def run(notebook: Path, output: Path) -> None:
    papermill.execute_notebook(
        notebook,
        output,
        cwd=notebook.parent,
        kernel_name="python3",
        progress_bar=False,
        execution_timeout=CELL_SECONDS,
        extra_arguments=["--log-level=ERROR"],
    )


def outputs_of(notebook: Path) -> list[NotebookNode]:
    cells = nbformat.read(notebook, as_version=4).cells
    return [output for cell in cells for output in cell.get("outputs", ())]


@pytest.mark.parametrize(
    "notebook", CHAPTERS + SOLUTIONS, ids=lambda path: str(path.relative_to(ROOT))
)
def test_runs_to_its_end(notebook: Path, tmp_path: Path):
    run(notebook, tmp_path / notebook.name)
    texts = [o.text for o in outputs_of(tmp_path / notebook.name) if o.get("name") == "stderr"]
    assert texts == []


@pytest.mark.parametrize("assignment", FIRST_STUB)
def test_a_student_version_stops_at_its_first_stub(assignment: str, tmp_path: Path):
    name = FIRST_STUB[assignment]
    notebook = ROOT / "notebooks" / "exercises" / assignment / f"{assignment}.ipynb"
    with pytest.raises(PapermillExecutionError) as stopped:
        run(notebook, tmp_path / notebook.name)
    assert stopped.value.ename == "CheckFailed"
    assert stopped.value.evalue.startswith(f"{name} is not written yet")
    assert stopped.value.source == f"check({name})"
    (error,) = [
        output
        for output in outputs_of(tmp_path / notebook.name)
        if "papermill-error-cell-tag" not in output.get("data", {}).get("text/html", "")
    ]
    assert error.output_type == "error"
    assert error.traceback == stopped.value.evalue.splitlines()


def test_the_capstone_runs_up_to_the_model_that_is_not_written(tmp_path: Path):
    notebook = ROOT / "notebooks" / "exercises" / CAPSTONE / f"{CAPSTONE}.ipynb"
    with pytest.raises(PapermillExecutionError) as stopped:
        run(notebook, tmp_path / notebook.name)
    assert stopped.value.ename == "NotImplementedError"
    assert stopped.value.source.startswith("# Define and train your model here")


def test_every_chapter_has_a_solution_and_a_student_version():
    names = [path.stem for path in CHAPTERS]
    assert names[:2] == ["01_one_hot", "02_rnn_forward"]
    assert names == list(FIRST_STUB)
    assert [path.stem for path in SOLUTIONS] == [*names, CAPSTONE]
    assert [path.stem for path in STUDENT_VERSIONS] == [*names, CAPSTONE]


@pytest.mark.parametrize(
    "notebook",
    CHAPTERS + SOLUTIONS + STUDENT_VERSIONS,
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_is_committed_without_traces_of_a_run(notebook: Path):
    committed = nbformat.read(notebook, as_version=nbformat.NO_CONVERT)
    assert (committed.nbformat, committed.nbformat_minor) == (4, 5)
    assert committed.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    ids = [cell.id for cell in committed.cells]
    assert len(set(ids)) == len(ids)
    for cell in committed.cells:
        assert not cell.get("outputs"), cell.id
        assert cell.get("execution_count") is None, cell.id
        assert set(cell.metadata) <= CELL_KEYS, cell.id
