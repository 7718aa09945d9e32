"""What a partner's brand may bring into a report: a colour that stays readable, and a plain PNG."""

from __future__ import annotations

import base64
import binascii
import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LARGEST_LOGO: Final = 65_536
"""Bytes. The logo is in every report and in every run's settings."""

LONGEST_SIDE: Final = 2_000
"""Pixels of a logo's width or height: a small file can hold an enormous picture."""

READABLE: Final = 4.5
"""Contrast that text needs against its background (WCAG 2.2, 1.4.3)."""

PREFIX: Final = "data:image/png;base64,"

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""What a picture needs to be drawn; texts, profiles, animations and whatever follows the end are left out."""


def plain_png(content: bytes) -> bytes:
    """The picture of a PNG file and nothing else of it. Raises ValueError that says why a file is refused.

    Pillow draws it once, so that a damaged picture is refused here and not in the night. Its parts stay byte for byte
    as they are: a logo in the settings of an older run is then still the same, whatever Pillow writes by then.
    """
    if len(content) > LARGEST_LOGO:
        raise ValueError(f"is larger than {LARGEST_LOGO // 1024} KiB")
    if not content.startswith(_SIGNATURE):
        raise ValueError("is not a PNG file")
    plain = _SIGNATURE + b"".join(part for name, part in _png_parts(content) if name in _KEPT)
    _check_picture(plain)
    return plain


def _png_parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each part with its name, up to the end of the picture."""
    place, name = len(_SIGNATURE), b""
    while name != b"IEND":
        end = place + 12 + int.from_bytes(content[place : place + 4], "big")
        name = content[place + 4 : place + 8]
        if end > len(content):
            raise ValueError("ends too early")
        if name not in _KEPT and name[:1].isupper():
            raise ValueError(f"has a part {name.decode('ascii', 'replace')!r} that is not known")
        yield name, content[place:end]
        place = end


def _check_picture(plain: bytes) -> None:
    """Raises ValueError unless Pillow can draw the picture, and it is of a size that a logo may have."""
    from PIL import Image

    try:
        size = _png_size(plain)
        if max(size) <= LONGEST_SIDE:
            with _no_truncated_pictures():
                Image.open(io.BytesIO(plain), formats=["PNG"]).load()
    except Image.DecompressionBombError:
        size = (LONGEST_SIDE + 1, 0)
    except (OSError, SyntaxError, ValueError, IndexError, struct.error, zlib.error):
        raise ValueError("is damaged") from None
    if max(size) > LONGEST_SIDE:
        raise ValueError(f"is larger than {LONGEST_SIDE} × {LONGEST_SIDE} pixels")


@contextmanager
def _no_truncated_pictures() -> Iterator[None]:
    """WeasyPrint lets Pillow draw pictures that are cut off, for the whole process: a logo has to be whole."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _png_size(plain: bytes) -> tuple[int, int]:
    """Width and height in pixels, when no part of the picture has changed since it was written."""
    from PIL import Image

    with warnings.catch_warnings():
        # Of pictures that are too large for a logo too, which are refused in our own words.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(io.BytesIO(plain), formats=["PNG"])
    if max(picture.size) <= LONGEST_SIDE:
        with _no_truncated_pictures():
            picture.verify()
    return picture.size


def as_address(content: bytes) -> str:
    """The `data:` address of a PNG file's plain picture. Raises ValueError like `plain_png`."""
    return PREFIX + base64.b64encode(plain_png(content)).decode()


def known_address(text: str) -> str:
    """The same address when it is one that `as_address` gives. Raises ValueError."""
    try:
        content = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("is not a PNG file") from None
    if not text.startswith(PREFIX) or as_address(content) != text:
        raise ValueError("is not a PNG file")
    return text


def known_colour(text: str) -> str:
    """The same colour when it is written `#rrggbb` in small letters. Raises ValueError."""
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise ValueError("is not a colour such as '#1d4ed8'")
    return text


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable_on(colour: str, background: str) -> str:
    """The colour, darkened or lightened as little as text in it needs to be read on that background."""
    towards = "#000000" if _luminance(background) > 0.5 else "#ffffff"
    shades = (_mixed(colour, towards, step) for step in range(21))
    return next(shade for shade in shades if contrast(shade, background) >= READABLE)


def _mixed(colour: str, towards: str, twentieths: int) -> str:
    parts = zip(_parts(colour), _parts(towards), strict=True)
    return "#" + "".join(f"{(a * (20 - twentieths) + b * twentieths) // 20:02x}" for a, b in parts)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
