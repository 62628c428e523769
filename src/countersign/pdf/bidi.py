"""Visual order of one line of text (Unicode Bidirectional Algorithm, UAX #9).

HarfBuzz wants runs in logical order with their direction; `bidi.get_display` gives only the
reordered string. So its rules are run one by one and the levels read off.
"""

import unicodedata

from bidi import algorithm as uba

# Marks and overrides that would let a name show in another order than it is stored
_CONTROLS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))


def without_controls(text: str) -> str:
    """The text without directional marks, embeddings, overrides and isolates."""
    return text.translate(_CONTROLS)


def visual_runs(text: str) -> list[tuple[str, bool]]:
    """Runs from left to right: (characters in logical order, whether they read right to left)."""
    if not any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return [(text, False)]
    runs: list[list[str]] = []
    levels: list[int] = []
    for character in _in_visual_order(text):
        if not levels or character["level"] != levels[-1]:
            runs.append([])
            levels.append(character["level"])
        runs[-1].append(character["ch"])
    return [
        ("".join(reversed(run)), True) if level % 2 else ("".join(run), False)
        for run, level in zip(runs, levels, strict=True)
    ]


def _in_visual_order(text: str) -> list[dict]:  # type: ignore[type-arg]
    storage = uba.get_empty_storage()
    storage["base_level"] = uba.get_base_level(text)
    storage["base_dir"] = ("L", "R")[storage["base_level"]]
    uba.get_embedding_levels(text, storage)
    for character in storage["chars"]:
        # Python's tables give no class to characters that are not assigned yet
        character["type"] = character["type"] or "L"
    uba.explicit_embed_and_overrides(storage)
    uba.resolve_weak_types(storage)
    uba.resolve_neutral_types(storage, False)
    uba.resolve_implicit_levels(storage, False)
    uba.reorder_resolved_levels(storage, False)
    ordered: list[dict] = storage["chars"]  # type: ignore[type-arg]
    return ordered
