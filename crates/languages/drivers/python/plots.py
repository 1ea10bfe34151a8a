"""A matplotlib backend that shows figures in the conversation."""

from io import BytesIO

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase, _Backend
from matplotlib.backends.backend_agg import FigureCanvasAgg

from .rich import show_image


def picture(figure):
    buffer = BytesIO()
    if getattr(figure, "canvas", None) is None:
        FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", bbox_inches="tight")
    return buffer.getvalue()


class Manager(FigureManagerBase):
    def show(self):
        show_image("image/png", picture(self.canvas.figure))
        Gcf.destroy(self.num)


class Canvas(FigureCanvasAgg):
    manager_class = Manager


def show_all(*_arguments, **_options):
    """Shows every open figure that has something drawn, and closes it."""
    try:
        for manager in list(Gcf.get_all_fig_managers()):
            figure = manager.canvas.figure
            if figure.axes or figure.texts or figure.images or figure.lines or figure.patches:
                show_image("image/png", picture(figure))
    finally:
        Gcf.destroy_all()


@_Backend.export
class _InlineBackend(_Backend):
    FigureCanvas = Canvas
    FigureManager = Manager

    @staticmethod
    def show(*arguments, **options):
        show_all(*arguments, **options)
