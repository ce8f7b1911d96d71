"""How many processors this process may use: those it is bound to, and what its container grants."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

CGROUPS = Path("/sys/fs/cgroup")
OWN_GROUPS = Path("/proc/self/cgroup")


def usable(groups: Path = CGROUPS, own: Path = OWN_GROUPS) -> int:
    """Return how many threads get a processor of their own, 1 or more.

    A container may have a share of the time of many processors (docker's --cpus, a Kubernetes
    limit): more threads than that would stand still for most of each tenth of a second.
    """
    try:
        bound = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        bound = os.cpu_count() or 1
    return max(1, min([bound, *(math.ceil(share) for share in _shares(groups, own))]))


def _shares(groups: Path, own: Path) -> Iterator[float]:
    """Yield how many processors each control group above this process grants."""
    with suppress(OSError, ValueError):
        for line in own.read_text(encoding="utf-8").splitlines():
            _, controllers, place = line.split(":", 2)
            if not controllers:  # version 2: one tree
                for folder in _upwards(groups, place):
                    yield from _share(folder / "cpu.max", None)
            elif "cpu" in controllers.split(","):
                for folder in _upwards(groups / controllers, place):
                    yield from _share(folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us")


def _upwards(root: Path, place: str) -> Iterator[Path]:
    """Yield the group's folder and all above it; inside a container only the root is there."""
    inside = [part for part in PurePosixPath(place).parts if part not in ("/", "..")]
    for length in range(len(inside), -1, -1):
        yield root.joinpath(*inside[:length])


def _share(quota: Path, period: Path | None) -> Iterator[float]:
    """Yield microseconds granted by microseconds of a period, unless there is no limit."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        numbers = quota.read_text(encoding="ascii").split()
        if period is not None:
            numbers += period.read_text(encoding="ascii").split()
        granted, of = map(float, numbers)  # "max" is no number
        if granted > 0:
            yield granted / of
