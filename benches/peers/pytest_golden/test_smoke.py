"""specs/smoke/inference.yaml, as one would write it in pytest: a server in a thread, probed with requests."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import requests
from sklearn.linear_model import LogisticRegression


@pytest.fixture(scope="module")
def endpoint():
    x = np.random.default_rng(0).normal(size=(20, 3))
    model = LogisticRegression().fit(x, (x[:, 0] + 0.5 * x[:, 1] > 0).astype(int))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            try:
                answer, status = {"predictions": model.predict_proba(asked["instances"])[:, 1].tolist()}, 200
            except ValueError:
                answer, status = {"error": "`instances` is no matrix"}, 400
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_answers_in_shape_and_in_time(endpoint):
    latencies = []
    with requests.Session() as session:
        for sample in range(22):
            start = time.perf_counter()
            answer = session.post(f"{endpoint}/predict", json={"instances": [[0.1, -0.2, 0.3], [0.0, 0.0, 0.1]]})
            if sample >= 2:
                latencies.append(time.perf_counter() - start)
            assert answer.status_code == 200
            assert "application/json" in answer.headers["content-type"]
            predictions = np.array(answer.json()["predictions"])
            assert predictions.shape == (2,) and np.isfinite(predictions).all()
            assert ((predictions >= 0) & (predictions <= 1)).all()
    assert np.percentile(latencies, 95) <= 0.5


def test_refuses_a_malformed_request_and_says_why(endpoint):
    answer = requests.post(f"{endpoint}/predict", json={"instances": "not a matrix"})
    assert 400 <= answer.status_code <= 499
    assert "instances" in answer.json()["error"]
