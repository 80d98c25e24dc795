"""Serves the model: `uvicorn serve:app`.

MODEL names the model.pkl to serve. Without it one is trained at the start: enough for a laptop, and for a smoke test of
code that is about to be deployed.
"""

import os
import tempfile
from contextlib import asynccontextmanager

import joblib
import numpy as np
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

import train
from features.scaler import minmax_scale

model = {}


@asynccontextmanager
async def load(app):
    with tempfile.TemporaryDirectory() as folder:
        path = os.environ.get("MODEL")
        if not path:
            train.run(folder)
            path = f"{folder}/model.pkl"
        model.update(joblib.load(path))
    yield


app = FastAPI(title="late shipments", lifespan=load)


class Instances(BaseModel):
    instances: list[list[float | None]]


class Column(BaseModel):
    values: list[float | None]


@app.get("/health")
def health():
    return {"status": "ok", "features": model["features"]}


@app.post("/predict")
def predict(asked: Instances):
    """The probability of each shipment to be late."""
    width = len(model["features"])
    if any(len(row) != width for row in asked.instances):
        raise HTTPException(422, f"each of `instances` has {width} numbers: {', '.join(model['features'])}")
    rows = np.array(asked.instances, dtype=float).reshape(-1, width)
    return {"predictions": model["classifier"].predict_proba(model["scaler"].transform(rows))[:, 1].tolist()}


@app.post("/scale")
def scale(asked: Column):
    """The column as the model would see it, for whoever wants to look."""
    return {"values": minmax_scale(asked.values).tolist()}
