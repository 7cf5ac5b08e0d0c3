"""Draws a picture anew, alone in a process that has nothing to lose.

Read from standard input, written to standard output; any other exit than 0 means that it is no
picture. Run as a file and not imported, so that a picture made to break a decoder breaks nothing.
"""

from __future__ import annotations

import io
import resource
import sys

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
#: A photo of a phone has 12 million points, sometimes 24. A file of a few kB can claim more.
MOST_POINTS = 24_000_000
SIDE = 1600
QUALITY = 85
MEMORY_BYTES, PROCESSOR_SECONDS = 1024**3, 20


def redrawn(raw: bytes) -> bytes:
    """A JPEG of the first frame, upright, at most SIDE wide and high, with nothing else in it.

    Raises OSError, ValueError and what else a decoder raises.
    """
    with Image.open(io.BytesIO(raw), formats=FORMATS) as found:
        if found.width * found.height > MOST_POINTS:
            raise ValueError("too many points")
        found.draft("RGB", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(found).convert("RGBA")
    upright.thumbnail((SIDE, SIDE))
    # A new sheet: place, time, phone and thumbnail stay behind with the old one.
    sheet = Image.new("RGB", upright.size, "white")
    sheet.paste(upright, mask=upright)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        drawn = redrawn(sys.stdin.buffer.read())
    except Exception:  # whatever is wrong with it, it is no picture that we keep
        return 1
    sys.stdout.buffer.write(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
