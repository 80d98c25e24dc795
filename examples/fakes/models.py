"""Models of a team: pulled from a registry and an S3-style object store, and published there.

    models.py pull NAME --registry URL --to FOLDER
    models.py publish NAME FILE --registry URL --store URL
"""

import argparse
import hashlib
import http.client
import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

TRIES = 3
SUPPORTED = {"mlfunnel-model"}


class ModelError(Exception):
    """What a user is told."""


def ask(method, url, body=None, headers=None):
    """One answer, whole; a server that is busy is asked again."""
    for attempt in range(1, TRIES + 1):
        request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise ModelError(f"{url} is not there") from error
            if error.code == 409:
                raise ModelError(f"{url}: this version exists") from error
            if error.code < 500 or attempt == TRIES:
                raise ModelError(f"{url} answers with status {error.code}") from error
        except http.client.IncompleteRead as error:
            raise ModelError(f"{url}: the answer broke off after {len(error.partial)} bytes") from error
        except http.client.BadStatusLine as error:
            raise ModelError(f"{url} is no HTTP server, or closes without an answer") from error
        except TimeoutError as error:
            raise ModelError(f"{url} does not answer in time") from error
        except OSError as error:
            if attempt == TRIES:
                raise ModelError(f"{url} cannot be reached: {error}") from error
        time.sleep(0.05 * attempt)


def pull(registry, name, folder):
    """Fetches the version in production and checks that it is what the registry says."""
    entry = json.loads(ask("GET", f"{registry}/models/{name}?stage=production"))
    model = ask("GET", entry["url"])
    digest = hashlib.sha256(model).hexdigest()
    if entry.get("sha256") not in (None, digest):
        raise ModelError(f"{entry['url']}: the digest is {digest}, and the registry says {entry['sha256']}")
    if json.loads(model).get("format") not in SUPPORTED:
        raise ModelError(f"{entry['url']} holds no model")
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_bytes(model)
    return {"version": entry["version"], "bytes": len(model)}


def publish(registry, store, name, file):
    """Stores a model under its digest, then tells the registry where it is."""
    model = file.read_bytes()
    digest = hashlib.sha256(model).hexdigest()
    url = f"{store}/{name}/{digest[:12]}.json"
    ask("PUT", url, model, {"Content-Type": "application/json"})
    document = json.dumps({"name": name, "url": url, "sha256": digest}).encode()
    answer = ask("POST", f"{registry}/models", document, {"Content-Type": "application/json"})
    print(f"{name} version {json.loads(answer)['version']} at {url}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    pulling = commands.add_parser("pull")
    pulling.add_argument("name")
    pulling.add_argument("--to", type=pathlib.Path, required=True)
    publishing = commands.add_parser("publish")
    publishing.add_argument("name")
    publishing.add_argument("file", type=pathlib.Path)
    publishing.add_argument("--store", required=True)
    for command in (pulling, publishing):
        command.add_argument("--registry", required=True)
    given = parser.parse_args()
    try:
        if given.command == "pull":
            pulled = pull(given.registry, given.name, given.to)
            print(f"{given.name} version {pulled['version']}, {pulled['bytes']} bytes")
        else:
            publish(given.registry, given.store, given.name, given.file)
    except ModelError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
