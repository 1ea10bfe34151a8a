"""Tracebacks, without the driver's own frames."""

import linecache
import os
import traceback

from .names import publish_sources
from .streams import emit

FOLDER = os.path.dirname(__file__)


def report(error):
    """Prints the traceback. Gives its last line."""
    publish_sources(linecache)
    try:
        told = traceback.TracebackException(
            type(error), error, error.__traceback__, capture_locals=False
        )
        strip(told, set())
        text = "".join(told.format())
        last = "".join(told.format_exception_only()).strip().rsplit("\n", 1)[-1]
    except BaseException as second:
        # An exception whose own methods fail still gets its name printed.
        text = last = "%s (its description failed: %s)\n" % (
            type(error).__name__,
            type(second).__name__,
        )
        last = last.strip()
    emit(2, text)
    return last[:500]


def strip(told, seen):
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    kept = [
        frame
        for frame in told.stack
        if os.path.dirname(frame.filename) != FOLDER and "frozen importlib" not in frame.filename
    ]
    told.stack = traceback.StackSummary.from_list(kept)
    for other in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        strip(other, seen)
