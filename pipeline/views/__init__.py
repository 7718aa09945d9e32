"""Tables → plain values for a page: labels, money, dates and definitions, formatted once for every surface.

No input, no output. A value that a view gives reads the same in HTML, PDF and CSV because nothing formats it again.
"""
