"""Whether latency is what it was: beside what the server itself recorded, at a stall, and at a million samples.

    cargo build --release && python benches/latency.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from load import fast, measured, percentile, suite, truth, truthful
from measure import MLFUNNEL, environment, memory, require_binary, section
from specs import project

PARTS = (50, 90, 95, 99)
OUTPUTS = [f"latency.p{part}" for part in PARTS] + ["latency.max"]
ROUNDS = 5


def run(folder, url, keys, told):
    """What mlfunnel says of a load."""
    suite(folder / "load.yaml", url, keys, told)
    argv = [MLFUNNEL, "run", "load.yaml", "--quiet", "--report", "jsonl=run.jsonl"]
    subprocess.run(argv, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, check=True)
    return measured(folder / "run.jsonl")


def fidelity(folder, title, script, keys, samples):
    """Percentiles beside those of the server's own record; the latter hold neither the network nor the client."""
    section(title)
    keys = f"{keys}, samples: {samples}"
    print(f"  probe: {{{keys}}}")
    over = {output: [] for output in OUTPUTS}
    with truthful(script) as url:
        for _ in range(ROUNDS):
            truth(url)
            ours = run(folder, url, keys, OUTPUTS)
            known = truth(url, samples)
            true = {f"latency.p{part}": percentile(known, part) for part in PARTS} | {"latency.max": known[-1]}
            for output in OUTPUTS:
                over[output].append((ours[output] - true[output], ours[output], true[output]))
    for output, found in over.items():
        gap, ours, true = sorted(found)[len(found) // 2]
        print(f"  {output:<12} {ours * 1e3:9.3f} ms, the server's own {true * 1e3:9.3f} ms: {gap * 1e3:+.3f} ms")


def stall(folder):
    section("A server that stalls for one second in the middle of five")
    for name, keys in {
        "open loop, 100/s": "rate: 100/s, for: 5 s",
        "closed loop": "samples: 500",
        "closed loop, 8 connections": "connections: 8, samples: 500",
    }.items():
        with truthful(0.005, 250, 1.0) as url:
            ours = run(folder, url, keys, [*OUTPUTS, "phases.whole.p99"])
        shown = ", ".join(f"{output.split('.')[1]} {ours[output] * 1e3:.1f}" for output in OUTPUTS)
        print(f"  {name:<28} {shown} ms; p99 since sent {ours['phases.whole.p99'] * 1e3:.1f} ms")


def million(folder):
    section("Memory by number of samples")
    with fast(folder) as (url, server):
        print(f"  server: {server}")
        for samples in (1, 100_000, 1_000_000):
            suite(folder / "load.yaml", url, f"connections: 8, samples: {samples}", ["latency.max"])
            peak = memory([str(MLFUNNEL), "run", "load.yaml", "--quiet"], folder, environment())
            print(f"  {samples:>9} samples {peak:8.1f} MB")


def main():
    require_binary()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        project(folder)
        fidelity(folder, "A true 20 ms", 0.02, "warmup: 1", 200)
        fidelity(folder, "A true 20 ms, 8 connections", 0.02, "warmup: 1, connections: 8", 1600)
        fidelity(folder, "A true 20 ms, open loop", 0.02, "warmup: 1, rate: 100/s", 200)
        fidelity(folder, "A long tail", "tail", "warmup: 1, connections: 8", 2000)
        stall(folder)
        if sys.argv[1:] != ["quick"]:
            million(folder)


if __name__ == "__main__":
    main()
