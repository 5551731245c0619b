"""Workspace settings over HTTP: what may be changed, by whom, and what is refused."""

from typing import Any

import pytest

from tugi.core.database import Database
from tugi.core.events import read_after
from web.agents_app import app_of, invited_browser, owner_browser


async def test_settings_change_one_by_one(database: Database) -> None:
    owner = await owner_browser(app_of(database))
    before = (await owner.get("/api/workspace")).json()
    assert before["languages"] == ["en", "et", "fi", "pl"]
    assert before["hours"]["days"]["0"] == [["09:00", "17:00"]]
    change: dict[str, Any] = {
        "name": "Uus Pood",
        "timezone": "Europe/Helsinki",
        "languages": ["et", "en"],
        "robot": {"mode": "answer"},
        "hours": {
            "always_open": False,
            "days": {"5": [["13:00", "16:00"], ["10:00", "12:00"]], "6": []},
            "holidays": ["2026-12-24", "2026-02-24"],
        },
        "widget": {
            "accent": "#AA3300",
            "greeting": {"et": "Tere, kuidas saame aidata?", "fi": ""},
            "assistant_name": "Põder",
            "allowed_origins": ["https://Pood.example/", "localhost:5173", "http://localhost:5173"],
        },
        "id": 99,
        "identity_secret": "mine",
    }
    wrong = await owner.patch("/api/workspace", json=change)
    assert wrong.status_code == 200, wrong.text
    after = (await owner.get("/api/workspace")).json()
    assert (after["id"], after["name"], after["languages"]) == (before["id"], "Uus Pood", ["et", "en"])
    assert after["hours"]["days"] == {"5": [["10:00", "12:00"], ["13:00", "16:00"]]}
    assert after["hours"]["holidays"] == ["2026-02-24", "2026-12-24"]
    assert after["widget"]["accent"] == "#aa3300"
    assert after["widget"]["greeting"] == {"et": "Tere, kuidas saame aidata?"}
    assert after["widget"]["allowed_origins"][0] == "https://pood.example"
    assert after["widget"]["key"] == before["widget"]["key"]
    cleared = await owner.patch("/api/workspace", json={"widget": {"assistant_name": ""}})
    assert cleared.json()["widget"]["assistant_name"] is None
    assert cleared.json()["widget"]["accent"] == "#aa3300"
    async with database.reading(before["id"]) as tx:
        assert [e.kind for e in await read_after(tx, 0)].count("WorkspaceChanged") == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"languages": []}, "languages"),
        ({"hours": {"days": {"0": [["17:00", "09:00"]]}}}, "hours.days.0"),
        ({"hours": {"days": {"0": [["09:00", "12:00"], ["11:00", "15:00"]]}}}, "hours.days.0"),
        ({"hours": {"days": {"7": []}}}, "hours.days"),
        ({"hours": {"holidays": ["24.12.2026"]}}, "hours.holidays"),
        ({"widget": {"accent": "red; background: url(x)"}}, "widget.accent"),
        ({"widget": {"allowed_origins": ["https://shop.example/path"]}}, "widget.allowed_origins"),
        ({"widget": {"allowed_origins": ["http://shop.example"]}}, "widget.allowed_origins"),
        ({"widget": {"allowed_origins": ["https://a.example; script-src *"]}}, "widget.allowed_origins"),
        ({"widget": {"greeting": {"et": "a\x00b"}}}, "widget.greeting.et"),
    ],
)
async def test_wrong_settings_are_named(database: Database, change: dict[str, Any], field: str) -> None:
    owner = await owner_browser(app_of(database))
    answer = await owner.patch("/api/workspace", json=change)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [field]


async def test_identity_secret_is_the_owners(database: Database) -> None:
    app = app_of(database)
    owner = await owner_browser(app)
    lead = await invited_browser(app, owner, "lead", "lauri@pohjala.example")
    agent = await invited_browser(app, owner, "agent", "liis@pohjala.example")
    assert (await lead.post("/api/workspace/identity-secret", json={})).status_code == 403
    assert (await agent.patch("/api/workspace", json={"name": "Mine"})).status_code == 403
    assert (await lead.patch("/api/workspace", json={"name": "Ours"})).status_code == 200
    first = (await owner.post("/api/workspace/identity-secret")).json()["secret"]
    assert (await owner.post("/api/workspace/identity-secret", json={})).json()["secret"] == first
    second = (await owner.post("/api/workspace/identity-secret", json={"replace": True})).json()["secret"]
    assert len(second) >= 43
    assert second != first
    assert first not in (await owner.get("/api/workspace")).text
