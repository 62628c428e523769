"""Text in any script: never an error, never outside its box, stored as it was written."""

import unicodedata

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign import pdf
from countersign.pdf.appearance import text_content
from countersign.pdf.bidi import visual_runs
from countersign.pdf.fonts import SHIPPED, Fonts, fonts
from countersign.pdf.outlines import outline
from countersign.pdf.shared_font import shared_font
from countersign.pdf.text import ELLIPSIS, Typesetter, clean
from tests.pdf.samples import contract

SETTER = Typesetter(shared_font().fingerprint)
SCRIPTS = {
    "Latin": "Åsa Öberg Łukasz Șerban",
    "Vietnamese": "Nguyễn Thị Hồng Ánh",
    "Greek": "Νίκος Παπαδόπουλος",
    "Cyrillic": "Юрій Ґалаґан",
    "Arabic": "محمد عبد الله",
    "Hebrew": "יעקב בן־דוד",
    "Chinese": "王小明 張偉",
    "Japanese": "山田 太郎 ヤマダ やまだ",
    "Korean": "김민수",
}


class NoSystemFonts(Fonts):
    """A machine without any font of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._others_loaded = True


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_promised_script_is_drawn_without_system_fonts(script: str) -> None:
    bare = NoSystemFonts()
    assert all(bare.face_for(character) for character in SCRIPTS[script])


def test_the_doctor_names_the_scripts_that_lack_a_font() -> None:
    missing = NoSystemFonts().missing_scripts()
    assert missing == ["Thai"]


def test_fonts_of_the_settings_directory_are_used(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "mine.ttf").write_bytes((SHIPPED / "NotoSansHebrew-Regular.ttf").read_bytes())
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    found = Fonts(tmp_path)
    found.face_for("\U00010ffd")  # a character that nobody has: all places are searched
    assert tmp_path / "mine.ttf" in [face.path for face in found._faces]


@pytest.mark.parametrize("script", ["Latin", "Vietnamese", "Greek", "Cyrillic"])
def test_common_european_names_need_no_outlines(script: str) -> None:
    assert shared_font().covers(SCRIPTS[script])


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_drawn_with_as_many_marks_as_it_has_letters(script: str) -> None:
    shaped = outline(SCRIPTS[script])
    assert shaped.width > 1
    assert len(shaped.glyphs) >= len([c for c in SCRIPTS[script] if c.isalpha()]) * 0.7


def test_a_missing_character_shows_as_a_replacement() -> None:
    assert outline("a\U00010ffdb").glyphs[1][3] == outline("\N{REPLACEMENT CHARACTER}").glyphs[0][3]


def test_arabic_letters_are_joined() -> None:
    apart = {glyph[3] for letter in "محمد" for glyph in outline(letter).glyphs}
    assert not apart & {glyph[3] for glyph in outline("محمد").glyphs[1:]}


def test_a_right_to_left_name_is_laid_out_from_the_right() -> None:
    assert visual_runs("abc אבג") == [("abc ", False), ("אבג", True)]
    assert visual_runs("אבג (Jo)") == [(")", True), ("Jo", False), ("אבג (", True)]
    (first_letter,), (last_letter,) = ([g[3] for g in outline(c).glyphs] for c in "אג")
    shaped = [glyph[3] for glyph in outline("אבג").glyphs]
    assert shaped[0] == last_letter
    assert shaped[-1] == first_letter


@given(st.text(max_size=80))
@settings(max_examples=150)
def test_any_text_can_be_measured_and_drawn(text: str) -> None:
    text = clean(text)
    drawn = SETTER.draw(text, 1, 2, 9)
    drawn.encode("ascii")
    assert SETTER.width(text, 9) >= 0


@given(st.text(max_size=80))
def test_a_cleaned_text_has_no_control_characters_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    assert not [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs")]
    assert not set(cleaned) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    )
    assert clean(cleaned) == cleaned


@given(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F), max_size=60), st.floats(20, 300)
)
def test_a_shortened_line_fits_and_begins_as_the_text_does(text: str, width: float) -> None:
    line = SETTER.shorten(text, 9, width)
    assert SETTER.width(line, 9) <= width * 1.001 or line == ELLIPSIS
    assert text.startswith(line.removesuffix(ELLIPSIS))


@given(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200), st.integers(1, 4)
)
def test_wrapped_lines_hold_the_text_in_order_and_are_no_more_than_asked_for(
    text: str, most: int
) -> None:
    lines = SETTER.wrap(text, 9, 100, most)
    assert len(lines) <= most
    whole = "".join("".join(lines).removesuffix(ELLIPSIS).split())
    assert "".join(text.split()).startswith(whole)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x17F), min_size=1, max_size=60))
def test_a_line_that_fits_once_it_is_smaller_is_not_cut(text: str) -> None:
    width = SETTER.width(text, 9) * 0.8
    size, lines = SETTER.fit(text, 9, width, 1, least=1)
    assert lines == [text]
    assert SETTER.width(text, size) <= width * 1.001


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_text_field_draws_its_value_inside_its_box(script: str) -> None:
    content = text_content(SETTER, (120, 14), SCRIPTS[script] * 5)
    assert content.startswith("/Tx BMC q 0 0 120.00 14.00 re W n")
    assert content.endswith("Q EMC")


def test_a_prepared_page_draws_with_the_embedded_font() -> None:
    document = pypdfium2.PdfDocument(pdf.prepare(contract(), pdf.Layout((pdf.Slot(),))).data)
    assert "Signatures and evidence" in document[2].get_textpage().get_text_range()


def test_fonts_are_opened_once_a_process() -> None:
    assert fonts() is fonts()
