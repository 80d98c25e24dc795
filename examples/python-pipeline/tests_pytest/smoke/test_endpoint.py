import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import requests

PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def endpoint():
    if staging := os.environ.get("STAGING_URL"):
        yield staging
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api = subprocess.Popen([sys.executable, "-m", "uvicorn", "serve:app", "--port", str(port)], cwd=PROJECT)
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        assert api.poll() is None, "the service ended before it was ready"
        try:
            if requests.get(f"{url}/health", timeout=1).ok:
                break
        except requests.ConnectionError:
            time.sleep(0.1)
    else:
        pytest.fail("the service was not ready within 20 s")
    yield url
    api.terminate()
    api.wait()


def test_inference_smoke(endpoint):
    latencies = []
    with requests.Session() as session:
        for sample in range(22):
            start = time.perf_counter()
            resp = session.post(f"{endpoint}/predict", json={"instances": [[480, 12.5, 3], [90, None, 1]]})
            if sample >= 2:
                latencies.append(time.perf_counter() - start)
            assert resp.status_code == 200
            assert "application/json" in resp.headers["content-type"]
            preds = np.array(resp.json()["predictions"])
            assert preds.shape == (2,) and ((preds >= 0) & (preds <= 1)).all()
    assert np.percentile(latencies, 95) < 0.5


@pytest.mark.parametrize("instances", ["not a matrix", [[1, 2]], [[1, 2, "three"]]])
def test_refuses_what_it_cannot_read(endpoint, instances):
    resp = requests.post(f"{endpoint}/predict", json={"instances": instances})
    assert resp.status_code == 422
    assert "instances" in resp.text
