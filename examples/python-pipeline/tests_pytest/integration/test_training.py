import json
import subprocess
import sys
from pathlib import Path

import pytest

import train

PROJECT = Path(__file__).parent.parent.parent


def test_pipeline_runs_and_saves_artifacts(tmp_path):
    metrics = train.run(tmp_path)
    assert 0.5 <= metrics["accuracy"] <= 1.0
    assert (tmp_path / "model.pkl").stat().st_size >= 100
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert 0.8 <= written["accuracy"] <= 1.0


def test_the_script_writes_the_same_three_times(tmp_path):
    written = []
    for repetition in range(3):
        out = tmp_path / str(repetition)
        command = [sys.executable, "train.py", "--out", out]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["accuracy"] >= 0.8
        written.append((done.stdout, (out / "model.pkl").read_bytes(), (out / "metrics.json").read_bytes()))
    assert written[0] == written[1] == written[2]


def test_a_script_without_a_folder_says_so():
    done = subprocess.run([sys.executable, "train.py"], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "--out" in done.stderr


def test_a_saved_model_answers_as_before(shipments, tmp_path):
    metrics = train.run(tmp_path)
    again = train.accuracy(tmp_path / "model.pkl", shipments)
    assert again == pytest.approx(metrics["training_accuracy"])
