"""A scikit-learn model behind LitServe."""

import os
import sys

import joblib
import litserve
import numpy as np
from fastapi import HTTPException


class Iris(litserve.LitAPI):
    def setup(self, device):
        self.model = joblib.load(os.environ["MODEL"] + "/model.joblib")

    def decode_request(self, request):
        try:
            return np.array(request["instances"], dtype=float)
        except (KeyError, TypeError, ValueError) as error:
            raise HTTPException(422, f"instances: {error}") from error

    def predict(self, rows):
        try:
            return self.model.predict_proba(rows)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error

    def encode_response(self, probabilities):
        return {"predictions": probabilities.tolist()}


if __name__ == "__main__":
    server = litserve.LitServer(Iris(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, num_api_servers=1)
