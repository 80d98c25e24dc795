"""A scikit-learn model behind BentoML."""

import os

import bentoml
import joblib
import numpy as np


@bentoml.service(workers=1)
class Iris:
    def __init__(self):
        self.model = joblib.load(os.environ["MODEL"] + "/model.joblib")

    @bentoml.api
    def predict(self, rows: np.ndarray) -> np.ndarray:
        return self.model.predict_proba(rows)
