"""The program of a process that holds LibreOffice; started by its folder, in a Python of its own.

It knows nothing of Countersign and imports nothing but the standard library.
"""
