"""Objects that can show themselves as a picture or as HTML."""

from binascii import b2a_base64
from struct import unpack

from .streams import show
from .wire import quote


def show_rich(thing):
    """Shows the thing where it has more than text to show."""
    if isinstance(thing, type):
        return False
    kind = type(thing)
    if kind.__name__ == "Figure" and kind.__module__ == "matplotlib.figure":
        from .plots import picture

        show_image("image/png", picture(thing))
        return True
    bundle = call(thing, "_repr_mimebundle_")
    if isinstance(bundle, tuple):
        bundle = bundle[0]
    if not isinstance(bundle, dict):
        bundle = {}
    for media_type, method in (("image/png", "_repr_png_"), ("image/jpeg", "_repr_jpeg_")):
        data = bundle.get(media_type) or call(thing, method)
        if isinstance(data, tuple):
            data = data[0]
        if data:
            show_image(media_type, data)
            return True
    html = bundle.get("text/html") or call(thing, "_repr_html_")
    if not html:
        html = bundle.get("image/svg+xml") or call(thing, "_repr_svg_")
    if isinstance(html, tuple):
        html = html[0]
    if html:
        show('{"type":"html","html":%s}' % quote(str(html)))
        return True
    return False


def call(thing, name):
    # Looked up on the type: a mock or a proxy answers to any name.
    method = getattr(type(thing), name, None)
    if method is None:
        return None
    try:
        return method(thing)
    except NotImplementedError:
        return None
    except Exception as error:
        from .errors import report

        report(error)
        return None


def show_image(media_type, data, width=None, height=None):
    """Shows an encoded picture; text counts as base64 already."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        data = bytes(data)
        if width is None and data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
            width, height = unpack(">II", data[16:24])
        data = b2a_base64(data, newline=False).decode("ascii")
    else:
        data = "".join(str(data).split())
    show(
        '{"type":"image","media_type":%s,"base64":%s,"width":%s,"height":%s}'
        % (
            quote(media_type),
            quote(data),
            "null" if width is None else int(width),
            "null" if height is None else int(height),
        )
    )
