"""The robot's topics, policy and review over HTTP: roles, refusals, and what changes where."""

from typing import Any

import httpx
import pytest

from tugi.core.database import Database
from web.agents_app import app_of, invited_browser, owner_browser

ENTRY: dict[str, Any] = {
    "texts": {
        "en": {"title": "Where is my parcel?", "answer": "Follow the link."},
        "et": {"title": "Kus on minu pakk?", "answer": "Vaadake lingilt."},
    },
    "examples": {"en": ["where is my parcel"], "et": ["kus mu pakk on"]},
    "policy": "answer",
}


@pytest.fixture
async def people(database: Database) -> tuple[httpx.AsyncClient, httpx.AsyncClient, int]:
    """The owner's and an agent's browser, and the id of the shop's only topic."""
    app = app_of(database)
    owner = await owner_browser(app)
    agent = await invited_browser(app, owner, "agent", "liis@pohjala.example")
    made = (await owner.post("/api/knowledge", json=ENTRY)).json()
    return owner, agent, made["id"]


async def test_a_new_shop_starts_at_suggest_and_says_what_is_missing(people: Any) -> None:
    owner, _, entry_id = people
    listed = (await owner.get("/api/robot/topics")).json()
    topic = listed["topics"][0]
    assert (topic["entry_id"], topic["level"], topic["own_level"]) == (entry_id, "suggest", None)
    assert (topic["certified"], topic["needed"], topic["judged"]) == (False, 123, 0)
    assert topic["languages"] == {"en": "full", "et": "full"}
    assert listed["channels"] == ["widget"]
    assert (await owner.get("/api/robot/attention")).json() == {"fallen": 0}
    assert listed["totals"] == {"judged": 0, "right": 0, "in_force": 0, "proposed": 0, "to_review": 0}


async def test_levels_are_set_by_leads_and_own_needs_a_certificate(people: Any) -> None:
    owner, agent, entry_id = people
    path = f"/api/robot/topics/{entry_id}"
    changed = (await owner.patch(path, json={"level": "audit"})).json()
    assert (changed["level"], changed["own_level"]) == ("audit", "audit")
    refused = await owner.patch(path, json={"level": "own"})
    assert refused.status_code == 409
    assert "certificate" in refused.json()["error"]["message"]
    quiet = (await owner.patch(path, json={"level": "off", "channel": "widget"})).json()
    assert (quiet["level"], quiet["channel_levels"]) == ("audit", {"widget": "off"})
    assert (await owner.patch(path, json={"level": "off", "channel": "pigeon"})).status_code == 422
    back = (await owner.patch(path, json={"level": None})).json()
    assert (back["level"], back["own_level"], back["channel_levels"]) == ("suggest", None, {"widget": "off"})
    assert (await owner.patch(path, json={"risk": "high"})).json()["risk"] == "high"
    page = (await owner.get(path)).json()
    assert [(one["from_level"], one["to_level"], one["why"]) for one in page["changes"]] == [
        ("audit", "suggest", "lead"),
        ("audit", "off", "lead"),
        ("suggest", "audit", "lead"),
    ]
    for act in (
        agent.patch(path, json={"level": "off"}),
        agent.post(f"{path}/promote"),
        agent.post(f"{path}/decline"),
        agent.post(f"{path}/keep-evidence"),
        agent.patch("/api/robot/policy", json={"confidence": 0.9}),
    ):
        assert (await act).status_code == 403
    assert (await agent.get(path)).status_code == 200
    assert (await owner.post(f"{path}/promote")).status_code == 409
    assert (await owner.get("/api/robot/topics/999999")).status_code == 404
    assert (await owner.patch("/api/robot/topics/999999", json={"level": "off"})).status_code == 404


async def test_the_policy_is_changed_in_parts_and_checked(people: Any) -> None:
    owner, agent, _ = people
    assert (await agent.get("/api/robot/policy")).json()["default_level"] == "suggest"
    changed = (await owner.patch("/api/robot/policy", json={"targets": {"high": 0.01}, "confidence": 0.9})).json()
    assert changed["targets"] == {"low": 0.05, "normal": 0.05, "high": 0.01}
    assert changed["language_model"]["summarise"] is True
    assert changed["language_model_name"] is None
    for wrong in (
        {"targets": {"high": 0}},
        {"confidence": 1},
        {"audit_share": {"own": 0}},
        {"hand_over_share": -1},
        {"default_level": "always"},
        {"targets": {"huge": 0.1}},
        {"own_boundaries": "gift card"},
        {"own_boundaries": ["gift card", 7]},
    ):
        assert (await owner.patch("/api/robot/policy", json=wrong)).status_code == 422, wrong
    assert (await owner.get("/api/robot/policy")).json() == changed


async def test_the_shops_own_boundaries_are_set_refused_by_field_and_tried(people: Any) -> None:
    owner, agent, _ = people
    changed = (await owner.patch("/api/robot/policy", json={"own_boundaries": ["Hulgimüük*", "hulgimuuk*"]})).json()
    assert changed["own_boundaries"] == ["Hulgimüük*"]
    refused = await owner.patch("/api/robot/policy", json={"own_boundaries": ["re*fund"]})
    assert refused.status_code == 422
    assert "end of a word" in refused.json()["error"]["fields"]["own_boundaries"]
    tried = (await agent.post("/api/knowledge/try", json={"text": "kas hulgimuuki pakute"})).json()
    assert (tried["verdict"]["kind"], tried["verdict"]["reason"]) == ("hand_over", "own")
    assert tried["verdict"]["why"]["parameters"] == {"cue": "hulgimuuki"}


async def test_an_empty_review_is_empty(people: Any) -> None:
    _, agent, _ = people
    assert (await agent.get("/api/robot/review")).json() == {
        "items": [],
        "waiting": 0,
        "mine_today": 0,
        "disagreements": [],
    }
    assert (await agent.post("/api/robot/review/1", json={"label": "right"})).status_code == 404
    assert (await agent.post("/api/robot/review/1/skip")).status_code == 404
    assert (await agent.delete("/api/robot/review/1/judgement")).status_code == 404
