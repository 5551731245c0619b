"""Pictures that came in: what they truly are, how large, and without what they tell of place and camera."""

from __future__ import annotations

import io
import warnings
from importlib import import_module
from typing import Any

from tugi.desk.cases.attachments import IMAGES

# An image with more pixels is kept as a plain file: decoding it could take all memory.
PIXELS = 50_000_000


def inspected(content: bytes, claimed: str) -> tuple[bytes, str, tuple[int, int] | None]:
    """The bytes to keep, their true type and size in pixels. Photos lose their place and camera (EXIF)."""
    if claimed not in IMAGES:
        return content, "application/octet-stream" if claimed.startswith("image/") else claimed, None
    # Taken in by the first picture: many processes never see one.
    Image: Any = import_module("PIL.Image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as image:
                if image.width * image.height > PIXELS or Image.MIME.get(image.format or "") != claimed:
                    return content, "application/octet-stream", None
                if claimed != "image/jpeg":
                    image.verify()
                    return content, claimed, image.size
                # Read once and not written again: cameras note what no program can write.
                image.getexif()
                image.info.pop("exif", None)
                upright = import_module("PIL.ImageOps").exif_transpose(image)
                out = io.BytesIO()
                upright.convert("RGB").save(out, "JPEG", quality=90)
                return out.getvalue(), claimed, upright.size
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return content, "application/octet-stream", None
