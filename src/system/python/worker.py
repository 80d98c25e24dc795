# The far end of `call`: this process belongs to the team's interpreter and answers one request after another over the
# socket it was given as standard input. Only the standard library is used, and little of it: what is imported here is
# paid for by every worker. `values.py` stands before this text and is read with it.

import faulthandler
import fcntl
import os
import sys
from _signal import SIGUSR2
from time import perf_counter_ns

HIGH = 64  # descriptors of ours are kept out of the way of loops over the low ones


def kept(fd):
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH)


SOCKET = kept(0)
with open(os.devnull) as nothing:
    os.dup2(nothing.fileno(), 0)
# What the streams were: code that closes or redirects them does so for one call.
STREAMS = [(fd, kept(fd), os.fstat(fd).st_ino) for fd in (0, 1, 2)]
OUT, ERR = sys.stdout, sys.stderr
PID = os.getpid()
ROOT = os.getcwd()
# What this program goes by stays what it was, whatever a test of the team puts in its place.
LOADS, DUMPS = marshal.loads, marshal.dumps
READ, READV, WRITEV, FSTAT, CHDIR, GETPID = os.read, os.readv, os.writev, os.fstat, os.chdir, os.getpid
ENVIRON = os.environ
MARK = b"mlfunnel"
PREFIX = 24  # the mark, the length of the head, the length of the body
TEXT_LIMIT = 64 << 10


class Fault(Exception):
    """The request cannot be carried out, whatever the function would do."""

    def __init__(self, kind, subject, message="", names=(), traceback=""):
        self.detail = [kind, subject, message, list(names), traceback]


def receive():
    """One request and the bytes of its arrays; None when there will be no more."""
    data = READ(SOCKET, 65536)
    while 0 < len(data) < PREFIX:
        more = READ(SOCKET, 65536)
        data = data + more if more else b""
    if not data:
        return None
    head, body = int.from_bytes(data[8:16], "little"), int.from_bytes(data[16:24], "little")
    size = PREFIX + head + body
    if len(data) < size:
        whole, at = bytearray(size), len(data)
        whole[:at] = data
        view = memoryview(whole)
        while at < size:
            count = READV(SOCKET, [view[at:]])
            if not count:
                return None
            at += count
        return LOADS(view[PREFIX : PREFIX + head]), view[PREFIX + head :]
    if body:
        return LOADS(data[PREFIX : PREFIX + head]), memoryview(bytearray(data[PREFIX + head :]))
    return LOADS(data[PREFIX:]), None


def send(head, bodies):
    head += b"\0" * (-len(head) % 8)
    size = sum(map(len, bodies))
    first = MARK + len(head).to_bytes(8, "little") + size.to_bytes(8, "little") + head
    parts = [memoryview(first), *map(memoryview, bodies)]
    while parts:
        count = WRITEV(SOCKET, parts[:64])
        while parts and count >= len(parts[0]):
            count -= len(parts.pop(0))
        if count:
            parts[0] = parts[0][count:]


def settle(environment):
    """Undoes what the call before may have done to what all calls share."""
    global OUT, ERR
    for fd, keep, inode in STREAMS:
        try:
            same = FSTAT(fd).st_ino == inode
        except OSError:
            same = False
        if not same:
            os.dup2(keep, fd)
    if OUT.closed:
        OUT = sys.__stdout__ = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    if ERR.closed:
        ERR = sys.__stderr__ = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1)
    sys.stdout, sys.stderr = OUT, ERR
    CHDIR(ROOT)
    for name, value in environment.items():
        if ENVIRON.get(name) != value:
            ENVIRON[name] = value
            if name == "TMPDIR" and "tempfile" in sys.modules:
                sys.modules["tempfile"].tempdir = None


def flush():
    for stream, own in ((sys.stdout, OUT), (sys.stderr, ERR)):
        try:
            own.flush()
            if stream is not own:
                stream.flush()
        except Exception:
            pass


def seed_all(seed):
    modules = sys.modules
    small = seed % (1 << 32)
    for name, way, value in (("random", ("seed",), seed), ("numpy.random", ("seed",), small), ("torch", ("manual_seed",), seed)):
        module = modules.get(name)
        if module is not None:
            try:
                for step in way:
                    module = getattr(module, step)
                module(value)
            except Exception:
                pass


def shown(error):
    """The traceback as Python prints it, without this program's own frames, and the place in the team's code."""

    def own(frame):
        return frame.filename == "<mlfunnel>" or frame.filename.startswith("<frozen importlib")

    def strip(told, depth=0):
        if told is None or depth > 20:
            return
        told.stack = traceback.StackSummary.from_list([frame for frame in told.stack if not own(frame)])
        for inner in [told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())]:
            strip(inner, depth + 1)

    try:
        import traceback

        told = traceback.TracebackException(type(error), error, error.__traceback__)
        strip(told)
        frames = told.stack
        lines = "".join(told.format())
    except BaseException as failed:
        return f"(no traceback can be shown: {type(failed).__name__})", None
    place = None
    for frame in frames:
        written = not frame.filename.startswith("<")
        inside = written and os.path.abspath(frame.filename).startswith(ROOT + os.sep) and "site-packages" not in frame.filename
        if inside or place is None or not place[2]:
            place = [frame.filename, frame.lineno, inside]
    if place:
        if place[2]:
            place[0] = os.path.relpath(place[0], ROOT)
        place = place[:2]
    return clean(lines), place


def clean(text):
    """Text that can be sent, and not too much of it."""
    if len(text) > TEXT_LIMIT:
        half = TEXT_LIMIT // 2
        text = text[:half] + f"\n… {len(text) - TEXT_LIMIT} characters left out …\n" + text[-half:]
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def name_of(error):
    name = getattr(type(error), "__name__", None)
    return clean(name) if type(name) is str else "Exception"


def words_of(error):
    try:
        return clean(str(error))
    except BaseException as failed:
        return f"(its text cannot be had: {type(failed).__name__} in __str__)"


def load(module):
    """The module of this name, imported once."""
    found = sys.modules.get(module)
    if found is not None:
        return found
    try:
        __import__(module)
        return sys.modules[module]
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing == module or module.startswith(missing + "."):
            raise Fault("no-module", module, words_of(error), neighbours(module, missing)) from None
        raise Fault("import", module, f"{name_of(error)}: {words_of(error)}", (), shown(error)[0]) from None
    except BaseException as error:
        raise Fault("import", module, f"{name_of(error)}: {words_of(error)}", (), shown(error)[0]) from None


def neighbours(module, missing):
    """Modules that stand where this one was looked for."""
    parent = missing.rpartition(".")[0]
    places = list(getattr(sys.modules.get(parent), "__path__", ())) if parent else [ROOT]
    rest = module[len(missing) :]
    names = []
    for place in places:
        try:
            entries = sorted(os.listdir(place))
        except OSError:
            continue
        for entry in entries[:1000]:
            stem, dot, ending = entry.partition(".")
            if stem.isidentifier() and (ending == "py" or not dot and os.path.isdir(os.path.join(place, entry))):
                names.append((parent + "." if parent else "") + stem + rest)
    return names


def attribute(holder, name, subject):
    try:
        return getattr(holder, name)
    except AttributeError as error:
        try:
            names = [clean(known) for known in dir(holder) if type(known) is str and not known.startswith("__")]
        except BaseException:
            names = []
        raise Fault("no-attribute", subject, clean(name), names[:2000]) from error


def resolve(target):
    module, _, path = target.partition(":")
    found, subject = load(module), f"module `{module}`"
    for name in path.split("."):
        found = attribute(found, name, subject)
        subject = f"`{module}:{name}`" if subject.startswith("module") else f"{subject[:-1]}.{name}`"
    return found


def routine(target):
    """A class or a function makes what its methods are then called on; anything else is that itself."""
    return isinstance(target, type) or hasattr(target, "__code__") or hasattr(target, "__func__")


def call(id, target, init, steps, form, seed, environment, limit, tagged, body):
    settle(environment)
    found = resolve(target)
    made, subject = found, f"`{target}`"
    init, steps = arguments((init, steps), form, tagged, body)
    if init is not None and not routine(found):
        if not callable(found):
            raise Fault("not-callable", subject, kind_of(found))
    seed_all(seed)
    began = perf_counter_ns()
    try:
        if init is not None:
            made = found(*init[0], **init[1])
            subject = f"`{kind_of(made)}`"
        elif steps[0][0] is not None and routine(found):
            made = found()
            subject = f"`{kind_of(made)}`"
        for name, args, kwargs in steps:
            function = made if name is None else attribute(made, name, subject)
            if not callable(function):
                raise Fault("not-callable", subject if name is None else f"`{name}` of {subject}", kind_of(function))
            result = function(*args, **kwargs)
        if type(result).__name__ == "coroutine" and hasattr(result, "cr_frame"):
            import asyncio

            result = asyncio.run(result)
    except Fault:
        raise
    except BaseException as error:
        spent = perf_counter_ns() - began
        if GETPID() != PID:
            raise
        lines, place = shown(error)
        return DUMPS((id, "raised", spent, [name_of(error), words_of(error), lines, place]), 2), ()
    spent = perf_counter_ns() - began
    try:
        return reply(id, spent, result, limit)
    except Uncrossable as error:
        why = [clean(error.path()), clean(error.why)]
    except RecursionError:
        why = ["", "it is nested too deeply, or holds itself"]
    except MemoryError:
        why = ["", "there is not enough memory to send it"]
    except BaseException as error:
        why = ["", f"it cannot be read: {name_of(error)}: {words_of(error)}"]
    return DUMPS((id, "lost", spent, why), 2), ()


def reply(id, spent, result, limit):
    bodies = []
    head = DUMPS((id, "result", spent, outward(result, bodies)), 2)
    size = len(head) + sum(map(len, bodies))
    if size > limit:
        raise Uncrossable(f"it is {size >> 20} MiB, and no more than {limit >> 20} MiB may cross")
    return head, bodies


def answer(request, body):
    id, kind = request[0], request[1]
    try:
        if kind == "call":
            return call(id, *request[2:], body)
        settle(request[3])
        for module in request[2]:
            load(module)
        return DUMPS((id, "result", 0, None), 2), ()
    except Fault as fault:
        return DUMPS((id, "fault", 0, fault.detail), 2), ()
    except Uncrossable as error:
        return DUMPS((id, "fault", 0, ["argument", "", error.why, [], ""]), 2), ()


def serve():
    if sys.path[:1] != [ROOT]:
        sys.path[:1] = [ROOT] if sys.path[:1] == [""] else [ROOT, *sys.path[:1]]
    try:
        faulthandler.enable(STREAMS[2][1])
        faulthandler.register(SIGUSR2, STREAMS[2][1])
    except (OSError, RuntimeError, ValueError):
        pass
    send(DUMPS((0, "hello", 0, PID), 2), ())
    while True:
        request = receive()
        if request is None:
            return
        message = answer(*request)
        flush()
        if GETPID() != PID:
            os._exit(0)  # a fork of this process came back from the call: it has no one to answer
        send(*message)


serve()
