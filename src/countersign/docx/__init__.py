"""DOCX files (Office Open XML, ISO/IEC 29500): tags, and what must not be there. Bytes in and out.

    tags(data) -> names                       `{{name}}`, each once, in order of appearance
    fill(data, values) -> Replaced(data, empty, unused)
    harmless(data) -> data                    nothing in it points outside of the file any more
    unpacked_bytes(data) -> int               how much there is to do

All raise UnusableDocx, and take files of strangers: what they hold is bounded before it is read.
"""

from countersign.docx.errors import UnusableDocx
from countersign.docx.harmless import harmless
from countersign.docx.package import unpacked_bytes
from countersign.docx.tags import Replaced, fill, tags

__all__ = ["Replaced", "UnusableDocx", "fill", "harmless", "tags", "unpacked_bytes"]
