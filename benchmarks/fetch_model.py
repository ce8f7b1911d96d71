"""What fetching a model costs: download from a hub on this machine, conversion, what is kept.

    make bench-fetch CHECKPOINT=folder    (config.json, model.safetensors, vocab.txt)
    python benchmarks/fetch_model.py CHECKPOINT

Weights may be random: neither time nor memory depends on their values.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))
from hub_server import serve

NAME = "owner/measured"
FETCH = [sys.executable, "-m", "qna_widget", "fetch", NAME]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as home, serve() as hub:
        hub.add(NAME, Path(sys.argv[1]))
        own = {"QNA_WIDGET_CACHE": f"{home}/cache", "HF_HUB_CACHE": f"{home}/hub"}
        env = {**os.environ, **own, "HF_ENDPOINT": hub.url}
        begun = time.monotonic()
        subprocess.run(FETCH, env=env, check=True, stdout=subprocess.DEVNULL)
        wall = time.monotonic() - begun
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        kept = sum(file.stat().st_size for file in Path(home, "cache/models").rglob("*.gz"))
    figures = {
        "downloaded_mb": hub.sent("/large/") / 1e6,
        "kept_mb": kept / 1e6,
        "processor_s": used.ru_utime + used.ru_stime,
        "wall_s": wall,
        "peak_memory_mb": used.ru_maxrss * 1024 / 1e6,
    }
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}, indent=1))


if __name__ == "__main__":
    main()
