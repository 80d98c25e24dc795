"""Trains the model that tells which shipments will be late: reads two tables, writes model.pkl and metrics.json."""

import argparse
import json
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from features.scaler import MinMaxScaler

DATA = Path(__file__).parent / "data"
FEATURES = ["distance_km", "weight_kg", "stops"]
TARGET = "late"


def fit(rows):
    scaler = MinMaxScaler().fit(rows[FEATURES])
    classifier = LogisticRegression(C=100, max_iter=200)
    classifier.fit(scaler.transform(rows[FEATURES]), rows[TARGET])
    return {"scaler": scaler, "classifier": classifier, "features": FEATURES}


def accuracy(model_file, rows):
    """How often a saved model is right about some shipments."""
    model = joblib.load(model_file)
    predictions = model["classifier"].predict(model["scaler"].transform(rows[FEATURES]))
    return float(accuracy_score(rows[TARGET], predictions))


def run(output_dir):
    model_file = Path(output_dir) / "model.pkl"
    model_file.parent.mkdir(parents=True, exist_ok=True)
    rows = pd.read_csv(DATA / "shipments.csv")
    joblib.dump(fit(rows), model_file)
    metrics = {
        "rows": len(rows),
        "training_accuracy": accuracy(model_file, rows),
        "accuracy": accuracy(model_file, pd.read_csv(DATA / "held_out.csv")),
    }
    model_file.with_name("metrics.json").write_text(json.dumps(metrics))
    return metrics


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="the folder that model.pkl and metrics.json are written to")
    print(json.dumps(run(parser.parse_args().out)))
