"""Runs blocks of Python for the host, as docs/driver-protocol.md describes.

Imports next to nothing, so that the first result comes at once: what is only
needed now and then (tracebacks, pictures, the screen) lies in modules that are
imported then. Works from Python 3.8 on, with the standard library alone.
"""

import _ast
import builtins
import os
import sys

from .names import Imports, display, displayhook, publish_sources, quit_run, sources
from .streams import Input, Output, emit, flush, forget, fresh, held, read_line, read_secret
from .tracing import on_call, on_interrupt, report_line, stop
from .wire import (
    HOT,
    OURS,
    PID,
    S,
    close_channel,
    messages,
    monotonic,
    open_channel,
    quote,
    read_lock,
    receive,
    send,
)

OURS.add(__file__)
ONLY_AST = 0x400
TOP_LEVEL_AWAIT = 0x2000
COROUTINE = 0x80

# Running a block

future_flags = 0
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
    return wait(value) if code.co_flags & COROUTINE else value


def wait(coroutine):
    task = loop().create_task(coroutine)
    try:
        return _loop.run_until_complete(task)
    except KeyboardInterrupt:
        # It may have come to the loop instead of the task, which then goes on in the
        # next await, or is complained of when Python finds it.
        task.cancel()
        task._log_destroy_pending = False
        raise


def loop():
    global _loop
    import asyncio

    if _loop is None or _loop.is_closed():
        _loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_loop)
    return _loop


def run(identifier, source):
    fresh()
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


def show_figures():
    plots = sys.modules.get(__name__ + ".plots")
    if plots is not None:
        plots.show_all()


# Starting, and what ends the process


def on_audit(event, _arguments):
    # What another program prints comes after what was printed before it.
    if event in BEFORE_OTHERS and held():
        flush()


BEFORE_OTHERS = {
    "subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.posix_spawn",
    "os.spawn", "os.exec", "os.kill", "os.killpg", "os.startfile", "pty.spawn",
}  # fmt: skip


def after_fork():
    """In a forked child: no locks held by others, no channel."""
    forget()
    stop()
    S.running = None
    close_channel()


def leave_at_once(status=0):
    flush()
    _exit(status)


_exit = os._exit


def main():
    global namespace
    open_channel()
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
        while not any(message["type"] == "run" for message in messages):
            with read_lock:
                if not receive():
                    flush()
                    _exit(0)
        for index, message in enumerate(messages):
            if message["type"] == "run":
                del messages[: index + 1]
                run(message["id"], message["code"])
                break
