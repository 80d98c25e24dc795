"""A list of rows in, a list of probabilities for each out."""

import torch
from ts.torch_handler.base_handler import BaseHandler
from ts.utils.util import PredictionException


class Handler(BaseHandler):
    def preprocess(self, requests):
        # One request at a time: the archive asks for no batching.
        try:
            rows = torch.tensor(requests[0]["body"], dtype=torch.float64)
        except (KeyError, TypeError, ValueError) as error:
            raise PredictionException(f"rows: {error}", 400) from error
        # TorchServe reads NaN and 1e400 in JSON, and a softmax of them would be answered with 200.
        if not torch.isfinite(rows).all():
            raise PredictionException("rows: every number is finite", 400)
        return rows

    def inference(self, data):
        try:
            with torch.no_grad():
                return self.model(data)
        except RuntimeError as error:
            raise PredictionException(str(error), 400) from error

    def postprocess(self, data):
        return [data.tolist()]
