"""The demo shop says the same in four languages, and its history can be seeded.

Read through importlib.resources, so that a file left out of the wheel fails here too.
"""

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from tugi.robot.facts import HAND_OVER_REASONS, POLICIES

LANGUAGES = {"en", "et", "fi", "pl"}
DEMO = files("tugi.demo")
KNOWLEDGE = {
    path.name: json.loads(path.read_text("utf-8"))
    for path in sorted((DEMO / "knowledge").iterdir(), key=lambda path: path.name)
    if path.name.endswith(".json")
}
SHOP = json.loads((DEMO / "shop.json").read_text("utf-8"))
HISTORY = json.loads((DEMO / "history.json").read_text("utf-8"))
MOTIFS = {
    "lantern", "blanket", "mug", "axe", "tent", "candle",
    "wool-socks", "kettle", "backpack", "hammock", "lamp", "board",
}  # fmt: skip
OUTCOMES = {"robot_resolved", "agent_resolved", "open", "waiting_customer", "snoozed"}

each_entry = pytest.mark.parametrize("name", KNOWLEDGE)
each_script = pytest.mark.parametrize("number", range(len(HISTORY["scripts"])))


def figures(text: str) -> set[str]:
    """The numbers a customer could hold the shop to, whatever way a language writes them.

    Rough amounts in złoty stand only in the Polish text, so they are left out.
    """
    text = re.sub(r"https?://\S+", "", text)
    text = re.sub(r"\(ok\. [\d,]+ zł\)", "", text)
    text = re.sub(r"(\d+):00\b", r"\1", text)
    return {figure.replace(",", ".") for figure in re.findall(r"\d+(?:[.,]\d+)?", text)}


def test_figures_are_read_in_every_way_of_writing() -> None:
    assert figures("before 14:00, €2.90, 1–2 days") == figures("klo 14, 2,90 €, 1–2 päivää")
    assert figures("4,50 EUR (ok. 19 zł)") == {"4.50"}
    assert figures("3 days") != figures("4 days")


def test_there_are_enough_entries() -> None:
    assert len(KNOWLEDGE) >= 44
    assert {entry["policy"] for entry in KNOWLEDGE.values()} == set(POLICIES)


@each_entry
def test_entry_is_whole(name: str) -> None:
    entry = KNOWLEDGE[name]
    assert name == entry["key"] + ".json"
    assert entry["policy"] in POLICIES
    for part in ("titles", "answers", "examples"):
        assert set(entry[part]) == LANGUAGES
    for language in LANGUAGES:
        assert entry["titles"][language].strip()
        assert len(entry["examples"][language]) >= 6
        assert all(example == example.strip() != "" for example in entry["examples"][language])


@each_entry
def test_answers_are_calm_and_their_links_stay_in_the_shop(name: str) -> None:
    for answer in KNOWLEDGE[name]["answers"].values():
        assert "!" not in answer
        assert 40 <= len(answer) <= 600
        assert all(host == "pohjala.example" for host in re.findall(r"https?://([^/\s]+)", answer))
        assert set(re.findall(r"{(\w+)}", answer)) <= {"shop"}


@each_entry
def test_answers_promise_the_same_in_every_language(name: str) -> None:
    answers = KNOWLEDGE[name]["answers"]
    links = {language: sorted(re.findall(r"https://[\w./-]+\w", answer)) for language, answer in answers.items()}
    for language in LANGUAGES:
        assert figures(answers[language]) == figures(answers["en"]), language
        assert links[language] == links["en"], language


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_example_belongs_to_two_entries(language: str) -> None:
    owner: dict[str, str] = {}
    for entry in KNOWLEDGE.values():
        for example in entry["examples"][language]:
            folded = example.casefold().strip(" .?!")
            assert folded not in owner, (example, owner.get(folded), entry["key"])
            owner[folded] = entry["key"]


def test_complaints_and_charges_are_never_the_robots() -> None:
    policy = {entry["key"]: entry["policy"] for entry in KNOWLEDGE.values()}
    for key in ("complaint", "double_charge", "damaged_item", "wrong_item", "allergy"):
        assert policy[key] == "people"
    assert policy["refund_time"] == "suggest"


def test_products_orders_and_people_fit_together() -> None:
    products = {product["id"]: product for product in SHOP["products"]}
    assert {product["drawing"] for product in products.values()} == MOTIFS
    for product in products.values():
        assert set(product["titles"]) == set(product["descriptions"]) == LANGUAGES
    for order in SHOP["orders"]:
        goods = sum(products[line["product"]]["price_eur"] * line["quantity"] for line in order["lines"])
        assert goods + order["delivery_eur"] == pytest.approx(order["total_eur"])
    teams = {team["key"] for team in SHOP["teams"]}
    assert [person["role"] for person in SHOP["people"]].count("owner") == 1
    for person in SHOP["people"]:
        assert person["email"].endswith("@pohjala.example")
        assert person["language"] in person["speaks"]
        assert set(person["teams"]) <= teams
    assert set(SHOP["greetings"]) == LANGUAGES
    assert {f"{key}.json" for key in SHOP["starters"]} <= set(KNOWLEDGE)


def test_history_has_people_and_talk_in_every_language() -> None:
    assert len({customer["email"] for customer in HISTORY["customers"]}) == len(HISTORY["customers"]) >= 60
    assert {customer["language"] for customer in HISTORY["customers"]} == LANGUAGES
    assert len(HISTORY["scripts"]) >= 90
    count = [script["language"] for script in HISTORY["scripts"]].count
    assert min(count("et"), count("en")) >= 25
    assert min(count("fi"), count("pl")) >= 18


@each_script
def test_script_can_be_seeded(number: int) -> None:
    script: dict[str, Any] = HISTORY["scripts"][number]
    turns = script["turns"]
    assert script["language"] in LANGUAGES
    assert script["topic"] is None or f"{script['topic']}.json" in KNOWLEDGE
    assert turns[0]["who"] == "customer"
    for turn in turns:
        assert turn["who"] in {"customer", "robot", "agent", "note"}
        assert turn["text"].strip()
        assert set(re.findall(r"{(\w+)}", turn["text"])) <= {"order"}
        assert {f"{key}.json" for key in turn.get("choices", [])} <= set(KNOWLEDGE)
    reasons = [turn["hand_over"] for turn in turns if "hand_over" in turn]
    assert reasons == ([script["reason"]] if script["reason"] else [])
    assert set(reasons) <= set(HAND_OVER_REASONS)


@each_script
def test_outcome_follows_from_the_talk(number: int) -> None:
    script: dict[str, Any] = HISTORY["scripts"][number]
    outcome, _, reason = script["outcome"].partition(":")
    speakers = {turn["who"] for turn in script["turns"]}
    if outcome == "handed_over":
        assert reason == script["reason"]
        assert "agent" not in speakers
        return
    assert outcome in OUTCOMES
    if outcome == "robot_resolved":
        assert speakers == {"customer", "robot"}
        assert script["reason"] is None
    if outcome in {"agent_resolved", "waiting_customer", "snoozed"}:
        assert "agent" in speakers


@each_script
def test_robot_only_said_what_its_knowledge_says(number: int) -> None:
    script: dict[str, Any] = HISTORY["scripts"][number]
    for turn in script["turns"]:
        if "entry" in turn:
            entry = KNOWLEDGE[f"{turn['entry']}.json"]
            assert entry["policy"] == "answer"
            assert turn["text"] == entry["answers"][script["language"]]


def test_history_does_not_repeat_the_examples() -> None:
    # Replays over the past would look better than they are if the past were the training set.
    for script in HISTORY["scripts"]:
        language = script["language"]
        examples = {text.casefold() for entry in KNOWLEDGE.values() for text in entry["examples"][language]}
        titles = {entry["titles"][language] for entry in KNOWLEDGE.values()}
        for turn in script["turns"]:
            if turn["who"] == "customer" and turn["text"] not in titles:
                assert turn["text"].casefold() not in examples
