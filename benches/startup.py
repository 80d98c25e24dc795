"""Start-up, checking and the golden suites: whole processes of mlfunnel alone.

    cargo build --release && python benches/startup.py
"""

import tempfile
from pathlib import Path

from measure import MLFUNNEL, compare, require_binary, section
from specs import inline_suite, project, scaler_suite, sized_suite

GOLDEN = ["specs/unit/scaler.yaml", "specs/integration/train_small.yaml", "specs/smoke/inference.yaml"]

require_binary()
section("start-up: --version")
compare({"--version": [MLFUNNEL, "--version"]}, rounds=51)
section("check of one spec")
compare({"check": [MLFUNNEL, "check", GOLDEN[0]]}, rounds=51)
section("the three golden suites")
compare({"run": [MLFUNNEL, "run", *GOLDEN]}, rounds=21)

with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    project(folder)
    size = 5 * 1024 * 1024
    cases = sized_suite(folder / "large.yaml", size)
    section(f"check of a spec of 5 MiB, {cases} cases")
    figure = compare({"check": [MLFUNNEL, "check", folder / "large.yaml"]}, cwd=folder)["check"]
    print(f"  {size / figure.cpu / 1e6:.1f} MB a CPU second, {figure.memory / (size / 1e6):.1f} bytes of memory a byte of spec")
    inline_suite(folder / "inline.yaml", size)
    section("check of a spec of 5 MiB, nearly all of it a fixture: parsing")
    figure = compare({"check": [MLFUNNEL, "check", folder / "inline.yaml"]}, cwd=folder)["check"]
    print(f"  {size / figure.cpu / 1e6:.1f} MB a CPU second, {figure.memory / (size / 1e6):.1f} bytes of memory a byte of spec")
    many = folder / "many"
    many.mkdir()
    for index in range(100):
        scaler_suite(many / f"suite_{index}.yaml", 20, f"scalers {index}")
    section("check of 100 files of 20 cases")
    compare({"check": [MLFUNNEL, "check", many]}, cwd=folder, rounds=21)
