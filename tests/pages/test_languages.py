"""Which language a page speaks, and how it writes times."""

from datetime import UTC, datetime

import pytest

from countersign.pages import i18n

MOMENT = datetime(2026, 11, 30, 15, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wishes", "accepted", "chosen"),
    [
        (["sv"], "fr", "sv"),
        ([None, "fr-CA"], "da", "fr"),
        ([""], "xx, da;q=0.8, fr;q=0.9", "fr"),
        ([""], "da-DK, *;q=0.5", "da"),
        (["kl"], "da", "kl"),
        (["no"], "", "nb"),
        ([None, "NO"], "en", "nb"),
        ([], "no-NO, en;q=0.8", "nb"),
        ([], "nn-NO, nb;q=0.8", "nn"),
        (["nb_NO"], "", "nb"),
        (["tlh"], "fo-FO", "fo"),
        (["tlh"], "is, pl;q=0.5", "en"),
        (["../../etc"], ";;q=x,,", "en"),
        ([], "", "en"),
    ],
)
def test_the_first_wish_with_texts_is_chosen(
    wishes: list[str | None], accepted: str, chosen: str
) -> None:
    assert i18n.choose_language(wishes, accepted) == chosen


@pytest.mark.parametrize("language", i18n.LANGUAGE_NAMES)
def test_a_browser_of_any_region_gets_its_language(language: str) -> None:
    assert i18n.choose_language([], f"xx;q=0.9, {language}-ZZ") == language
    assert i18n.choose_language([f"{language.upper()}_ZZ"], "xx") == language


def test_a_language_without_texts_speaks_english() -> None:
    assert i18n.translations("is").gettext("Continue") == "Continue"
    assert i18n.translations("sv").gettext("Continue") == "Fortsätt"


def test_a_time_always_says_its_zone() -> None:
    assert i18n.format_moment(MOMENT, "sv") == "30 november 2026 15:04 UTC"
    assert i18n.format_moment(MOMENT, "fr", "Pacific/Noumea").startswith("1 décembre 2026 02:04")


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("ca", "30 de novembre del 2026"),
        ("da", "30. november 2026"),
        ("de", "30. November 2026"),
        ("es", "30 de noviembre de 2026"),
        ("et", "30. november 2026"),
        ("fi", "30. marraskuuta 2026"),
        ("fo", "30. november 2026"),
        ("it", "30 novembre 2026"),
        ("kl", "30 novembarip 2026"),
        ("nl", "30 november 2026"),
        ("nn", "30. november 2026"),
    ],
)
def test_a_day_is_written_as_its_language_does(language: str, day: str) -> None:
    assert i18n.format_day(MOMENT, language) == day
    assert i18n.format_moment(MOMENT, language) == f"{day} 15:04 UTC"
