"""Code of a team that is careless with what it is given."""

import base64
import html
import json
import os
import sys
import urllib.parse


def give_back(value):
    print("out", value)
    print("err", repr(value), file=sys.stderr)
    return {"itself": value, "json": json.dumps(value), "quoted": urllib.parse.quote(value), "html": html.escape(value)}


def fail(value):
    raise ValueError("cannot use " + repr(value))


class Odd(Exception):
    pass


def fail_deep(value):
    try:
        fail(value)
    except ValueError as error:
        raise Odd(json.dumps({"key": value}), value.encode()) from error


def leave(value):
    print(base64.encodebytes(("somebody at home:" + value).encode()).decode(), flush=True)
    sys.stderr.write(value + "\n")
    sys.stderr.flush()
    os._exit(3)


def exit_with(value):
    sys.exit("bye " + value)
