"""1,000 HTTP cases with four assertions each on loopback, beside Hurl where it can be installed.

    cargo build --release && python benches/peers/http_cases.py

The server is a process of its own, so that its time is nobody's. Hurl is taken from PATH, else built with `cargo
install`, which needs the headers of libcurl and libxml2 and libclang: as root they are installed by apt-get. Without
Hurl mlfunnel is timed alone.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from measure import MLFUNNEL, PEERS, compare, require_binary, section
from specs import project

CASES = 1_000
# The last release for the Rust that this project asks for.
HURL = "8.0.1"
HEADERS = ["libcurl4-openssl-dev", "libxml2-dev", "libssl-dev", "libclang-dev", "pkg-config"]
ANSWER = json.dumps({"predictions": [0.25, 0.75], "model": "demo"}).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        pass


def serve():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def spec(path, url):
    cases = (
        f"  - name: case {index}\n"
        f"    probe: {{get: \"{url}/items/{index}\"}}\n"
        "    expect:\n"
        "      status: 200\n"
        "      headers.content-type: {contains: json}\n"
        "      json.predictions: {length: 2}\n"
        "      json.model: demo\n"
        for index in range(CASES)
    )
    path.write_text("suite: http\ntier: smoke\ncases:\n" + "".join(cases))


def hurl_file(path, url):
    entry = (
        "GET {url}/items/{index}\nHTTP *\n[Asserts]\nstatus == 200\nheader \"content-type\" contains \"json\"\n"
        'jsonpath "$.predictions" count == 2\njsonpath "$.model" == "demo"\n\n'
    )
    path.write_text("".join(entry.format(url=url, index=index) for index in range(CASES)))


def hurl():
    """The program, or none where it cannot be had."""
    found = shutil.which("hurl") or shutil.which(PEERS / "hurl" / "bin" / "hurl")
    if not found:
        if os.geteuid() == 0 and shutil.which("apt-get"):
            subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *HEADERS], stdout=subprocess.DEVNULL)
        print(f"  installing Hurl: cargo install hurl@{HURL} --locked", flush=True)
        done = subprocess.run(["cargo", "install", f"hurl@{HURL}", "--locked", "--quiet", "--root", PEERS / "hurl"])
        found = shutil.which(PEERS / "hurl" / "bin" / "hurl") if done.returncode == 0 else None
    if found:
        print(" ", subprocess.run([found, "--version"], capture_output=True, text=True).stdout.splitlines()[0])
    else:
        print("  Hurl could not be installed: mlfunnel is timed alone")
    return found


def main():
    require_binary()
    section(f"{CASES} HTTP cases with four assertions each")
    peer = hurl()
    server = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True)
    try:
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            project(folder)
            spec(folder / "http.yaml", url)
            hurl_file(folder / "cases.hurl", url)
            sides = {
                "mlfunnel": [MLFUNNEL, "run", folder / "http.yaml", "--quiet", "--jobs", "1"],
                "mlfunnel, 2 jobs": [MLFUNNEL, "run", folder / "http.yaml", "--quiet", "--jobs", "2"],
            }
            if peer:
                sides["Hurl"] = [peer, "--test", "--jobs", "1", folder / "cases.hurl"]
            compare(sides, cwd=folder)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else main()
