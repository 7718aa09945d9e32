"""What WeasyPrint 70 leaves out of a tagged archive PDF: it writes one standard at a time, and we keep two.

The file is PDF/A-3 (the workbook is inside) and PDF/UA-1 (tagged for screen readers): the second name is added to the
metadata with the schema that PDF/A asks for, header cells say that they head their column, and the attachment, which
WeasyPrint lists twice, is listed once.
"""

from __future__ import annotations

from typing import Any, Final

_UA: Final = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
_END: Final = b"</rdf:RDF>"
XLSX: Final = "/application#2fvnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The type of the attached workbook, as a PDF name."""


def finish(_document: Any, pdf: Any) -> None:
    """Complete the PDF that WeasyPrint is about to write. Raises RuntimeError when it is not what is expected."""
    _scope_headers(pdf)
    _add_second_standard(pdf)
    for stream in pdf.objects:
        extra = getattr(stream, "extra", {})
        if extra.get("Type") == "/EmbeddedFile":
            # WeasyPrint asks the machine for it, and machines differ.
            extra["Subtype"] = XLSX
    listed = pdf.catalog.get("AF")
    if listed is not None:
        listed[:] = list(dict.fromkeys(listed))


def _scope_headers(pdf: Any) -> None:
    """Say of every header cell that it heads its column (WeasyPrint's issue 2508)."""
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH":
            element["A"] = type(element)({"O": "/Table", "Scope": "/Column"})


def _add_second_standard(pdf: Any) -> None:
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    before, end, after = b"".join(metadata.stream).partition(_END)
    if not end:
        raise RuntimeError("this WeasyPrint writes its metadata in another way")
    metadata.stream = [before, _UA, end, after]
