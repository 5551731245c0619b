"""Photos as telephones and strangers write them: turned upright, stripped, and no reason to lose the letter around."""

from __future__ import annotations

import io
import random
import struct

import pytest
from PIL import Image

from tugi.desk.cases.pictures import inspected

ORIENTATION, TURNED = 0x112, 6


def photo(tag: int, kind: int) -> bytes:
    """A picture that lies on its side, with one entry of a kind that does not fit (TIFF 6.0, section 2)."""
    count = 4 if kind in (1, 2, 7) else 1
    entries = {
        ORIENTATION: struct.pack("<HHIHH", ORIENTATION, 3, 1, TURNED, 0),
        tag: struct.pack("<HHI", tag, kind, count) + b"abcd",
    }
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 2) + b"".join(entries[one] for one in sorted(entries)) + b"\0" * 4
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=b"Exif\0\0" + tiff)
    return out.getvalue()


@pytest.mark.parametrize(("tag", "kind"), [(0x10F, 2), (0x10F, 11), (0x11A, 1), (0x128, 2), (0x128, 4), (0x100, 7)])
def test_a_photo_is_turned_upright_whatever_else_its_camera_noted(tag: int, kind: int) -> None:
    content, media_type, size = inspected(photo(tag, kind), "image/jpeg")
    assert (media_type, size) == ("image/jpeg", (30, 40))
    with Image.open(io.BytesIO(content)) as kept:
        assert not kept.getexif()


# The library says on the side what it passes over.
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_picture_is_a_plain_file_at_worst() -> None:
    whole = photo(0x10F, 2)
    dice = random.Random(4)
    for _ in range(2_000):
        damaged = bytearray(whole)
        for _ in range(dice.choice([1, 2, 5, 20])):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        content, media_type, size = inspected(bytes(damaged), "image/jpeg")
        assert (size is None) == (media_type == "application/octet-stream")
        assert size is not None or content == damaged
