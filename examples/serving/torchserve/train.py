"""The same regularised logistic regression as ../train.py fits, in PyTorch, archived for TorchServe.

    python train.py FOLDER
"""

import subprocess
import sys
from csv import DictReader
from pathlib import Path

import torch

HERE = Path(__file__).parent


class Iris(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)

    def forward(self, x):
        return torch.softmax(self.linear(x), dim=1)


def main(folder):
    torch.manual_seed(0)
    with open(HERE.parent / "iris.csv", newline="") as file:
        table = list(DictReader(file))
    species = sorted({row["species"] for row in table})
    x = torch.tensor([[float(v) for k, v in row.items() if k != "species"] for row in table], dtype=torch.float64)
    y = torch.tensor([species.index(row["species"]) for row in table])
    model = Iris().double()
    solver = torch.optim.LBFGS(model.parameters(), max_iter=5000, tolerance_grad=1e-9, tolerance_change=1e-14,
                               history_size=20, line_search_fn="strong_wolfe")

    def loss():
        solver.zero_grad()
        # scikit-learn's objective with C = 1: the intercept is not regularised.
        total = torch.nn.functional.cross_entropy(model.linear(x), y, reduction="sum")
        total = total + 0.5 * model.linear.weight.square().sum()
        total.backward()
        return total

    solver.step(loss)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.jit.script(model.eval()).save(folder / "iris.pt")
    archiver = Path(sys.executable).parent / "torch-model-archiver"
    subprocess.run([archiver, "--model-name", "iris", "--version", "1.0", "--serialized-file", folder / "iris.pt",
                    "--handler", HERE / "handler.py", "--export-path", folder, "--force"], check=True)


if __name__ == "__main__":
    main(sys.argv[1])
