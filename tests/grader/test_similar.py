"""Alike solutions: copies are found however they are dressed, and what everyone writes is not."""

import nbformat
import pytest

from grader import cli
from grader.sample_class.build import split_code
from grader.sample_class.roster import ROSTER
from grader.similar.page import render
from grader.similar.pairs import Answer, alike
from grader.similar.tokens import tokens_of

LOOPS = '''
def rnn_forward(x, a0, params):
    """Mine."""
    T, B, n_x = x.shape
    a = np.zeros((T, B, a0.shape[1]))
    previous = a0
    for t in range(T):  # each step
        z = x[t] @ params.Wax.T + previous @ params.Waa.T
        previous = np.tanh(z + params.ba)
        a[t] = previous
    return a, None
'''
DRESSED = """
# I wrote this myself
def rnn_forward(inputs, start, weights):
    length, batch, size = inputs.shape
    states = np.zeros((length, batch, start.shape[1]))

    state = start
    for step in range(length):
        before = (inputs[step] @ weights.Wax.T
                  + state @ weights.Waa.T)
        state = np.tanh(before + weights.ba)
        states[step] = state
    return states, None
"""
OTHER = """
def rnn_forward(x, a0, params):
    states = [a0]
    while len(states) <= len(x):
        row = np.concatenate([x[len(states) - 1], states[-1]], axis=1)
        W = np.hstack([params.Wax, params.Waa])
        states.append(np.tanh(np.dot(row, W.transpose()) + params.ba))
    return np.array(states[1:]), {"states": states}
"""


def answers(*sources, kind="class"):
    return [Answer(f"{kind}{i}", "rnn_forward", s, kind) for i, s in enumerate(sources)]


def names(pairs):
    return [{pair.one.who, pair.other.who} for pair in pairs]


def test_new_names_comments_and_layout_do_not_hide_a_copy():
    (pair,) = alike(answers(LOOPS, OTHER, DRESSED))
    assert {pair.one.who, pair.other.who} == {"class0", "class2"}
    assert pair.share == pytest.approx(1.0)
    assert LOOPS.splitlines().index("    previous = a0") + 1 in pair.lines[0]


def test_a_copy_with_two_lines_of_its_own_is_still_found():
    changed = DRESSED.replace("    return states, None", "    check = 1 + 1\n    return states, {}")
    assert names(alike(answers(LOOPS, OTHER, changed))) == [{"class0", "class2"}]


def test_what_many_write_is_no_sign_of_copying():
    assert alike(answers(*[LOOPS] * 6, OTHER)) == []


def test_what_was_given_is_no_sign_of_copying():
    assert alike(answers(LOOPS, OTHER, DRESSED), stub=LOOPS) == []


def test_short_functions_come_out_alike_by_themselves():
    one, other = "def f(n): return np.eye(n)", "def f(m): return np.eye(m)"
    assert alike(answers(one, other, OTHER)) == []


def test_the_reference_and_earlier_years_are_compared_with_the_class_and_not_with_each_other():
    others = answers(DRESSED, kind="earlier") + answers(DRESSED, kind="reference")
    found = names(alike(answers(LOOPS, OTHER) + others))
    assert found == [{"class0", "earlier0"}, {"class0", "reference0"}]


def test_a_class_of_a_thousand_with_one_copied_pair():
    own = [
        OTHER.replace("axis=1", f"axis={i}").replace("[1:]", f"[{i}:]").replace("hstack", f"h{i}")
        for i in range(1000)
    ]
    assert names(alike(answers(*own, LOOPS, DRESSED))) == [{"class1000", "class1001"}]


@pytest.mark.parametrize(
    "source", ["", "def", "x = (", "\t\n  y", "'''", "x = 1\0", "é = £", "(" * 500]
)
def test_code_that_is_none_is_read_as_far_as_it_goes(source):
    assert isinstance(tokens_of(source), list)


def test_the_page_shows_code_as_text():
    evil = LOOPS.replace("Mine.", "</pre><script>alert(1)</script>")
    found = answers(evil, OTHER, DRESSED)
    page = render("02_rnn_forward", {"rnn_forward": found}, {"rnn_forward": alike(found)})
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_the_sample_class_has_no_pair_by_chance(tmp_path):
    from grader.sample_class.build import HERE

    for assignment in ROSTER:
        written = {}
        for path in sorted((HERE / assignment).glob("*.py")):
            if path.stem in ("loops", "vectorised", "concise"):
                exercises = {
                    line.split("(")[0][4:]
                    for line in path.read_text().splitlines()
                    if line.startswith("def ")
                }
                for name, code in split_code(path, exercises).items():
                    written.setdefault(name, []).append(Answer(path.stem, name, code))
        assert [alike(found) for found in written.values() if alike(found)] == []


def test_the_command_compares_what_was_handed_in_with_last_year(tmp_path, capsys):
    course = tmp_path / "course"
    (course / "source/a").mkdir(parents=True)
    (course / "release/a").mkdir(parents=True)
    write(course / "source/a/a.ipynb", "### BEGIN SOLUTION\n" + OTHER + "### END SOLUTION")
    stub = "def rnn_forward(x, a0, params):\n    raise NotImplementedError()"
    write(course / "release/a/a.ipynb", stub)
    for who, code in {"ada": LOOPS, "ben": stub, "<b>": "def rnn_forward(): ..."}.items():
        (course / f"submitted/{who}/a").mkdir(parents=True)
        write(course / f"submitted/{who}/a/a.ipynb", code)
    (tmp_path / "2025/xy").mkdir(parents=True)
    write(tmp_path / "2025/xy/a.ipynb", DRESSED)
    page = tmp_path / "page.html"
    earlier = ["--earlier", str(tmp_path / "2025"), "-o", str(page)]
    assert cli.main(["similar", "a", "--course", str(course), *earlier]) == 0
    text = page.read_text()
    assert "2025: xy" in text
    assert ">ada<" in text
    assert cli.main(["similar", "a", "--course", str(course), "--earlier", "nowhere"]) == 2
    assert "There is no folder nowhere" in capsys.readouterr().err


def write(path, code):
    about = {"grade_id": "rnn_forward", "solution": True, "grade": False, "locked": False}
    about |= {"schema_version": 3, "task": False}
    cell = nbformat.v4.new_code_cell(code, id="one", metadata={"nbgrader": about})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
