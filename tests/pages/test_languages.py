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
        (["kl"], "", "en"),  # no texts yet
        (["../../etc"], ";;q=x,,", "en"),
        ([], "", "en"),
    ],
)
def test_the_first_wish_with_texts_is_chosen(
    wishes: list[str | None], accepted: str, chosen: str
) -> None:
    assert i18n.choose_language(wishes, accepted) == chosen


def test_a_language_without_texts_speaks_english() -> None:
    assert i18n.translations("kl").gettext("Continue") == "Continue"
    assert i18n.translations("sv").gettext("Continue") == "Fortsätt"


def test_a_time_always_says_its_zone() -> None:
    assert i18n.format_moment(MOMENT, "sv") == "30 november 2026 15:04 UTC"
    assert i18n.format_moment(MOMENT, "fr", "Pacific/Noumea").startswith("1 décembre 2026 02:04")
    assert i18n.format_day(MOMENT, "da") == "30. november 2026"
