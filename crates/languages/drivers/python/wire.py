"""The channel to the host, and what the parts of the driver share."""

import os
import time
from _thread import allocate_lock, get_ident

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

HOT = 2000  # trace events after which a fast program is sampled, not traced
SLOT = 0.01  # seconds: how often a busy program is reported on
BURST = 16  # reports and direct writes allowed in one slot before that limit holds

monotonic = time.monotonic
PID = os.getpid()
MAIN = get_ident()
# The files in which an interrupt waits until the driver is done with what it does.
OURS = {__file__}


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
messages = []
read_lock = allocate_lock()
_channel = -1
_send_lock = allocate_lock()
_received = b""


def open_channel():
    global _channel
    kind, _, place = os.environ.pop("INTERPRETER_DRIVER").partition(":")
    if kind == "fd":
        _channel = int(place)
        os.set_inheritable(_channel, False)
    else:
        _channel = os.open(place, os.O_RDWR | os.O_BINARY | os.O_NOINHERIT)


def close_channel():
    """In a forked child, which must not speak for its parent."""
    global _send_lock
    _send_lock = allocate_lock()
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), _channel, inheritable=False)
    except OSError:
        pass


def send(text):
    data = text.encode("ascii") + b"\n"
    with _send_lock:
        while data:
            data = data[os.write(_channel, data) :]


def receive():
    """Reads what is there and keeps whole messages. False at the end of the channel."""
    global _received
    data = os.read(_channel, 1 << 18)
    if not data:
        return False
    if b"\n" not in data:
        _received += data
        return True
    lines = (_received + data).split(b"\n")
    _received = lines.pop()
    messages.extend(decode(line.decode("utf-8", "surrogatepass")) for line in lines if line)
    return True


def wait_for(matches):
    """The next message of this kind; others stay in line. Can be interrupted."""
    from select import select

    with read_lock:
        while True:
            for index, message in enumerate(messages):
                if matches(message):
                    return messages.pop(index)
            main = get_ident() == MAIN
            try:
                S.open = main
                check_pending()
                select([_channel], [], [])
            finally:
                if main:
                    S.open = False
            if not receive():
                os._exit(0)


def check_pending():
    # What came for a run that is over is for nobody.
    if S.pending and S.running is not None and get_ident() == MAIN:
        S.pending = False
        raise KeyboardInterrupt
