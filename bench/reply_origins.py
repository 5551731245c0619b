"""How well people's replies are traced to the entry they were made from: `python -m bench.reply_origins`.

Replies made from an answer: with a greeting and a goodbye, another number, and a sentence left out. Replies made
from none: what the demo's agents wrote freely, and each answer while its own entry is missing from the knowledge.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator

from bench.robot_figures import LANGUAGES, knowledge
from tugi.demo.seed import folder
from tugi.robot.rehearsal import Origins

AROUND = {
    "en": ("Hello Anna, thank you for writing. ", " Have a nice day. Mari"),
    "et": ("Tere, Anna! Aitäh, et kirjutasite. ", " Head päeva! Mari"),
    "fi": ("Hei Anna, kiitos viestistäsi. ", " Mukavaa päivää! Mari"),
    "pl": ("Dzień dobry, Pani Anno, dziękujemy za wiadomość. ", " Miłego dnia! Mari"),
}
CUTS = (0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)


def answers() -> list[tuple[str, str, str]]:
    """(entry, language, answer) of the demo's knowledge."""
    return [(entry["key"], code, entry["answers"][code]) for entry in knowledge() for code in LANGUAGES]


def made_from(known: list[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """(entry, reply)."""
    chance = random.Random(7)
    for key, code, text in known:
        sentences = re.split(r"(?<=[.!?])\s+", text)
        if len(sentences) > 2:
            sentences.pop(chance.randrange(len(sentences)))
        changed = re.sub(r"\d+", lambda _: str(chance.randrange(2, 99)), " ".join(sentences), count=1)
        yield key, AROUND[code][0] + changed + AROUND[code][1]


def free_replies() -> Iterator[str]:
    """What the demo's agents wrote without an entry."""
    for script in json.loads((folder() / "history.json").read_text())["scripts"]:
        yield from (turn["text"] for turn in script["turns"] if turn["who"] == "agent")


def main() -> None:
    """Print the shares recognised and mistaken at each cut."""
    known = answers()
    origins = Origins([(key, text) for key, _, text in known])
    made = list(made_from(known))
    own = list(zip((key for key, _ in made), origins.nearest([reply for _, reply in made]), strict=True))
    free = [score for _, score in origins.nearest(list(free_replies()))]
    missing: list[float] = []
    for key in dict.fromkeys(key for key, _, _ in known):
        rest = Origins([(other, text) for other, _, text in known if other != key])
        missing += [score for _, score in rest.nearest([text for other, _, text in known if other == key])]
    for cut in CUTS:
        seen = [(key, found) for key, (found, score) in own if score >= cut]
        line = {
            "cut": cut,
            "recognised": round(sum(key == found for key, found in seen) / len(own), 3),
            "as_another": round(sum(key != found for key, found in seen) / len(own), 3),
            "free_taken_for_one": round(sum(score >= cut for score in free) / len(free), 3),
            "missing_taken_for_one": round(sum(score >= cut for score in missing) / len(missing), 3),
            "replies": len(own),
            "free": len(free),
        }
        print(json.dumps(line))


if __name__ == "__main__":
    main()
