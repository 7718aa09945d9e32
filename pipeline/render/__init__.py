"""View models → bytes: HTML, PDF, CSV. The only importers of jinja2, weasyprint and xlsxwriter."""
