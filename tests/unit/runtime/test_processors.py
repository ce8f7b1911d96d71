"""How many processors a container grants, by the files that the kernel shows of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qna_widget.runtime.processors import usable

MANY = 64


def group(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="ascii")
    return root


@pytest.mark.parametrize(
    ("own", "files", "threads"),
    [
        ("0::/", {"cpu.max": "200000 100000\n"}, 2),
        ("0::/", {"cpu.max": "150000 100000\n"}, 2),
        ("0::/", {"cpu.max": "50000 100000\n"}, 1),
        ("0::/", {"cpu.max": "max 100000\n"}, MANY),
        ("0::/a/b", {"a/b/cpu.max": "max 100000", "a/cpu.max": "300000 100000"}, 3),
        ("0::/a/b", {"a/b/cpu.max": "700000 100000", "cpu.max": "900000 100000"}, 7),
        # Inside a container the file system begins at the group that it is said to be deep in.
        ("0::/docker/1234", {"cpu.max": "200000 100000"}, 2),
        ("0::/../..", {"cpu.max": "200000 100000"}, 2),
        (
            "4:cpu,cpuacct:/x\n1:name=systemd:/",
            {
                "cpu,cpuacct/x/cpu.cfs_quota_us": "250000\n",
                "cpu,cpuacct/x/cpu.cfs_period_us": "100000\n",
            },
            3,
        ),
        (
            "4:cpu,cpuacct:/x",
            {
                "cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
                "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            MANY,
        ),
        ("0::/", {"cpu.max": "nonsense\n"}, MANY),
        ("0::/", {"cpu.max": ""}, MANY),
        ("0::/", {"cpu.max": "0 0"}, MANY),
        ("nonsense", {}, MANY),
        ("", {}, MANY),
    ],
)
def test_a_share_of_the_processors_time_bounds_the_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str, files: dict[str, str], threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(MANY)), raising=False)
    (tmp_path / "own").write_text(own, encoding="ascii")
    assert usable(group(tmp_path / "groups", files), tmp_path / "own") == threads


def test_those_that_the_process_is_bound_to_are_the_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5}, raising=False)
    (tmp_path / "own").write_text("0::/", encoding="ascii")
    assert usable(group(tmp_path, {"cpu.max": "800000 100000"}), tmp_path / "own") == 2
    assert usable(tmp_path / "nowhere", tmp_path / "nowhere") == 2
