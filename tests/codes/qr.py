"""What an independent reader (ZXing) reads in the QR code of an SVG file or of a page that has one: prints its text.

    python3 qr.py FILE

The modules are squares `M x y h w v h` of a path, as the picture has them; nothing is scaled."""

import re
import sys

import zxingcpp

text = open(sys.argv[1], encoding="utf-8").read()
svg = text[text.index("<svg"):]
size = int(re.search(r'width="(\d+)"', svg).group(1))
image = bytearray(b"\xff") * (size * size)
for square in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", re.search(r' d="([^"]*)"', svg).group(1)):
    x, y, width, height = map(int, square)
    for row in range(y, y + height):
        image[row * size + x:row * size + x + width] = bytes(width)
codes = zxingcpp.read_barcodes(memoryview(image).cast("B", (size, size)))
assert len(codes) == 1, f"{len(codes)} codes in {sys.argv[1]}"
print(codes[0].text)
