"""Servers whose every delay is known, and suites that put a load on them."""

import json
import math
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

BODY = b'{"predictions":[0.5,0.5]}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(BODY), BODY)
NGINX = """worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{body}'; }} }}
}}
"""


class Truthful:
    """Waits before each answer as told, and keeps how long each took it, from the request read to the answer written."""

    def __init__(self, delays, stall_at=None, stall=0.0):
        self.delays = delays
        self.stall_at, self.stall = stall_at, stall
        self.taken = []
        self.turn = 0
        self.lock = threading.Lock()

    def serve(self):
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection):
        try:
            self.answer(connection)
        except OSError:
            pass  # a client that is done resets what it has open

    def answer(self, connection):
        held = b""
        while piece := connection.recv(65536):
            began = time.perf_counter_ns()
            held += piece
            if not held.endswith(b"\r\n\r\n"):
                continue
            truth, held = held.startswith(b"GET /truth"), b""
            if truth:
                body = json.dumps(self.taken).encode()
                self.taken, self.turn = [], 0
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
                continue
            with self.lock:
                turn = self.turn
                self.turn += 1
                if turn == self.stall_at:
                    time.sleep(self.stall)
            time.sleep(self.delays[turn % len(self.delays)])
            connection.sendall(ANSWER)
            self.taken.append(time.perf_counter_ns() - began)


def delays(script):
    """Seconds: the same for all, or a thousand of a long-tailed kind in an order that looks like chance."""
    if script == "tail":
        quantiles = [(index * 617 % 1000 + 0.5) / 1000 for index in range(1000)]
        return [0.004 * (1 - quantile) ** -0.4 for quantile in quantiles]
    return [float(script)]


@contextmanager
def truthful(script, *stall):
    """The URL of such a server, a process of its own."""
    argv = [sys.executable, __file__, "serve", str(script), *map(str, stall)]
    server = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def truth(url, last=0):
    """How long the last so many answers took the server since this was asked before, ascending, in seconds; 0 for all."""
    with urlopen(url + "/truth") as answer:
        return sorted(nanos / 1e9 for nanos in json.load(answer)[-last:])


@contextmanager
def fast(folder):
    """The URL of a server that is not the bottleneck where nginx is there, and its name."""
    if not shutil.which("nginx"):
        with truthful(0) as url:
            yield url, "a server in Python, which is the bottleneck itself: install nginx"
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, body=BODY.decode()))
    server = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-e", folder / "log"])
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}", "nginx"
    finally:
        server.terminate()
        server.wait()


def suite(path, url, keys, told=()):
    """One load. What is `told` is warned of, so that the report says it."""
    limits = {"throughput": "{min: 1.0e12}"}
    warn = ", ".join(f"{output}: {limits.get(output, '{max: 1 us}')}" for output in told)
    warn = f"    warn: {{{warn}}}\n" if told else ""
    path.write_text(
        "suite: load\ntier: smoke\ntimeout: 10 min\ncases:\n  - name: load\n"
        f"    probe: {{get: \"{url}/\", {keys}}}\n    expect: {{status: 200}}\n{warn}"
    )


def measured(record):
    """What a recorded run said of each output: seconds, or a number."""
    units = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
    found = {}
    for line in Path(record).read_text().splitlines():
        for warning in json.loads(line).get("warnings", []):
            value, _, unit = warning["actual"].partition(" ")
            found[warning["message"].split(":")[0]] = float(value) * units.get(unit, 1.0)
    return found


def percentile(ascending, percent):
    """The smallest that at least so many percent do not exceed: numpy's `inverted_cdf`."""
    return ascending[max(math.ceil(percent * len(ascending) / 100) - 1, 0)]


if __name__ == "__main__":
    _, _, script, *stall = sys.argv
    at, seconds = (int(stall[0]), float(stall[1])) if stall else (None, 0.0)
    Truthful(delays(script), at, seconds).serve()
