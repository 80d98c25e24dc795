"""The three tiers of examples/python-pipeline, by mlfunnel and by pytest: the same checks of the same Python code.

    cargo build --release && python benches/peers/pipeline.py [unit] [integration] [smoke] [all]

Memory is that of the largest process: a worker, a training script or the server on our side, pytest or one of these on the
other. The properties and the parity cases of the example have no counterpart in pytest and are left out.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from measure import MLFUNNEL, ROOT, compare, python_peer, require_binary, section

EXAMPLE = ROOT / "examples" / "python-pipeline"
TIERS = {
    "unit": ["specs/unit/scaler.yaml", "specs/unit/data.yaml", "specs/unit/publish.yaml"],
    "integration": ["specs/integration/training.yaml"],
    "smoke": ["specs/smoke/endpoint.yaml"],
}

require_binary()
python = python_peer(requirements=[EXAMPLE / "requirements.txt", EXAMPLE / "tests_pytest" / "requirements.txt"])
pytest = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
asked = sys.argv[1:] or [*TIERS, "all"]
for tier, specs in TIERS.items():
    if tier not in asked:
        continue
    section(f"the {tier} tier")
    compare(
        {
            "mlfunnel": [MLFUNNEL, "run", "--python", python, *specs],
            "mlfunnel, one job": [MLFUNNEL, "run", "--jobs", "1", "--python", python, *specs],
            "pytest": [*pytest, f"tests_pytest/{tier}"],
        },
        rounds=5,
        cwd=EXAMPLE,
        peaks=1,
    )

if "all" in asked:
    section("all three")
    a_tier = " && ".join(" ".join(map(str, [*pytest, f"tests_pytest/{tier}"])) for tier in TIERS)
    compare(
        {
            "mlfunnel": [MLFUNNEL, "run", "--python", python, *sum(TIERS.values(), [])],
            "pytest, a process a tier": ["sh", "-c", a_tier],
            "pytest, one process": [*pytest, *(f"tests_pytest/{tier}" for tier in TIERS)],
        },
        rounds=5,
        cwd=EXAMPLE,
        peaks=1,
    )
