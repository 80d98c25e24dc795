"""The three tiers of examples/python-pipeline, by mlfunnel and by pytest: the same checks of the same Python code.

    cargo build --release && python benches/peers/pipeline.py

The properties and the parity cases of the example have no counterpart in pytest and are left out.
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
for tier, specs in TIERS.items():
    section(f"the {tier} tier")
    compare(
        {
            "mlfunnel": [MLFUNNEL, "run", "--python", python, *specs],
            "mlfunnel --jobs 1": [MLFUNNEL, "run", "--jobs", "1", "--python", python, *specs],
            "pytest": [*pytest, f"tests_pytest/{tier}"],
        },
        rounds=5,
        cwd=EXAMPLE,
    )

section("all three")
once_a_tier = " && ".join(" ".join(map(str, [*pytest, f"tests_pytest/{tier}"])) for tier in TIERS)
compare(
    {
        "mlfunnel": [MLFUNNEL, "run", "--python", python, *sum(TIERS.values(), [])],
        "pytest, a process a tier": ["sh", "-c", once_a_tier],
        "pytest, one process": [*pytest, *(f"tests_pytest/{tier}" for tier in TIERS)],
    },
    rounds=5,
    cwd=EXAMPLE,
)
