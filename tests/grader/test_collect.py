"""Collecting takes in what an LMS gives, believes none of it, and overwrites nothing."""

import io
import json
import os
import shutil
import stat
import tarfile
import zipfile
from datetime import UTC, datetime

import pytest

from grader.cli import main
from grader.collect.names import RefusedError, is_junk, safe_id, safe_path
from grader.collect.store import EARLIER, read_stamp
from grader.sample_class.__main__ import main as sample_class
from grader.sample_class.roster import ROSTER

NAME = "02_rnn_forward"
NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
MOODLE = {
    f"Ada Lovelace_101_assignsubmission_file_/{NAME}.ipynb": "ada",
    f"Émile Borel_102_assignsubmission_file_/{NAME} (1).ipynb": "emile",
    "Émile Borel_102_assignsubmission_file_/figure.png": "png",
    f"Grace Hopper_103_assignsubmission_file_{NAME}.ipynb": "grace",
}


@pytest.fixture
def course(tmp_path):
    """An empty course with two assignments."""
    folder = tmp_path / "course"
    for name in (NAME, "01_one_hot"):
        (folder / "source" / name).mkdir(parents=True)
    return folder


@pytest.fixture
def collect(course, capsys):
    def run(*arguments, status=0):
        command = ["collect", NAME, *map(str, arguments), "--course", str(course)]
        assert main(command) == status
        said = capsys.readouterr()
        return said.out + said.err

    return run


def make_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def make_tar(path, members, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.mtime = 1_800_000_000
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content.encode()))
    return path


def submitted(course):
    """Return what lies in the course, without the times."""
    top = course / "submitted"
    paths = [path for path in top.rglob("*") if path.is_file() and path.name != "timestamp.txt"]
    return {str(path.relative_to(top)): path.read_text() for path in paths}


def nothing_left_behind(course):
    return not [path for path in course.iterdir() if path.name.startswith(".collecting")]


EXPECTED = {
    f"Ada_Lovelace_101/{NAME}/{NAME}.ipynb": "ada",
    f"Emile_Borel_102/{NAME}/{NAME} (1).ipynb": "emile",
    f"Emile_Borel_102/{NAME}/figure.png": "png",
    f"Grace_Hopper_103/{NAME}/{NAME}.ipynb": "grace",
}


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar", "tar.xz", "tar.bz2", "folder"])
@pytest.mark.parametrize("wrapper", ["", "Assignment 02/"])
def test_a_moodle_download_in_any_wrapping(collect, course, tmp_path, kind, wrapper):
    members = {f"{wrapper}{name}": content for name, content in MOODLE.items()}
    path = tmp_path / f"download.{kind}"
    if kind == "zip":
        make_zip(path, members)
    elif kind == "folder":
        for name, content in members.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(content)
    else:
        make_tar(path, members, f"w:{kind.partition('.')[2]}")
    said = collect(path)
    assert submitted(course) == EXPECTED
    assert "Ada_Lovelace_101" in said
    assert nothing_left_behind(course)


def test_a_canvas_download_with_attempts_and_late_ones(collect, course, tmp_path):
    members = {
        f"lovelaceada_12345_67890_{NAME}-1.ipynb": "ada",
        f"borelemile_LATE_22222_67891_{NAME}.ipynb": "emile",
        "borelemile_LATE_22222_67892_data.csv": "1",
    }
    collect(make_zip(tmp_path / "submissions.zip", members))
    assert submitted(course) == {
        f"lovelaceada_12345/{NAME}/{NAME}-1.ipynb": "ada",
        f"borelemile_22222/{NAME}/{NAME}.ipynb": "emile",
        f"borelemile_22222/{NAME}/data.csv": "1",
    }


def test_folders_and_notebooks_named_after_students(collect, course, tmp_path):
    top = tmp_path / "in"
    for name in (
        "ada/x.ipynb",
        f"ben/{NAME}/{NAME}.ipynb",
        f"ben/{NAME}/timestamp.txt",
        "ben/01_one_hot/01_one_hot.ipynb",
        "chloe.ipynb",
        "ada/.ipynb_checkpoints/x.ipynb",
    ):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(name)
    (tmp_path / "david.ipynb").write_text("david")
    said = collect(top, tmp_path / "david.ipynb", status=1)
    assert submitted(course) == {
        f"ada/{NAME}/x.ipynb": "ada/x.ipynb",
        f"ben/{NAME}/{NAME}.ipynb": f"ben/{NAME}/{NAME}.ipynb",
        f"chloe/{NAME}/{NAME}.ipynb": "chloe.ipynb",
        f"david/{NAME}/{NAME}.ipynb": "david",
    }
    assert "timestamp.txt: times come from the collector" in said
    assert read_stamp(course / "submitted" / "ben" / NAME) is not None


def test_nbgraders_exchange_of_each_student_the_last_attempt(collect, course, tmp_path):
    inbound = tmp_path / "exchange" / "inbound"
    for who, when in (
        (f"ada+{NAME}", "2027-01-31 10:00:00.123456 UTC+xyz"),
        (f"ada+{NAME}", "2027-01-31 12:00:00.500000 UTC+abc"),
        (f"ben+{NAME}", "2027-01-31 13:00:00.000000 CET"),
        ("ben+01_one_hot", "2027-01-31 13:00:00.000000 UTC"),
    ):
        folder = inbound / f"{who}+{when}"
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(when)
        (folder / "timestamp.txt").write_text("2020-01-01 00:00:00 UTC")
    refused = collect(tmp_path / "exchange", status=2)
    assert "it belongs to" in refused
    collect(tmp_path / "exchange", "--any-owner")
    assert submitted(course) == {
        f"ada/{NAME}/{NAME}.ipynb": "2027-01-31 12:00:00.500000 UTC+abc",
        f"ben/{NAME}/{NAME}.ipynb": "2027-01-31 13:00:00.000000 CET",
    }
    times = [read_stamp(course / "submitted" / who / NAME) for who in ("ada", "ben")]
    assert times == [
        datetime(2027, 1, 31, 12, 0, 0, 500_000, UTC),
        datetime(2027, 1, 31, 12, tzinfo=UTC),
    ]


def test_a_roster_says_who_is_who(collect, course, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "\ufeffstudent;moodle;canvas\nal1;Ada Lovelace;12345\neb2;102;\ngh3;Hopper, Grace;x\n",
        "utf-8",
    )
    members = MOODLE | {"Nobody Known_999_assignsubmission_file_/x.ipynb": "?"}
    said = collect(make_zip(tmp_path / "a.zip", members), "--roster", roster, status=1)
    students = {name.split("/")[0] for name in submitted(course)}
    assert students == {"al1", "eb2", "Grace_Hopper_103", "Nobody_Known_999"}
    assert said.count("is not on the roster") == 2
    roster.write_text("student\n../evil\n")
    assert "cannot be a student's id" in collect(tmp_path / "a.zip", "--roster", roster, status=2)
    roster.write_text("name\nada\n")
    assert "needs a column" in collect(tmp_path / "a.zip", "--roster", roster, status=2)


def test_nothing_is_overwritten_and_the_same_is_left_alone(collect, course, tmp_path):
    path = tmp_path / "ada.ipynb"
    for content, at, what in (
        ("1", "2027-01-01T10:00", "new"),
        ("1", "2027-01-02T10:00", "unchanged"),
        ("2", "2027-01-03T10:00", "replaces"),
        ("3", "2027-01-03T10:00", "replaces"),
    ):
        path.write_text(content)
        assert what in collect(path, "--at", at)
    assert read_stamp(course / "submitted" / "ada" / NAME) == datetime(2027, 1, 3, 10).astimezone()
    path.write_text("0")
    assert "older" in collect(path, "--at", "2026-12-31T10:00", status=1)
    assert submitted(course) == {f"ada/{NAME}/{NAME}.ipynb": "3"}
    earlier = course / EARLIER / "ada" / NAME
    assert sorted(p.read_text() for p in earlier.rglob("*.ipynb")) == ["1", "2"]
    assert len(list(earlier.rglob("timestamp.txt"))) == 2


def test_a_dry_run_changes_nothing(collect, course, tmp_path):
    said = collect(make_zip(tmp_path / "a.zip", MOODLE), "--dry-run")
    assert "would be" in said
    assert submitted(course) == {}
    assert nothing_left_behind(course)


def test_times_come_from_the_collector(collect, course, tmp_path):
    path = make_tar(tmp_path / "a.tar.gz", MOODLE)
    ada = course / "submitted" / "Ada_Lovelace_101" / NAME
    before = datetime.now(UTC)
    collect(path)
    assert before <= read_stamp(ada) <= datetime.now(UTC)
    shutil.rmtree(course / "submitted")
    collect(path, "--at", "2027-01-31T23:30:00+01:00")
    assert read_stamp(ada) == datetime(2027, 1, 31, 22, 30, tzinfo=UTC)
    shutil.rmtree(course / "submitted")
    past = make_zip(tmp_path / "b.zip", {})
    with zipfile.ZipFile(past, "w") as archive:
        info = zipfile.ZipInfo(next(iter(MOODLE)), (2020, 1, 2, 3, 4, 6))
        archive.writestr(info, "ada")
    collect(past, "--trust-times")
    assert read_stamp(ada) == datetime(2020, 1, 2, 3, 4, 6).astimezone()


def test_after_the_due_date_a_time_is_never_guessed(collect, course, tmp_path):
    (course / "policy.toml").write_text(f"[assignments.{NAME}]\ndue = 2020-02-01T12:00:00+00:00\n")
    assert "--trust-times" in collect(make_zip(tmp_path / "a.zip", MOODLE), status=2)
    assert submitted(course) == {}
    canvas = {f"lovelaceada_12345_67890_{NAME}.ipynb": "in time"}
    collect(make_zip(tmp_path / "b.zip", canvas))
    stamp = read_stamp(course / "submitted" / "lovelaceada_12345" / NAME)
    assert stamp == datetime(2020, 2, 1, 12, tzinfo=UTC)
    late = {f"borelemile_LATE_22222_67891_{NAME}.ipynb": "late"}
    assert "--at" in collect(make_zip(tmp_path / "c.zip", late), status=2)
    collect(tmp_path / "a.zip", "--at", "2020-02-01T11:00Z")
    assert len(submitted(course)) == 5


ESCAPES = ("../../evil.ipynb", "/etc/evil.ipynb", "C:\\evil.ipynb", "ada/..\\..\\evil.ipynb")


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_members_that_lead_out_are_refused_and_the_others_taken(
    collect, course, tmp_path, name, make
):
    before = sorted(tmp_path.iterdir())
    path = make(
        tmp_path / f"a.{'zip' if make is make_zip else 'tar.gz'}",
        MOODLE
        | {
            f"Eve_7_assignsubmission_file_/{name}": "evil",
            name: "evil",
        },
    )
    said = collect(path, status=1)
    assert EXPECTED.items() <= submitted(course).items()
    assert "evil" not in submitted(course).values() or set(submitted(course)) == set(EXPECTED)
    assert "leads out" in said
    assert sorted(tmp_path.iterdir()) == sorted([*before, path])


def test_links_and_devices_are_refused(collect, course, tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, b"6")):
            info = tarfile.TarInfo(f"eve/{number}.ipynb")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    said = collect(path, status=2)
    assert said.count("a link, a pipe or a device") == 4
    folder = tmp_path / "folder" / "eve"
    folder.mkdir(parents=True)
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    (folder / "up").symlink_to("/etc")
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "right.ipynb").write_text("right")
    assert collect(tmp_path / "folder", status=1).count("a link, a pipe or a device") == 3
    linked = make_zip(tmp_path / "b.zip", {})
    with zipfile.ZipFile(linked, "w") as archive:
        info = zipfile.ZipInfo("eve/x.ipynb")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "a link, a pipe or a device" in collect(linked, status=2)
    assert submitted(course) == {f"eve/{NAME}/right.ipynb": "right"}


def test_bombs_cost_their_sender_alone(collect, course, tmp_path):
    zeros = "\0" * (70 * 2**20)
    inner = make_zip(tmp_path / "inner.zip", {"x.ipynb": "deep"}).read_bytes()
    nested = make_zip(tmp_path / "nested.zip", {"deep.zip": inner, "flat.ipynb": "flat"})
    many = make_zip(tmp_path / "many.zip", {f"{n}.ipynb": str(n) for n in range(400)})
    members = {
        "ada/x.ipynb": "ada",
        "eve/ratio.ipynb": zeros,
        "fay/nested.zip": nested.read_bytes(),
        "gus/many.zip": many.read_bytes(),
        "hal/broken.zip": b"PK\x03\x04 broken",
        "ida/x.ipynb": "ida",
    }
    said = collect(make_zip(tmp_path / "a.zip", members), status=1)
    found = submitted(course)
    assert found[f"ada/{NAME}/x.ipynb"] == "ada"
    assert found[f"ida/{NAME}/x.ipynb"] == "ida"
    assert found[f"fay/{NAME}/flat.ipynb"] == "flat"
    assert sum(name.startswith("gus/") for name in found) == 300
    assert not any(name.startswith(("eve/", "hal/")) for name in found)
    for reason in ("500-fold", "archive in an archive", "more than 300 files", "damaged"):
        assert reason in said
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        for name, size in (("eve/big.ipynb", 70 * 2**20), ("ada/y.ipynb", 3)):
            info = tarfile.TarInfo(name)
            info.size = size
            archive.addfile(info, io.BytesIO(b"\0" * size))
    assert "larger than 64 MiB" in collect(tmp_path / "a.tar.gz", status=1)
    assert f"ada/{NAME}/y.ipynb" in submitted(course)


def test_a_tar_header_that_asks_for_memory_is_refused(collect, tmp_path):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 8 * 2**30
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    assert "more memory" in collect(tmp_path / "a.tar", status=2)


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar"])
def test_half_an_archive_is_named(collect, tmp_path, course, kind, cut):
    members = {f"s{n}/x.ipynb": str(n) + NOTEBOOK * 50 for n in range(20)}
    path = tmp_path / f"a.{kind}"
    make_zip(path, members) if kind == "zip" else make_tar(path, members, f"w:{kind[4:]}")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * cut)])
    assert main(["collect", NAME, str(path), "--course", str(course)]) in (1, 2)
    whole = submitted(course).items()
    assert all(members[name.split("/")[0] + "/x.ipynb"] == content for name, content in whole)
    assert nothing_left_behind(course)


def test_names_that_some_system_cannot_hold_are_made_safe_or_refused(collect, course, tmp_path):
    members = {
        "ada/a[1]*?.ipynb": "stars",
        "ada/con.ipynb": "reserved",
        "ada/X.ipynb": "first",
        "ada/x.ipynb": "second",
        "ADA/y.ipynb": "other",
        "ada/" + "n" * 300 + ".ipynb": "long",
        "ada/a\u202eb\n.ipynb": "tricky",
    }
    said = collect(make_zip(tmp_path / "a.zip", members), status=1)
    assert "upper case" in said
    assert "would be ADA" in said or "would be ada" in said
    names = {name.split("/")[-1]: content for name, content in submitted(course).items()}
    assert names["a_1___.ipynb"] == "stars"
    assert names["_con.ipynb"] == "reserved"
    assert names["a_b_.ipynb"] == "tricky"
    assert "second" not in names.values()
    assert max(map(len, names)) <= 120


def test_what_cannot_be_asked_for_is_said(collect, tmp_path):
    assert "There is no" in collect(tmp_path / "nothing.zip", status=2)
    assert main(["collect", "99_none", str(tmp_path), "--course", str(tmp_path)]) == 2
    (tmp_path / f"{NAME}.ipynb").write_text("whose?")
    assert "does not say whose" in collect(tmp_path / f"{NAME}.ipynb", status=2)
    typed = {"Ada_1_assignsubmission_onlinetext_/onlinetext.html": "x"}
    assert "typed into Moodle" in collect(make_zip(tmp_path / "t.zip", typed), status=2)


def test_safe_names():
    assert str(safe_path("a//./b\\c.ipynb")) == "a/b/c.ipynb"
    assert safe_id("Åsa Öberg, 7") == "Asa_Oberg_7"
    assert safe_id("nul") == "nul_"
    for bad in ("..", "a/../b", "/a", "c:a", "", "a/" * 20):
        with pytest.raises(RefusedError):
            safe_path(bad)
    with pytest.raises(RefusedError):
        safe_id("李")
    assert is_junk("a/__MACOSX/b")
    assert is_junk(".DS_Store")
    assert not is_junk("../a")


def test_the_sample_class_comes_as_moodle_gives_a_class(collect, course, tmp_path, capsys):
    archive = tmp_path / "class.zip"
    assert sample_class(["--moodle", str(archive), "--assignment", NAME]) == 0
    assert "class-roster.csv" in capsys.readouterr().out
    collect(archive, "--roster", tmp_path / "class-roster.csv")
    names = {name.split("/")[0] for name in submitted(course)}
    assert names == {entry.student for entry in ROSTER[NAME]}
    assert sample_class(["--moodle", str(archive), "--assignment", "99_none"]) == 2
