"""`computer`: the Computer API of the host, over a local socket."""

from .names import display
from .wire import quote


class ComputerError(RuntimeError):
    """The host refused or failed. `code` and `remedy` say more."""

    def __init__(self, code, message, remedy=None):
        super().__init__(message if not remedy else "%s %s" % (message, remedy))
        self.code = code
        self.remedy = remedy


class Picture(dict):
    """A picture of the screen: `.width`, `.height`, `.png` (bytes), `.save(path)`."""

    @property
    def width(self):
        return self["image"].get("width")

    @property
    def height(self):
        return self["image"].get("height")

    @property
    def size(self):
        return (self.width, self.height)

    @property
    def png(self):
        from binascii import a2b_base64

        return a2b_base64(self["image"]["base64"])

    def _repr_png_(self):
        return self.png

    def save(self, path):
        with open(path, "wb") as file:
            file.write(self.png)

    def __repr__(self):
        return "<picture %sx%s>" % (self.width, self.height)


class Connection:
    def __init__(self, address, token):
        self.address = address
        self.token = token
        self.file = None
        self.lock = None
        self.count = 0

    def open(self):
        import json
        import socket
        import threading

        self.json = json
        self.lock = self.lock or threading.Lock()
        kind, _, place = self.address.partition(":")
        try:
            if kind == "unix":
                link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                link.connect(place)
            else:
                host, _, port = place.rpartition(":")
                link = socket.create_connection((host, int(port)))
        except OSError as error:
            raise ComputerError(
                "unavailable", "The computer API does not answer (%s)." % error
            ) from None
        self.file = link.makefile("rw", encoding="utf-8", newline="\n")
        self.file.write(json.dumps({"token": self.token}) + "\n")

    def call(self, method, params):
        if self.file is None:
            self.open()
        with self.lock:
            self.count += 1
            number = self.count
            request = {"id": number, "method": method, "params": params}
            try:
                self.file.write(self.json.dumps(request, default=plain) + "\n")
                self.file.flush()
                while True:
                    line = self.file.readline()
                    if not line:
                        raise OSError("the connection was closed")
                    answer = self.json.loads(line)
                    if answer.get("id") == number:
                        break
            except OSError as error:
                self.file = None
                raise ComputerError(
                    "unavailable", "The computer API was lost (%s)." % error
                ) from None
            except BaseException:
                # An interrupt in the middle: the answer would be taken for another's.
                self.file = None
                raise
        if "error" in answer:
            error = answer["error"] or {}
            raise ComputerError(
                error.get("code"), error.get("message", "It failed."), error.get("remedy")
            )
        return answer.get("result")


def plain(value):
    if isinstance(value, (bytes, bytearray)):
        from base64 import b64encode

        return b64encode(value).decode("ascii")
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)


class Method:
    """A name in the Computer API; call it, or go on to a name inside it."""

    def __init__(self, connection, name):
        self._connection = connection
        self._name = name

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Method(self._connection, "%s.%s" % (self._name, name))

    def __call__(self, *arguments, **options):
        params = dict(options)
        if arguments:
            params["args"] = list(arguments)
        result = self._connection.call(self._name, params)
        if isinstance(result, dict) and isinstance(result.get("image"), dict):
            result = Picture(result)
            if options.get("show", True):
                display(result)
        return result

    def __repr__(self):
        return "<computer.%s>" % self._name


class Computer:
    """Mouse, keyboard, screen and clipboard: `computer.mouse.click("OK")`."""

    def __init__(self, address, token):
        self._connection = Connection(address, token)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Method(self._connection, name)

    def __repr__(self):
        return "<computer>"
