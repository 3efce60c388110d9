"""The diagrams of a model file: Vensim's sketch section, read, written and drawn.

A sketch has the place of every name on the page and the arrows between them; it has no equations, and this package
reads no model. Vensim and our own pages draw the same picture from the same text.
"""

from policy_lab.readers.sketch.drawing import STYLE, to_svg
from policy_lab.readers.sketch.geometry import arrow_path
from policy_lab.readers.sketch.lettering import text_width, wrapped
from policy_lab.readers.sketch.parts import MARKER, Arrow, Box, View, without_sketch
from policy_lab.readers.sketch.reading import read_sketch
from policy_lab.readers.sketch.writing import write_sketch

__all__ = [
    "MARKER",
    "STYLE",
    "Arrow",
    "Box",
    "View",
    "arrow_path",
    "read_sketch",
    "text_width",
    "to_svg",
    "without_sketch",
    "wrapped",
    "write_sketch",
]
