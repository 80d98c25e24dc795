"""Runs the code cells of a notebook in their order: PYTHON -c THIS NOTEBOOK [ARGUMENT ...].

With IPython where it can be imported, else as plain Python, which knows no magics. What a cell raises ends the run
with exit code 1; the cell and the line are the last that is printed to standard error.
"""

import ast
import json
import linecache
import os
import sys
import traceback
import types


def main():
    path = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(os.path.abspath(path))
    # A figure is drawn, and shown to nobody.
    os.environ.setdefault("MPLBACKEND", "Agg")
    name = os.path.basename(path)
    cells = cells_of(path, name)
    run = with_ipython() or plain(name, cells)
    for number, source in cells:
        error = run(number, source)
        if error is not None:
            sys.stdout.flush()
            sys.exit("%s, code cell %d%s" % (name, number, told(error, source)))


def cells_of(path, name):
    try:
        with open(path, encoding="utf-8") as file:
            notebook = json.load(file)
        sheets = notebook.get("worksheets")
        cells = sheets[0]["cells"] if sheets else notebook["cells"]
        language = notebook.get("metadata", {}).get("kernelspec", {}).get("language", "python")
        code = [cell.get("source", cell.get("input", "")) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        sys.exit("%s is no notebook: %s: %s" % (name, type(error).__name__, error))
    if language != "python":
        sys.exit("%s is a notebook for %s, not for Python" % (name, language))
    texts = [source if isinstance(source, str) else "".join(source) for source in code]
    return [(number, text) for number, text in enumerate(texts, 1) if text.strip()]


def told(error, source):
    """`, line 2: x = 1 / 0`, then what was raised."""
    if isinstance(error, SyntaxError) and error.lineno:
        line = error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        inside = [frame for frame in frames if "cell" in frame.filename or "ipython-input" in frame.filename]
        line = inside[0].lineno if inside else None
    lines = source.split("\n")
    text = ", line %d: %s" % (line, lines[line - 1].strip()) if line and line <= len(lines) else ""
    return "%s\n%s: %s" % (text, type(error).__name__, error)


def with_ipython():
    # Its files are of no use to a run, and the home folder may not be writable.
    import tempfile

    os.environ.setdefault("IPYTHONDIR", tempfile.mkdtemp())
    try:
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config
    except ImportError:
        return None
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    shell = InteractiveShell.instance(config=config, user_module=sys.modules["__main__"])
    shell.displayhook.write_output_prompt = lambda: None
    # The last thing that is said is said once, by `main`.
    shell.showtraceback = lambda *args, **kwargs: None
    shell.showsyntaxerror = lambda *args, **kwargs: None

    def run(number, source):
        result = shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        return finished(error, "ipython-input")

    return run


def plain(name, cells):
    compiled = {}
    for number, source in cells:
        file = "<%s code cell %d>" % (name, number)
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        try:
            tree = ast.parse(source, file)
        except SyntaxError as error:
            magic = magic_in(source)
            if magic is None:
                sys.exit("%s, code cell %d%s" % (name, number, told(error, source)))
            sys.exit(
                "%s, code cell %d, line %d: `%s` is a magic, which needs IPython: install it for %s"
                % (name, number, magic[0], magic[1], sys.executable)
            )
        # As a notebook does, the last value is printed.
        last = [tree.body.pop()] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
        parts = [(tree, "exec"), (ast.Interactive(last), "single")]
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        compiled[number] = [compile(part, file, mode, flags) for part, mode in parts]

    def run(number, source):
        try:
            for code in compiled[number]:
                # CO_COROUTINE: it awaits.
                if code.co_flags & 0x80:
                    loop().run_until_complete(eval(code, namespace))
                else:
                    exec(code, namespace)
        except BaseException as error:
            return finished(error, "code cell")

    return run


def loop():
    import asyncio

    if "loop" not in held:
        held["loop"] = asyncio.new_event_loop()
    return held["loop"]


def finished(error, inside):
    """What was raised, with its traceback printed; an exit that a cell asks for is one."""
    if error is None:
        return None
    if isinstance(error, SystemExit):
        sys.exit(error.code)
    frames = traceback.extract_tb(error.__traceback__)
    first = next((at for at, frame in enumerate(frames) if inside in frame.filename), 0)
    if not isinstance(error, SyntaxError):
        sys.stdout.flush()
        sys.stderr.write("Traceback (most recent call last):\n" + "".join(traceback.format_list(frames[first:])))
    return error


def magic_in(source):
    for number, line in enumerate(source.split("\n"), 1):
        text = line.strip()
        if text.startswith(("%", "!", "?")) or text.endswith("?"):
            return number, text
    return None


# The notebook is the program from here on: what it defines belongs to `__main__`.
held = {"runner": sys.modules["__main__"]}
sys.modules["__main__"] = types.ModuleType("__main__")
namespace = sys.modules["__main__"].__dict__

if __name__ == "__main__":
    main()
