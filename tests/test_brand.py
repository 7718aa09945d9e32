"""Brand colour and logo: what settings take, what is left of a picture, and that text in the colour can be read."""

from __future__ import annotations

import struct
import zlib

import pytest

from pipeline import brand
from pipeline.cli.terminal import load_settings
from pipeline.errors import SettingsError
from pipeline.settings import Settings, parse_settings


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra: bytes, width: int = 2, height: int = 1, tail: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" + b"\xff\0\0" * 2))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + chunk(b"IEND", b"") + tail


SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0))


def test_only_the_picture_is_left_of_a_png():
    dirty = png(chunk(b"tEXt", b"Comment\0<script>"), chunk(b"eXIf", b"GPS"), tail=b"PK\3\4 a zip behind it")
    assert brand.plain_png(dirty) == png()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a PNG file"),
        (b"", "is not a PNG file"),
        (png()[:-5], "ends too early"),
        (png()[:-16], "ends too early"),
        (png().replace(b"IDAT", b"IDAX"), "has a part 'IDAX' that is not known"),
        (png().replace(zlib.compress(b"\0" + b"\xff\0\0" * 2), zlib.compress(b"\0" + b"\xfe\0\0" * 2)), "is damaged"),
        (png().replace(b"IHDR", b"tEXt"), "is damaged"),
        (SIGNATURE + chunk(b"IEND", b""), "is damaged"),
        (SIGNATURE + HEADER + chunk(b"IEND", b""), "is damaged"),
        (SIGNATURE + HEADER + chunk(b"IDAT", b"no picture") + chunk(b"IEND", b""), "is damaged"),
        (SIGNATURE + HEADER[:12] + chunk(b"IEND", b""), "ends too early"),
        (png(width=100_000, height=100_000), "is larger than 2000 × 2000 pixels"),
        (png(width=2001), "is larger than 2000 × 2000 pixels"),
        (png(height=0), "is damaged"),
        (png(chunk(b"zzZz", b"x" * 70_000)), "is larger than 64 KiB"),
        (png(chunk(b"ABCD", b"")), "has a part 'ABCD' that is not known"),
    ],
)
def test_a_file_that_is_no_plain_png_is_refused_with_the_reason(content, why):
    with pytest.raises(ValueError, match=why.replace("(", r"\(")):
        brand.plain_png(content)


@pytest.mark.parametrize("colour", ["#ffff00", "#ffffff", "#000000", "#1d4ed8", "#fde68a", "#777777"])
@pytest.mark.parametrize("background", ["#f8fafc", "#121b2d"])
def test_text_in_the_brands_colour_can_be_read(colour, background):
    assert brand.contrast(brand.readable_on(colour, background), background) >= 4.5


def test_a_readable_colour_stays_as_it_is():
    assert brand.readable_on("#1d4ed8", "#f8fafc") == "#1d4ed8"
    # WCAG's own figures: black on white is 21, a colour on itself is 1.
    assert brand.contrast("#000000", "#ffffff") == 21
    assert brand.contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("colour", ["red", "#FFF", "#1D4ED8", "#1d4ed8;}body{", "url(x)"])
def test_a_colour_is_written_in_one_way_only(colour):
    with pytest.raises(SettingsError, match=r"brand_colour: .* is not a colour such as '#1d4ed8'"):
        parse_settings({"brand_colour": colour})


@pytest.mark.parametrize("name", ["brand_colour", "logo"])
@pytest.mark.parametrize("value", [5, 0, False, ["#1d4ed8"]])
def test_a_colour_or_logo_that_is_no_text_is_refused(name, value):
    with pytest.raises(SettingsError) as raised:
        parse_settings({name: value})
    assert str(raised.value) == f"{name} takes a text, not {value!r}"


@pytest.mark.parametrize("logo", ["logo.png", "http://attacker.example/x.png", "data:image/svg+xml;base64,PHN2Zy8+"])
def test_settings_hold_pictures_not_addresses(logo):
    with pytest.raises(SettingsError, match=r"partners.p1.logo: .* is not a PNG file"):
        parse_settings({"partners": {"p1": {"logo": logo}}})


def test_a_partners_look_is_its_own_then_everybodys_and_survives_the_runs_copy():
    address = brand.as_address(png())
    settings = parse_settings(
        {"logo": address, "cards": True, "partners": {"p1": {"brand_colour": "#112233"}, "p2": {"cards": False}}}
    )
    for each in (settings, Settings.from_json(settings.to_json())):
        assert each == settings
        assert (each.partner_look("p1").brand_colour, each.partner_look("p1").cards) == ("#112233", True)
        assert (each.partner_look("p2").cards, each.partner_look("p2").logo) == (False, address)
        assert each.partner_look("other").brand_colour == ""


def test_the_command_line_reads_the_logo_beside_the_settings_file(tmp_path):
    (tmp_path / "mine.png").write_bytes(png(tail=b"more"))
    file = tmp_path / "renewals.toml"
    file.write_text('logo = "mine.png"\n[partners.p1]\nlogo = "mine.png"\n')
    assert load_settings(file).look.logo == brand.as_address(png())
    assert load_settings(file).looks["p1"]["logo"] == brand.as_address(png())
    file.write_text('logo = "none.png"\n')
    with pytest.raises(SettingsError, match=r"logo 'none.png': No such file"):
        load_settings(file)
    (tmp_path / "none.png").write_text("secret")
    with pytest.raises(SettingsError, match=r"logo 'none.png' is not a PNG file"):
        load_settings(file)


def test_a_damaged_logo_is_refused_also_after_weasyprint_has_told_pillow_to_draw_what_is_cut_off(monkeypatch):
    from PIL import ImageFile

    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(ValueError, match="is damaged"):
        brand.plain_png(SIGNATURE + HEADER + chunk(b"IDAT", b"no picture") + chunk(b"IEND", b""))
    assert ImageFile.LOAD_TRUNCATED_IMAGES
