"""What the user's code finds: display(), exit(), and a finishing touch to some modules."""

import builtins
import os
import sys

from .streams import emit, read_secret
from .wire import OURS

OURS.add(__file__)
PACKAGE = __name__.rpartition(".")[0]

# What was run, for tracebacks, by its file name there.
sources = {}


def publish_sources(linecache):
    for name, source in sources.items():
        if name not in linecache.cache:
            lines = [line + "\n" for line in source.split("\n")]
            linecache.cache[name] = (len(source), None, lines, name)


# Shown as they are printed.
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
            module.rcParams["backend"] = "module://" + PACKAGE + ".plots"

    def ipython(self, module):
        module.display = display
