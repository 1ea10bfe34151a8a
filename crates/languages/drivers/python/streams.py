"""sys.stdin, sys.stdout and sys.stderr of the user's code."""

import os
import sys
from _thread import allocate_lock

from .tracing import arm, report_line, sample
from .wire import BURST, OURS, PID, SLOT, S, check_pending, monotonic, quote, send, wait_for

OURS.add(__file__)

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


def held():
    """Whether text waits to be written."""
    return bool(_text)


def fresh():
    """A new run prints its first words at once."""
    global _text_writes
    _text_writes = 0


def forget():
    """In a forked child: what is held back is the parent's, and so may the lock be."""
    global _text_lock, _text, _text_size
    _text_lock = allocate_lock()
    _text = []
    _text_size = 0


class Stream:
    """What all of them say of themselves."""

    closed = False
    _fd = 0

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


class Buffer(Stream):
    """The bytes behind a stream of text."""

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


class Output(Stream):
    """sys.stdout or sys.stderr."""

    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None
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

    def reconfigure(self, **_options):
        pass

    def detach(self):
        return self.buffer

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        pass


class Input(Stream):
    """sys.stdin: every line is asked of the person."""

    encoding = "utf-8"
    errors = "strict"
    newlines = None
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

    def readable(self):
        return True

    def writable(self):
        return False


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


# What is asked of the person, and shown to them

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
    answer = wait_for(lambda m: m["type"] == "input" and m["request"] == request)["text"]
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
    wait_for(lambda m: m["type"] == "seen" and m["sync"] == sync)
