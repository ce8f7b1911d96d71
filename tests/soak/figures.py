"""Figures of a soak: what was held at each look, and whether it grows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


def resident(process: int) -> float:
    """Resident megabytes of a process."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


@dataclass(frozen=True)
class Series:
    what: str
    count: int
    looks: list[dict[str, float]]
    """What was held at each look, the first after warming up."""
    figures: dict[str, float] = field(default_factory=dict)

    def growth(self, name: str) -> float:
        """By how much the second half of the looks holds more than the first, on average."""
        values = [look[name] for look in self.looks]
        half = len(values) // 2
        if half == 0:
            return 0.0
        first, second = values[:half], values[-half:]
        return sum(second) / half - sum(first) / half

    def text(self) -> str:
        """Return a table for people."""
        lines = [f"{self.what}: {self.count}"]
        for name in self.looks[0]:
            values = [look[name] for look in self.looks]
            row = " ".join(f"{value:.1f}" for value in values)
            lines.append(f"  {name:<20} {row}   (second half − first: {self.growth(name):+.1f})")
        lines += [f"  {name:<40} {value:.1f}" for name, value in self.figures.items()]
        return "\n".join(lines)
