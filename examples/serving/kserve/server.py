"""A scikit-learn model in KServe's model server, which speaks the v1 and the Open Inference protocol."""

import os

import joblib
import numpy as np
from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer
from kserve.errors import InvalidInput


class Iris(Model):
    def __init__(self):
        super().__init__("iris")
        self.model = joblib.load(os.environ["MODEL"] + "/model.joblib")
        self.ready = True

    def predict(self, payload, headers=None, response_headers=None):
        try:
            if isinstance(payload, InferRequest):
                probabilities = self.model.predict_proba(payload.inputs[0].as_numpy())
                output = InferOutput("predict_proba", list(probabilities.shape), "FP64")
                output.set_data_from_numpy(probabilities, binary_data=False)
                return InferResponse(payload.id, self.name, [output])
            return {"predictions": self.model.predict_proba(np.array(payload["instances"])).tolist()}
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(str(error)) from error


if __name__ == "__main__":
    import sys

    port = int(sys.argv[1])
    ModelServer(http_port=port, enable_grpc=False, workers=1).start([Iris()])
