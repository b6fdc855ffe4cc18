"""Cuts the committed font subset from LXGW WenKai (OFL-1.1, Debian package fonts-lxgw-wenkai).

Only needed again when the PDF's source uses a new character:

    apt-get install fonts-lxgw-wenkai && python -m examples.subset_font

The Open Font License lets a modified font be passed on under another name only, so the subset is
renamed; its licence stands beside it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from examples.pdf import FONT_FILE

HERE = Path(__file__).parent
SYSTEM_FONT = Path("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf")
NAME = "Wenbao Sample"
COPYRIGHT = "Subset by the Wenbao authors of a font Copyright 2021-2022 lxgw <calxgw2018@gmail.com>"
LICENSE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."


def characters() -> str:
    """Every character that the PDF may draw: its source, ASCII and the generator's own strings."""
    sources = [HERE / "sources" / "yunchuan-bulletin-2023.md", HERE / "generate.py"]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    return "".join(sorted({*text, *map(chr, range(0x20, 0x7F))} - {"\n"}))


def main() -> None:
    """Write the subset to examples/fonts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--font", type=Path, default=SYSTEM_FONT, help="the full LXGW WenKai Regular")
    arguments = parser.parse_args()
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, glyph_names=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "DSIG", "meta"]
    font = TTFont(arguments.font, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters())
    subsetter.subset(font)
    names = font["name"]
    names.names = []
    values = {
        0: COPYRIGHT,
        1: NAME,
        2: "Regular",
        3: NAME,
        4: NAME,
        5: "1.0",
        6: NAME.replace(" ", ""),
        13: LICENSE,
    }
    for identifier, value in values.items():
        names.setName(value, identifier, 3, 1, 0x409)
    font.save(FONT_FILE)
    print(f"{FONT_FILE}: {FONT_FILE.stat().st_size} bytes, {len(characters())} characters")


if __name__ == "__main__":
    main()
