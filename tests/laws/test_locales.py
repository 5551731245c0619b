"""Every string there is in English there is in Estonian, Finnish and Polish, in all its plural forms."""

import json
import re
from collections import defaultdict
from pathlib import PurePosixPath

import pytest

from laws.source import files, text

FORMS = {
    "en": {"one", "other"},
    "et": {"one", "other"},
    "fi": {"one", "other"},
    "pl": {"one", "few", "many", "other"},
}
PLURAL = re.compile(r"^(.+)_(zero|one|two|few|many|other)$")
# Names and words that are the same in another language.
SAME_ALLOWED = {"Content-Security-Policy", "example@shop.com"}
LONGEST_SAME = 12


def folders() -> dict[str, dict[str, dict[str, str]]]:
    """Strings by folder and language: {"src/tugi/locales/widget": {"en": {key: string}}}."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for path in files(".json", under="src/tugi/locales"):
        place = PurePosixPath(path)
        found[str(place.parent)][place.stem] = json.loads(text(path))
    return found


def stems(english: dict[str, str]) -> set[str]:
    """Keys that come in plural forms: English has exactly these two."""
    return {key.removesuffix("_one") for key in english if key.endswith("_one")} & {
        key.removesuffix("_other") for key in english if key.endswith("_other")
    }


def meanings(strings: dict[str, str], plural: set[str]) -> dict[str, set[str]]:
    """Each key with its plural forms, without the ending; {""} for one that has none."""
    found: dict[str, set[str]] = defaultdict(set)
    for key in strings:
        match = PLURAL.match(key)
        counted = match is not None and match[1] in plural
        found[match[1] if match and counted else key].add(match[2] if match and counted else "")
    return found


@pytest.mark.parametrize("folder", sorted(folders()))
def test_all_languages_have_all_keys_and_forms(folder: str) -> None:
    languages = folders()[folder]
    assert set(languages) == set(FORMS)
    plural = stems(languages["en"])
    expected = meanings(languages["en"], plural)
    for language, forms in FORMS.items():
        found = meanings(languages[language], plural)
        assert set(found) == set(expected), f"{folder}/{language}.json"
        for key, has in found.items():
            wanted = forms if key in plural else {""}
            assert has == wanted, f"{folder}/{language}.json: {key}"


@pytest.mark.parametrize("folder", sorted(folders()))
def test_nothing_is_left_in_english_and_nothing_is_lost(folder: str) -> None:
    languages = folders()[folder]
    found = []
    for language in set(FORMS) - {"en"}:
        for key, string in languages[language].items():
            english = languages["en"].get(key, languages["en"].get(re.sub("_(few|many)$", "_other", key), ""))
            if string == english and len(string) > LONGEST_SAME and string not in SAME_ALLOWED:
                found.append(f"{language}: {key} is still English: {string}")
            names = set(re.findall(r"{{\s*(\w+)\s*}}", string)) ^ set(re.findall(r"{{\s*(\w+)\s*}}", english))
            if names - {"count"}:
                found.append(f"{language}: {key} differs in {sorted(names)}")
    assert found == []


@pytest.mark.parametrize("folder", sorted(folders()))
def test_the_tone_is_calm(folder: str) -> None:
    loud = re.compile(r"!|\boops\b|\bups\b|^\s*$", re.I)
    strings = [(language, *item) for language, all_of in folders()[folder].items() for item in all_of.items()]
    assert [f"{language}: {key}: {string}" for language, key, string in strings if loud.search(string)] == []


def test_every_key_that_the_front_ends_use_is_there() -> None:
    known = {key for languages in folders().values() for key in languages["en"]}
    known |= {match[1] for key in known if (match := PLURAL.match(key))}
    used = {
        (key, path)
        for path in files(".ts", ".tsx", under="front")
        if not path.endswith((".test.ts", ".test.tsx"))
        for key in re.findall(r"""\bt\(\s*["']([\w.-]+)["']""", text(path))
    }
    assert used, "the front ends use no string"
    assert sorted(f"{path}: {key}" for key, path in used if key not in known) == []


def test_there_are_strings() -> None:
    assert {"src/tugi/locales/inbox", "src/tugi/locales/widget"} <= set(folders())
