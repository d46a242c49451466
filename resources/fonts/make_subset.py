# ruff: noqa: INP001 - a script beside the fonts that it makes, not a module
"""Makes the small fonts beside NotoSansSC-Regular: what it lacks, and a bold cut. Run by hand; the result is committed.

    python resources/fonts/make_subset.py SOURCES

SOURCES is a folder that holds, from npm (``npm pack``, unpacked) and from Debian's ``fonts-lxgw-wenkai``:

    NotoSansSC_700Bold.ttf      @expo-google-fonts/noto-sans-sc 0.4.3
    NotoSans_400Regular.ttf     @expo-google-fonts/noto-sans 0.4.2
    NotoSans_700Bold.ttf
    NotoSansThai_400Regular.ttf @expo-google-fonts/noto-sans-thai 0.4.2
    NotoSansThai_700Bold.ttf
    LXGWWenKai-Regular.ttf      1.250

Needs fonttools, which the program itself does not. All of them are under the SIL Open Font License 1.1 (``OFL-*.txt``).
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent


def characters_of(path: Path) -> set[int]:
    return set(TTFont(path, lazy=True).getBestCmap())


def gb2312() -> set[int]:
    """The 6,763 hanzi and the symbols of GB 2312: what nearly every Chinese station and name is written with."""
    found: set[int] = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def is_hanzi(code: int) -> bool:
    return 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0x33480


def cut(source: Path, target: str, characters: set[int], *, features: tuple[str, ...] = (), name: str = "") -> None:
    """``name`` renames the font: the OFL forbids a modified font to keep a reserved name."""
    options = Options()
    options.hinting = False  # WenKai's and Noto's hints are automatic ones; FreeType's own do as well
    options.layout_features = list(features)
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["DSIG", "vhea", "vmtx", "VORG", "BASE"]
    font = TTFont(source)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    if name:
        words = {1: name, 2: "Regular", 3: f"{name} 1.250", 4: name, 6: name.replace(" ", "")}
        font["name"].names = [record for record in font["name"].names if record.nameID in {0, 5, 13, 14}]
        for name_id, text in words.items():
            font["name"].setName(text, name_id, 3, 1, 0x409)
    font.save(HERE / target)
    found = len(characters & characters_of(source))
    sys.stdout.write(f"{target}: {found} characters, {(HERE / target).stat().st_size} bytes\n")


def main(sources: Path) -> None:
    whole = characters_of(HERE / "NotoSansSC-Regular.ttf")
    letters = (
        set(range(0x20, 0x250)) | set(range(0x300, 0x530)) | set(range(0x1E00, 0x2070)) | set(range(0x20A0, 0x2190))
    )
    marks = ("kern", "mark", "mkmk", "ccmp", "locl")
    for weight, name in (("400Regular", "Regular"), ("700Bold", "Bold")):
        cut(sources / f"NotoSans_{weight}.ttf", f"NotoSans-{name}.ttf", letters, features=marks)
        thai = sources / f"NotoSansThai_{weight}.ttf"
        cut(thai, f"NotoSansThai-{name}.ttf", set(range(0xE00, 0xE80)) | {0x20, 0xA0}, features=marks)
    bold = sources / "NotoSansSC_700Bold.ttf"
    cut(bold, "NotoSansSC-Bold.ttf", gb2312() | set(range(0x20, 0x100)) | set(range(0x2000, 0x2600)))
    wenkai = sources / "LXGWWenKai-Regular.ttf"
    rare = {code for code in characters_of(wenkai) - whole if is_hanzi(code)}
    cut(wenkai, "RareHanzi-Regular.ttf", rare, name="Counterfoil Rare Hanzi")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
