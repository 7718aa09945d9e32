"""Where a partner's files go."""

from __future__ import annotations

import hashlib
import string
from typing import Final

LONGEST_FOLDER: Final = 180
"""Characters (all ASCII). File systems take 255 bytes; the rest is room for temporary names."""

RESERVED: Final = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Names that Windows keeps for devices, whatever their case."""

_SMALL: Final = frozenset(string.ascii_lowercase + string.digits + "_-")
_PLAIN: Final = _SMALL | frozenset(string.ascii_uppercase)
_DIGEST: Final = 32


def partner_folder(partner_id: str, *, case_twin: bool = False) -> str:
    """The folder name of a partner: its id, percent-encoded outside `[A-Za-z0-9_-]`.

    `case_twin`: another partner's id differs in upper and lower case only; then capitals are encoded too, because
    some disks ignore case. A name that Windows reserves gets its first letter encoded. `urllib.parse.unquote` gives
    the id back, except for an id too long for a file name: its folder ends in `~` and the hash of the whole id.
    """
    plain = _SMALL if case_twin else _PLAIN
    name = "".join(letter if letter in plain else _encoded(letter) for letter in partner_id)
    if name.lower() in RESERVED:
        name = _encoded(name[0]) + name[1:]
    if len(name) <= LONGEST_FOLDER:
        return name
    digest = hashlib.sha256(partner_id.encode()).hexdigest()[:_DIGEST]
    return f"{name[: LONGEST_FOLDER - _DIGEST - 1]}~{digest}"


def _encoded(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode())
