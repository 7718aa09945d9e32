"""Reading workbooks that nobody has checked, in a process of its own: `python -m pipeline.workbook_process`.

The process imports lxml and the standard library only, so that it starts at once. It is given limits of memory,
time and unpacked size, reads one sheet row by row and never builds a dense table. `ingest.formats.xlsx_file` starts it
and lays its rows over the header.
"""
