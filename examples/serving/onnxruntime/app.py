"""An ONNX model in ONNX Runtime, served by the KServe v1 protocol."""

import os

import numpy as np
import onnxruntime
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

app = FastAPI()
session = onnxruntime.InferenceSession(os.environ["MODEL"] + "/model.onnx", providers=["CPUExecutionProvider"])
given = session.get_inputs()[0]


@app.exception_handler(HTTPException)
def refused(_, error):
    return JSONResponse({"error": error.detail}, error.status_code)


@app.get("/v1/models/iris")
def ready():
    return {"name": "iris", "ready": True}


@app.post("/v1/models/iris:predict")
async def predict(request: Request):
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise HTTPException(415, "send application/json")
    try:
        instances = (await request.json())["instances"]
        if not all(type(cell) in (int, float) for row in instances for cell in row):
            raise ValueError("every value is a number")
        rows = np.array(instances, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != given.shape[1] or not np.isfinite(rows).all():
            raise ValueError(f"rows of {given.shape[1]} finite numbers, not of shape {rows.shape}")
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise HTTPException(400, f"instances: {error}") from error
    _, probabilities = session.run(None, {given.name: rows})
    return {"predictions": probabilities.tolist()}
