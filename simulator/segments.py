"""How many pieces the carrier cuts a text into, which is what it bills."""

# The GSM 03.38 basic table and its extension table (each extension character costs two septets).
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")


def count(body: str) -> int:
    """Segments of `body`: 160 or 153 septets, or 70 or 67 UTF-16 units; at least 1.

    Source: GSM 03.38 and 03.40 (concatenation header of 6 bytes).
    """
    if all(char in BASIC or char in EXTENDED for char in body):
        sizes, single, joined = [2 if char in EXTENDED else 1 for char in body], 160, 153
    else:
        sizes, single, joined = [2 if ord(char) > 0xFFFF else 1 for char in body], 70, 67
    if sum(sizes) <= single:
        return 1
    return _pack(sizes, joined)


def _pack(sizes: list[int], room: int) -> int:
    pieces, used = 1, 0
    for size in sizes:
        if used + size > room:
            pieces, used = pieces + 1, 0
        used += size
    return pieces
