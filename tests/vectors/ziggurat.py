"""Writes src/ml/random/ziggurat_tables.rs from the tables numpy itself is built with.

The wheel of numpy carries `random/lib/libnpyrandom.a`, the static library of its distributions. Its object
file `distributions.c` holds the three tables of the 256-level normal ziggurat (`ki_double`, `wi_double`,
`fi_double`, from `numpy/random/src/distributions/ziggurat_constants.h`). Reading them there gives the very bits.
"""

import os
import struct

import numpy

HEADER = """//! Tables of numpy's 256-level normal ziggurat, as bits. Made by `tests/vectors/ziggurat.py`; do not edit.
//!
//! Origin: numpy {version}, `numpy/random/src/distributions/ziggurat_constants.h`, as compiled into
//! `libnpyrandom.a`. Copyright (c) 2005-2025, `NumPy` Developers. BSD-3-Clause.

"""

DOCS = {
    "ki_double": ("ACCEPT", "`ki_double`: a 52-bit draw below this is inside its layer."),
    "wi_double": ("WIDTH", "`wi_double`: bits of the scale from a 52-bit draw to x, by layer."),
    "fi_double": ("DENSITY", "`fi_double`: bits of the density at each layer's edge."),
}


def members(archive):
    """Yields (name, bytes) of a System V `ar` archive."""
    assert archive[:8] == b"!<arch>\n"
    at = 8
    while at + 60 <= len(archive):
        size = int(archive[at + 48 : at + 58])
        yield archive[at : at + 16], archive[at + 60 : at + 60 + size]
        at += 60 + size + (size & 1)


def symbols(obj, wanted):
    """Reads the 256 words behind each wanted symbol of a little-endian ELF64 object."""
    (shoff,) = struct.unpack_from("<Q", obj, 40)
    entsize, count = struct.unpack_from("<HH", obj, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", obj, shoff + i * entsize) for i in range(count)]
    found = {}
    for kind in (s for s in sections if s[1] == 2):
        names = sections[kind[6]]
        for at in range(kind[4], kind[4] + kind[5], 24):
            name, _, _, section, value, _ = struct.unpack_from("<IBBHQQ", obj, at)
            start = names[4] + name
            text = obj[start : obj.index(b"\0", start)].decode()
            if text in wanted:
                found[text] = struct.unpack_from("<256Q", obj, sections[section][4] + value)
    return found


def tables():
    path = os.path.join(os.path.dirname(numpy.__file__), "random", "lib", "libnpyrandom.a")
    with open(path, "rb") as file:
        archive = file.read()
    for _, obj in members(archive):
        if obj[:4] == b"\x7fELF":
            found = symbols(obj, DOCS)
            if len(found) == len(DOCS):
                return found
    raise SystemExit("ziggurat tables not found in " + path)


def source():
    found = tables()
    out = [HEADER.format(version=numpy.__version__)]
    blocks = []
    for name, (const, doc) in DOCS.items():
        words = [f"0x{word:019_x}" for word in found[name]]
        lines = [f"/// {doc}", "#[rustfmt::skip]", f"pub(super) const {const}: [u64; 256] = ["]
        lines += ["    " + ", ".join(words[i : i + 4]) + "," for i in range(0, 256, 4)]
        blocks.append("\n".join(lines + ["];", ""]))
    return "".join(out) + "\n".join(blocks)
