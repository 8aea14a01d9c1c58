"""grader doctor: what it says here, and what it says where something is missing."""

import pytest

from grader.cli import main
from grader.sandbox import offers


def test_this_machine_can_grade(capsys):
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "bubblewrap: works" in said
    assert "limits: works" in said


def test_a_machine_without_bubblewrap_hears_how_to_get_it(capsys, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "sudo apt install bubblewrap" in said
    assert "--level limits" in said


@pytest.mark.parametrize(
    ("setting", "value", "remedy"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "/etc/apparmor.d/bwrap"),
        ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "user.max_user_namespaces="),
    ],
)
def test_each_way_to_forbid_namespaces_has_its_remedy(
    setting, value, remedy, tmp_path, monkeypatch
):
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(f"{value}\n")
    monkeypatch.setattr(offers, "_SYSCTL", tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    found = {offer.level: offer for offer in offers.offers()}
    assert any(remedy in text for text in found["bubblewrap"].remedies)
    assert not found["limits"].remedies
