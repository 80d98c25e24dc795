import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from publish import publish


@pytest.fixture
def registry():
    """A registry that is busy once, then takes what it is given."""
    statuses = iter([503, 201])
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            requests.append((self.path, body))
            answer = json.dumps({"version": 7}).encode()
            self.send_response(next(statuses))
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.requests = requests
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_busy_registry_is_asked_again(registry, monkeypatch):
    monkeypatch.setenv("REGISTRY_URL", f"http://127.0.0.1:{registry.server_port}")
    assert publish({"accuracy": 0.9}) == 7
    assert len(registry.requests) == 2
    path, body = registry.requests[-1]
    assert path == "/models/late-shipments/versions"
    assert body == {"metrics": {"accuracy": 0.9}}
