"""Runs blocks of Python for the host, as docs/driver-protocol.md describes.

Imports next to nothing, so that the first result comes at once: what is only
needed now and then (tracebacks, pictures, the screen) lies in sibling modules.
Works from Python 3.8 on, with the standard library alone.
"""

import _ast
import builtins
import os
import sys
import time
from _thread import allocate_lock, get_ident, interrupt_main, start_new_thread

try:
    from _json import encode_basestring_ascii as quote, make_scanner

    class _Decoder:
        strict = False
        object_hook = object_pairs_hook = parse_constant = None
        parse_float = float
        parse_int = int
        memo = {}

    _scan = make_scanner(_Decoder())

    def decode(text):
        return _scan(text, 0)[0]

except ImportError:  # not CPython
    from json import dumps as quote, loads as decode

ONLY_AST = 0x400
TOP_LEVEL_AWAIT = 0x2000
COROUTINE = 0x80
SLOT = 0.01  # seconds: how often a busy program is reported on
BURST = 16  # reports and direct writes allowed in one slot before that limit holds
HOT = 2000  # trace events after which a fast program is sampled, not traced

monotonic = time.monotonic
HERE = __file__
PID = os.getpid()
MAIN = get_ident()


class State:
    """What the signal handler, the tracer and the ticker share."""

    running = None  # id of the run, while user code may run
    cell = None  # its file name in tracebacks
    pending = False  # an interrupt came while the driver itself was at work
    open = False  # the driver waits, and may be interrupted
    hot = False
    line = sent_line = None
    slot = 0.0
    sends = 0
    budget = HOT
    window = 0.0


S = State()
sources = {}
future_flags = 0
channel = -1


# The channel

_send_lock = allocate_lock()
_read_lock = allocate_lock()
_received = b""
_messages = []


def send(text):
    data = text.encode("ascii") + b"\n"
    with _send_lock:
        while data:
            data = data[os.write(channel, data) :]


def _receive():
    """Reads what is there and keeps whole messages. False at the end of the channel."""
    global _received
    data = os.read(channel, 1 << 18)
    if not data:
        return False
    if b"\n" not in data:
        _received += data
        return True
    lines = (_received + data).split(b"\n")
    _received = lines.pop()
    _messages.extend(decode(line.decode("utf-8", "surrogatepass")) for line in lines if line)
    return True


def _wait_for(matches):
    """The next message of this kind; others stay in line. Can be interrupted."""
    from select import select

    with _read_lock:
        while True:
            for index, message in enumerate(_messages):
                if matches(message):
                    return _messages.pop(index)
            main = get_ident() == MAIN
            try:
                S.open = main
                check_pending()
                select([channel], [], [])
            finally:
                if main:
                    S.open = False
            if not _receive():
                os._exit(0)


def check_pending():
    # What came for a run that is over is for nobody.
    if S.pending and S.running is not None and get_ident() == MAIN:
        S.pending = False
        raise KeyboardInterrupt


def on_interrupt(_signal, frame):
    if S.running is None:
        return
    if S.open or frame is None or frame.f_code.co_filename != HERE:
        S.pending = False  # one interrupt, raised once
        raise KeyboardInterrupt
    S.pending = True
    arm()  # in case the driver was on its way out, and looks no more


_requests = 0


def ask(prompt, secret=False):
    """A line from the person, without its end; None at end of file."""
    global _requests
    if os.getpid() != PID or S.running is None:
        return None
    flush()
    if S.hot:
        sample()
    report_line()
    _requests += 1
    request = str(_requests)
    send(
        '{"type":"input_request","request":"%s","prompt":%s,"secret":%s}'
        % (request, quote(prompt), "true" if secret else "false")
    )
    answer = _wait_for(lambda m: m["type"] == "input" and m["request"] == request)["text"]
    shown = "" if secret or answer is None else answer
    sys.stdout.write(prompt + shown + "\n")
    return answer


_syncs = 0


def show(message):
    """Sends a picture or HTML, in its place between what is printed before and after."""
    global _syncs
    if os.getpid() != PID:
        return
    flush()
    _syncs += 1
    sync = _syncs
    send('%s,"sync":%d}' % (message[:-1], sync))
    _wait_for(lambda m: m["type"] == "seen" and m["sync"] == sync)


# What is printed

_text_lock = allocate_lock()
_text = []
_text_fd = 1
_text_size = 0
_text_slot = 0.0
_text_writes = 0


def _write_out():
    """Writes what is held back. The caller has the lock."""
    global _text, _text_size
    if not _text:
        return
    data = "".join(_text).encode("utf-8", "backslashreplace")
    _text = []
    _text_size = 0
    _write_bytes(_text_fd, data)


def _write_bytes(fd, data):
    view = memoryview(data)
    while view and not S.pending:
        try:
            view = view[os.write(fd, view[:65536]) :]
        except BlockingIOError:  # another program made the pipe non-blocking
            from select import select

            select([], [fd], [])
        except OSError:
            return


def flush():
    if _text:
        with _text_lock:
            _write_out()


def emit(fd, text):
    """Prints at once, unless the program prints so fast that grouping pays."""
    global _text_fd, _text_size, _text_slot, _text_writes
    with _text_lock:
        if fd != _text_fd:
            _write_out()
            _text_fd = fd
        _text.append(text)
        _text_size += len(text)
        _text_writes += 1
        if _text_writes > BURST:
            now = monotonic()
            if now - _text_slot > SLOT:
                _text_slot = now
                _text_writes = 0
                _write_out()
            elif _text_size > 16384:
                _write_out()
            else:
                arm()
        else:
            _write_out()
    if S.pending:
        check_pending()


class Buffer:
    """The bytes behind a stream of text."""

    closed = False
    mode = "wb"

    def __init__(self, fd):
        self._fd = fd
        self.raw = self

    def write(self, data):
        view = memoryview(data).cast("B")
        flush()
        with _text_lock:
            _write_bytes(self._fd, view)
        return len(view)

    def flush(self):
        flush()

    def fileno(self):
        return self._fd

    def isatty(self):
        return False

    def readable(self):
        return False

    def writable(self):
        return True

    def seekable(self):
        return False

    def close(self):
        pass


class Output:
    """sys.stdout or sys.stderr."""

    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None
    closed = False
    line_buffering = True
    write_through = True
    mode = "w"

    def __init__(self, fd, name):
        self._fd = fd
        self.name = name
        self.buffer = Buffer(fd)

    def write(self, text):
        if type(text) is not str and not isinstance(text, str):
            raise TypeError("write() argument must be str, not " + type(text).__name__)
        if text:
            emit(self._fd, text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        flush()

    def fileno(self):
        return self._fd

    def isatty(self):
        return False

    def readable(self):
        return False

    def writable(self):
        return True

    def seekable(self):
        return False

    def reconfigure(self, **_options):
        pass

    def close(self):
        pass

    def detach(self):
        return self.buffer

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        pass


class Input:
    """sys.stdin: every line is asked of the person."""

    encoding = "utf-8"
    errors = "strict"
    newlines = None
    closed = False
    mode = "r"
    name = "<stdin>"

    def __init__(self):
        self._rest = ""

    def readline(self, size=-1):
        if not self._rest:
            answer = ask("")
            self._rest = "" if answer is None else answer + "\n"
        line = self._rest if size is None or size < 0 else self._rest[:size]
        self._rest = self._rest[len(line) :]
        return line

    def read(self, size=-1):
        if size is not None and size >= 0:
            return self.readline(size)
        return "".join(self)

    def readlines(self, _hint=-1):
        return list(self)

    def __iter__(self):
        return iter(self.readline, "")

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def fileno(self):
        return 0

    def isatty(self):
        return False

    def readable(self):
        return True

    def writable(self):
        return False

    def seekable(self):
        return False

    def close(self):
        pass


def read_line(prompt="", /):
    """Read a line from the person. End of file raises EOFError."""
    answer = ask(str(prompt))
    if answer is None:
        raise EOFError("end of input")
    return answer


def read_secret(prompt="Password: ", stream=None, **_options):
    """Read a line that is not shown."""
    answer = ask(str(prompt), True)
    if answer is None:
        raise EOFError("end of input")
    return answer


# Where the program is

_armed = False
_wake = allocate_lock()
_ticking = False


def arm():
    """Has the ticker look after what is held back."""
    global _armed, _ticking
    if _armed:
        return
    _armed = True
    if not _ticking:
        _ticking = True
        _wake.acquire()
        start_new_thread(tick, ())
    else:
        try:
            _wake.release()
        except RuntimeError:
            pass


def tick():
    global _armed
    while True:
        time.sleep(SLOT)
        try:
            flush()
            if S.hot:
                sample()
            report_line()
            if S.pending and S.running is not None:
                interrupt_main()
        except Exception:
            pass
        if not (S.hot and S.running is not None):
            _armed = False
            if _text or S.pending or S.line != S.sent_line:
                _armed = True
                continue
            _wake.acquire()


def report_line():
    line = S.line
    if line != S.sent_line and S.running is not None:
        S.sent_line = line
        send('{"type":"active_line","line":%d}' % line)


def at_line(line):
    S.line = line
    if line == S.sent_line:
        return
    S.sends += 1
    if S.sends > BURST:
        now = monotonic()
        if now - S.slot < SLOT:
            arm()
            return
        S.slot = now
        S.sends = 0
    report_line()


def cooled():
    """Whether the program runs slowly enough to be traced."""
    now = monotonic()
    if now - S.window > 0.1:
        S.window = now
        S.budget = HOT
        return True
    # Too fast: tracing would slow it down. From here on the ticker looks now and then.
    sys.settrace(None)
    S.hot = True
    arm()
    return False


def on_call(frame, _event, _argument):
    S.budget -= 1
    if S.budget < 0 and not cooled():
        return None
    if frame.f_code.co_filename == S.cell:
        return on_line
    return None


def on_line(frame, event, _argument):
    if event == "line":
        S.budget -= 1
        if S.budget < 0:
            cooled()
        at_line(frame.f_lineno)
        if S.pending:
            check_pending()
    return on_line


def sample():
    frame = sys._current_frames().get(MAIN)
    while frame is not None:
        if frame.f_code.co_filename == S.cell:
            S.line = frame.f_lineno
            return
        frame = frame.f_back


# Running a block

namespace = None
_loop = None


def compile_cell(source, name):
    """The block's code, and that of its last expression, whose value is shown."""
    global future_flags
    flags = TOP_LEVEL_AWAIT | future_flags
    tree = compile(source, name, "exec", flags | ONLY_AST, True)
    last = None
    body = tree.body
    if body and type(body[-1]) is _ast.Expr and not source.rstrip().endswith(";"):
        last = compile(_ast.Expression(body.pop().value), name, "eval", flags, True)
    code = compile(tree, name, "exec", flags, True) if body else None
    if code is not None:
        future_flags |= code.co_flags & 0x1FE0000
    return code, last


def evaluate(code):
    value = eval(code, namespace)
    if code.co_flags & COROUTINE:
        value = loop().run_until_complete(value)
    return value


def loop():
    global _loop
    import asyncio

    if _loop is None or _loop.is_closed():
        _loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_loop)
    return _loop


def run(identifier, source):
    global _text_writes
    _text_writes = 0
    name = S.cell = "<cell %d>" % identifier
    sources[name] = source
    if "linecache" in sys.modules:
        publish_sources(sys.modules["linecache"])
    S.pending = S.hot = False
    S.line = S.sent_line = None
    S.sends = 0
    S.budget = HOT
    S.window = monotonic()
    S.running = identifier
    send('{"type":"started","id":%d}' % identifier)
    status, code, message = "ok", None, None
    try:
        try:
            body, last = compile_cell(source, name)
        except SyntaxError:
            from .lines import translate

            translated = translate(source)
            if translated is None:
                raise
            body, last = compile_cell(translated, name)
        sys.settrace(on_call)
        if body is not None:
            evaluate(body)
        if last is not None:
            value = evaluate(last)
            if value is not None:
                sys.displayhook(value)
        if "matplotlib.pyplot" in sys.modules:
            show_figures()
        sys.settrace(None)
    except SystemExit as leaving:
        S.running = None
        sys.settrace(None)
        status, code, message = leave(leaving.code)
    except KeyboardInterrupt:
        S.running = None
        sys.settrace(None)
        status, message = "interrupted", None
        emit(2, "KeyboardInterrupt\n")
    except BaseException as error:
        S.running = None
        sys.settrace(None)
        from .errors import report

        status = "error"
        message = report(error)
    if os.getpid() != PID:  # a fork that came back here
        flush()
        os._exit(0 if status == "ok" else 1)
    S.pending = False
    flush()
    if S.line != S.sent_line:
        S.running = identifier
        report_line()
    S.running = None
    S.hot = False
    send(
        '{"type":"done","id":%d,"status":"%s","exit":%s,"message":%s}'
        % (
            identifier,
            status,
            "null" if code is None else code,
            "null" if message is None else quote(message),
        )
    )


def leave(code):
    """sys.exit: the run ends with this status, the interpreter stays."""
    if code is None:
        code = 0
    elif not isinstance(code, int):
        emit(2, str(code) + "\n")
        code = 1
    code = int(code) & 0xFF
    return ("ok" if code == 0 else "error"), code, "The code ended itself with status %d." % code


def publish_sources(linecache):
    for name, source in sources.items():
        if name not in linecache.cache:
            lines = [line + "\n" for line in source.split("\n")]
            linecache.cache[name] = (len(source), None, lines, name)


def show_figures():
    plots = sys.modules.get(__name__ + ".plots")
    if plots is not None:
        plots.show_all()


# What the user's code finds

PLAIN = {int, float, complex, bool, str, bytes, list, tuple, dict, set, frozenset}


def display(*objects, **_options):
    """Show objects: as a picture or HTML where they can be, else as text."""
    for thing in objects:
        if type(thing) not in PLAIN:
            from .rich import show_rich

            if show_rich(thing):
                continue
        emit(1, (thing if type(thing) is str else repr(thing)) + "\n")


def displayhook(value):
    if value is None:
        return
    builtins._ = None
    if type(value) not in PLAIN:
        from .rich import show_rich

        if show_rich(value):
            builtins._ = value
            return
    emit(1, repr(value) + "\n")
    builtins._ = value


def quit_run(code=None):
    """End this run."""
    raise SystemExit(code)


class Imports:
    """Gives some modules their finishing touch when they are imported."""

    names = {
        "getpass": "getpass",
        "linecache": "linecache",
        "matplotlib": "matplotlib",
        "IPython.core.display_functions": "ipython",
    }

    def find_spec(self, name, path=None, target=None):
        if name not in self.names:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            return None
        if spec.loader is not None and hasattr(spec.loader, "exec_module"):
            load = spec.loader.exec_module
            finish = getattr(self, self.names[name])

            def exec_module(module):
                load(module)
                finish(module)

            try:
                spec.loader.exec_module = exec_module
            except AttributeError:
                pass
        return spec

    def getpass(self, module):
        module.getpass = read_secret

    def linecache(self, module):
        publish_sources(module)

    def matplotlib(self, module):
        if not os.environ.get("MPLBACKEND"):
            module.rcParams["backend"] = "module://" + __name__ + ".plots"

    def ipython(self, module):
        module.display = display


def on_audit(event, _arguments):
    # What another program prints comes after what was printed before it.
    if event in BEFORE_OTHERS and _text:
        flush()


BEFORE_OTHERS = {
    "subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.posix_spawn",
    "os.spawn", "os.exec", "os.kill", "os.killpg", "os.startfile", "pty.spawn",
}  # fmt: skip


def after_fork():
    """In a forked child: no locks held by others, no channel."""
    global _text_lock, _send_lock, _text, _text_size, _armed
    _text_lock = allocate_lock()
    _send_lock = allocate_lock()
    _text = []
    _text_size = 0
    _armed = True  # there is no ticker here
    S.running = None
    sys.settrace(None)
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), channel, inheritable=False)
    except OSError:
        pass


def leave_at_once(status=0):
    flush()
    _exit(status)


_exit = os._exit


def open_channel():
    kind, _, place = os.environ.pop("INTERPRETER_DRIVER").partition(":")
    if kind == "fd":
        fd = int(place)
        os.set_inheritable(fd, False)
        return fd
    return os.open(place, os.O_RDWR | os.O_BINARY | os.O_NOINHERIT)


def main():
    global channel, namespace
    channel = open_channel()
    sys.stdout = sys.__stdout__ = Output(1, "<stdout>")
    sys.stderr = sys.__stderr__ = Output(2, "<stderr>")
    sys.stdin = sys.__stdin__ = Input()
    sys.displayhook = displayhook
    os._exit = leave_at_once
    builtins.input = read_line
    builtins.display = display
    builtins.exit = builtins.quit = quit_run
    sys.meta_path.insert(0, Imports())
    sys.addaudithook(on_audit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=flush, after_in_child=after_fork)
    if "getpass" in sys.modules:
        sys.modules["getpass"].getpass = read_secret
    if "INTERPRETER_COMPUTER" in os.environ:
        from .screen import Computer

        builtins.computer = Computer(
            os.environ.pop("INTERPRETER_COMPUTER"),
            os.environ.pop("INTERPRETER_COMPUTER_TOKEN", ""),
        )
    main_module = sys.modules["__main__"]
    namespace = main_module.__dict__
    namespace.clear()
    namespace.update(__name__="__main__", __doc__=None, __builtins__=builtins, __spec__=None)
    sys.argv = [""]
    posix = os.name == "posix"
    if posix:
        from _signal import SIGINT, signal

        signal(SIGINT, on_interrupt)
    place = "Python %d.%d.%d, %s" % (*sys.version_info[:3], sys.executable)
    send(
        '{"type":"hello","protocol":1,"language":"python","place":%s,"program":%s,"interrupt":"%s"}'
        % (quote(place), quote(sys.executable or ""), "signal" if posix else "none")
    )
    while True:
        while not any(message["type"] == "run" for message in _messages):
            with _read_lock:
                if not _receive():
                    flush()
                    _exit(0)
        for index, message in enumerate(_messages):
            if message["type"] == "run":
                del _messages[: index + 1]
                run(message["id"], message["code"])
                break
