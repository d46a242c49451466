"""The code on paper: at both widths, in both symbologies, at every length, read back to the very bytes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from counter_app.domain.barcode import CODE_CHARS_MAX, PAYLOAD_BYTES_MAX, code_text, parse_code_text
from counter_app.errors import Reason, Refusal
from printers.codes import QUIET_MODULES, drawn, modules, read_picture
from printers.profiles import Symbology
from tests.golden.ticket_vectors import cases

ROOM = {384: 300, 576: 330}  # of the layouts: dots across for the code
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def as_file(code: Image.Image, width: int) -> bytes:
    """On a roll of that width, black on white."""
    roll = Image.new("L", (width, code.height + 16), 255)
    roll.paste(0, ((width - code.width) // 2, 8), code)
    file = BytesIO()
    roll.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("symbology", ["aztec", "qr"])
@pytest.mark.parametrize("width", sorted(ROOM))
def test_every_length_up_to_the_longest_comes_back_exactly(symbology: Symbology, width: int) -> None:
    """A long service name would make a ticket that no gate reads."""
    for length in (*range(104, CODE_CHARS_MAX + 1, 12), CODE_CHARS_MAX):
        text = "".join(ALPHABET[(at * 37 + length) % 64] for at in range(length))
        code = drawn(text, room=ROOM[width], symbology=symbology)
        assert code.width <= ROOM[width]
        assert set(code.tobytes()) == {0, 255}, "whole dots, nothing grey"
        assert read_picture(as_file(code, width)) == [text], length


@pytest.mark.parametrize("symbology", ["aztec", "qr"])
def test_tickets_codes_come_back_to_the_byte(symbology: Symbology) -> None:
    for case in cases():
        if case.expect not in {"genuine", "revoked", "forged"} or case.text != case.text.strip():
            continue
        for width, room in ROOM.items():
            (text,) = read_picture(as_file(drawn(case.text, room=room, symbology=symbology), width))
            assert parse_code_text(text) == parse_code_text(case.text), case.name


@pytest.mark.parametrize("symbology", ["aztec", "qr"])
def test_a_modules_dots_are_as_many_as_the_rest(symbology: Symbology) -> None:
    """A printer that stretches one column makes a code that reads here and nowhere else."""
    text = code_text(bytes(range(PAYLOAD_BYTES_MAX)))
    plain = modules(text, symbology)
    code = drawn(text, room=576, symbology=symbology)
    quiet = QUIET_MODULES[symbology]
    dots = code.width // (plain.width + 2 * quiet)
    assert code.width == dots * (plain.width + 2 * quiet)
    small = code.resize((code.width // dots, code.height // dots), Image.Resampling.NEAREST)
    inner = small.crop((quiet, quiet, quiet + plain.width, quiet + plain.height))
    assert inner.tobytes() == plain.tobytes()
    assert dots >= 3


@pytest.mark.parametrize(("symbology", "share"), [("aztec", 0.05), ("qr", 0.04)])
def test_a_smudge_is_read_over(symbology: Symbology, share: float) -> None:
    """A thumb on the print does not cost the journey: half of 23 % (Aztec), 15 % (QR) of all words may be wrong."""
    text = code_text(bytes(range(PAYLOAD_BYTES_MAX)))
    code = drawn(text, room=330, symbology=symbology)
    side = int((code.width * code.height * share) ** 0.5)
    left, top = code.width * 3 // 5, code.height * 3 // 5
    code.paste(255, (left, top, left + side, top + side))
    assert read_picture(as_file(code, 576)) == [text]


def test_a_photograph_is_read() -> None:
    """A picture from a telephone: turned, soft, grey."""
    text = code_text(bytes(range(PAYLOAD_BYTES_MAX)))
    with Image.open(BytesIO(as_file(drawn(text, room=330), 576))) as roll:
        photo = roll.resize((roll.width * 2, roll.height * 2), Image.Resampling.BILINEAR)
        photo = photo.rotate(7, expand=True, fillcolor=230).filter(ImageFilter.GaussianBlur(1.5))
        photo = photo.point(lambda level: 40 + level * 3 // 4)
    file = BytesIO()
    photo.convert("RGB").save(file, "JPEG", quality=70)
    assert read_picture(file.getvalue()) == [text]


def test_what_is_no_picture_is_refused_in_words(tmp_path: Path) -> None:
    plain = tmp_path / "a.png"
    for content in (b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(50)):
        plain.write_bytes(content)
        with pytest.raises(Refusal) as refused:
            read_picture(plain)
        assert refused.value.reason is Reason.FILE_REFUSED
    white = BytesIO()
    Image.new("L", (50, 50), 255).save(white, "PNG")
    with pytest.raises(Refusal) as none:
        read_picture(white.getvalue())
    assert none.value.reason is Reason.BAD_CODE
