"""Every sentence the robot gives as its reason can be said on the agents' screen, in all languages."""

import json
import re

import pytest

from laws.source import text
from tugi.robot.sentences import WHY

HOLE = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("language", ["en", "et", "fi", "pl"])
def test_the_screen_knows_every_reason_with_its_parameters(language: str) -> None:
    strings = json.loads(text(f"src/tugi/locales/inbox/{language}.json"))
    for sentence, templates in WHY.items():
        shown = strings.get(f"why.sentence.{sentence}", "")
        assert set(HOLE.findall(shown)) == set(HOLE.findall(templates[language])), sentence
        assert shown, sentence
