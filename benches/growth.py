"""How time and memory grow from 1,000 to 100,000 cases. Linear growth keeps the figures a case level.

    cargo build --release && python benches/growth.py
"""

import tempfile
from pathlib import Path

from measure import MLFUNNEL, compare, require_binary, section
from specs import project, scaler_suite

require_binary()
with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    project(folder)
    rows = []
    for cases in (1_000, 10_000, 100_000):
        spec = folder / f"cases_{cases}.yaml"
        scaler_suite(spec, cases)
        section(f"{cases} cases")
        argv = [MLFUNNEL, "run", spec, "--quiet", "--report", f"junit={folder}/out.xml"]
        figure = compare({"run": argv}, rounds=5, cwd=folder)["run"]
        rows.append((cases, figure))
    section("a case")
    for cases, figure in rows:
        print(f"  {cases:>7} cases {figure.cpu / cases * 1e6:8.2f} µs CPU {figure.memory / cases * 1e3:8.2f} kB")
    (few, small), (_, _), (many, large) = rows
    print(f"  {many // few} times the cases: {large.cpu / small.cpu:.1f} times the CPU, {large.memory / small.memory:.1f} times the memory")
