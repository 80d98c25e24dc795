"""A load beside oha and wrk: CPU a request, requests a second, and the median of a true 20 ms.

    cargo build --release && python benches/peers/http_load.py

oha and wrk are taken from PATH; oha is else built with `cargo install`, wrk is left out. All sides take turns.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from load import fast, measured, percentile, suite, truth, truthful
from measure import MLFUNNEL, PEERS, environment, require_binary, section
from specs import project

OHA = "1.16.0"
ROUNDS = 5
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def oha():
    found = shutil.which("oha") or shutil.which(PEERS / "oha" / "bin" / "oha")
    if not found:
        print(f"  installing oha: cargo install oha@{OHA} --locked", flush=True)
        done = subprocess.run(["cargo", "install", f"oha@{OHA}", "--locked", "--quiet", "--root", PEERS / "oha"])
        found = shutil.which(PEERS / "oha" / "bin" / "oha") if done.returncode == 0 else None
    return found


def timed(argv, folder):
    """CPU and wall seconds of a process, and what it printed."""
    with open(folder / "printed", "w+") as printed:
        start = time.perf_counter()
        child = subprocess.Popen([str(part) for part in argv], cwd=folder, env=environment(), stdout=printed)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{argv} exited {child.returncode}: a figure of it means nothing")
        printed.seek(0)
        return usage.ru_utime + usage.ru_stime, wall, printed.read()


class Side:
    """One program: how it is told of a load, and what it says of it."""

    def __init__(self, name, argv, said):
        self.name, self.argv, self.said = name, argv, said


def sides(folder):
    def ours(url, connections, samples):
        suite(folder / "load.yaml", url, f"connections: {connections}, samples: {samples}", ["latency.p50"])
        return [MLFUNNEL, "run", "load.yaml", "--quiet", "--report", "jsonl=run.jsonl"]

    found = [Side("mlfunnel", ours, lambda _: (measured(folder / "run.jsonl")["latency.p50"], None))]
    if peer := oha():
        argv = lambda url, connections, samples: [
            peer, "-n", samples, "-c", connections, "--no-tui", "--output-format", "json", url + "/",
        ]
        found.append(Side("oha", argv, lambda text: (json.loads(text)["latencyPercentiles"]["p50"], None)))
    if wrk := shutil.which("wrk"):
        # It knows a time and no number.
        argv = lambda url, connections, _: [wrk, "-t1", f"-c{connections}", "-d2s", "--latency", url + "/"]

        def said(text):
            value, unit = re.search(r"50%\s+([0-9.]+)(us|ms|s)", text).groups()
            return float(value) * UNITS[unit], int(re.search(r"(\d+) requests in", text).group(1))

        found.append(Side("wrk", argv, said))
    return found


def load(title, folder, url, connections, samples, known=None):
    """Medians of what each side took and said."""
    section(title)
    all_sides = sides(folder)
    figures = {side.name: [] for side in all_sides}
    for round_ in range(ROUNDS + 1):
        for side in all_sides:
            if known:
                truth(url)
            cpu, wall, text = timed(side.argv(url, connections, samples), folder)
            p50, answered = side.said(text)
            count = answered or samples
            gap = p50 - percentile(truth(url), 50) if known else 0.0
            # The first round warms the caches.
            if round_:
                figures[side.name].append((cpu / count * 1e6, count / wall, p50 * 1e3, gap * 1e3))
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in figures.items()}
    cpu, rate, *_ = medians["mlfunnel"]
    for name, (their_cpu, their_rate, p50, gap) in medians.items():
        over = f" ({gap:+.3f} over the server's own)" if known else ""
        ratio = "" if name == "mlfunnel" else f"   mlfunnel: {cpu / their_cpu:.2f} of its CPU, {rate / their_rate:.2f} of its rate"
        print(f"  {name:<9} {their_cpu:8.1f} us CPU a request {their_rate:10.0f}/s   p50 {p50:8.3f} ms{over}{ratio}", flush=True)


def main():
    require_binary()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        project(folder)
        with fast(folder) as (url, server):
            for connections in (1, 8, 64):
                title = f"{server}, 40,000 requests, {connections} connections; load average {os.getloadavg()[0]:.1f}"
                load(title, folder, url, connections, 40_000)
        for connections in (1, 8, 64):
            with truthful(0.02) as url:
                title = f"A true 20 ms, {100 * connections} requests, {connections} connections; load average {os.getloadavg()[0]:.1f}"
                load(title, folder, url, connections, 100 * connections, known=True)


if __name__ == "__main__":
    main()
