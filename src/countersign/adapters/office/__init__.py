"""DOCX files: the `Docx` port over `countersign.docx`, the `Converter` port over LibreOffice."""

from countersign.adapters.office.converter import Limits, OfficeConverter
from countersign.adapters.office.docx_files import DocxFiles
from countersign.adapters.office.process import NoOffice, OfficeUnusable, find_office

__all__ = ["DocxFiles", "Limits", "NoOffice", "OfficeConverter", "OfficeUnusable", "find_office"]
