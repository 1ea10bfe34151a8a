"""Which line the program is at, and interrupts of it."""

import sys
import time
from _thread import allocate_lock, interrupt_main, start_new_thread

from .wire import BURST, HOT, MAIN, OURS, SLOT, S, check_pending, monotonic, send

OURS.add(__file__)

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
    from .streams import flush, held  # which imports this

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
            if held() or S.pending or S.line != S.sent_line:
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


def on_interrupt(_signal, frame):
    if S.running is None:
        return
    if S.open or frame is None or frame.f_code.co_filename not in OURS:
        S.pending = False  # one interrupt, raised once
        raise KeyboardInterrupt
    S.pending = True
    arm()  # in case the driver was on its way out, and looks no more


def stop():
    """In a forked child, where there is no ticker."""
    global _armed
    _armed = True
    sys.settrace(None)
