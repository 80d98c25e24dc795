"""A scikit-learn model behind FastAPI, as teams write it: `{"instances": [[…]]}` in, `{"predictions": [[…]]}` out."""

import os

import joblib
import numpy as np
from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, FiniteFloat

app = FastAPI()
model = joblib.load(os.environ["MODEL"] + "/model.joblib")


class Rows(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    instances: list[list[FiniteFloat]]


@app.exception_handler(RequestValidationError)
def refused(_, error):
    # FastAPI's own handler repeats the input, which JSON cannot hold when it is NaN: the refusal would be a status 500.
    return JSONResponse({"detail": [{"loc": one["loc"], "msg": one["msg"]} for one in error.errors()]}, 422)


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/predict")
def predict(rows: Rows):
    wanted = model.n_features_in_
    if not rows.instances or any(len(row) != wanted for row in rows.instances):
        raise HTTPException(422, f"one row at least, each of {wanted} numbers")
    probabilities = model.predict_proba(np.array(rows.instances))
    return {"predictions": probabilities.tolist()}
