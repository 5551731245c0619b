"""Knowledge over HTTP: editing with versions, roles, import of a raw body."""

from typing import Any

from tugi.core.database import Database
from web.agents_app import app_of, invited_browser, owner_browser

ENTRY: dict[str, Any] = {
    "texts": {"en": {"title": "How do I return it?", "answer": "Fill in the form, {first_name}."}},
    "examples": {"en": ["how to return"]},
    "policy": "suggest",
    "valid_from": "2026-01-01",
}


async def test_entry_is_written_changed_and_archived(database: Database) -> None:
    owner = await owner_browser(app_of(database))
    made = (await owner.post("/api/knowledge", json=ENTRY)).json()
    assert (made["key"], made["version"], made["valid_from"]) == ("how_do_i_return_it", 1, "2026-01-01")
    path = f"/api/knowledge/{made['id']}"
    changed = await owner.put(path, json={**ENTRY, "key": made["key"], "policy": "answer", "version": 1})
    assert changed.json()["version"] == 2
    late = await owner.put(path, json={**ENTRY, "policy": "people", "version": 1})
    assert late.status_code == 409
    assert (await owner.get(path)).json()["policy"] == "answer"
    assert (await owner.get("/api/knowledge", params={"q": "RETURN"})).json()["total"] == 1
    found = (await owner.get("/api/knowledge/search", params={"q": "ret", "language": "et"})).json()
    assert found["results"][0]["language"] == "en"
    assert (await owner.post(f"{path}/archive", json={"archived": True})).json()["archived"] is True
    assert (await owner.get("/api/knowledge")).json()["entries"] == []
    assert (await owner.get("/api/knowledge/search?q=ret")).json() == {"results": []}


async def test_agents_read_but_do_not_write(database: Database) -> None:
    app = app_of(database)
    owner = await owner_browser(app)
    agent = await invited_browser(app, owner, "agent", "liis@pohjala.example")
    made = (await owner.post("/api/knowledge", json=ENTRY)).json()
    path = f"/api/knowledge/{made['id']}"
    assert (await agent.get(path)).status_code == 200
    assert (await agent.post("/api/knowledge", json={**ENTRY, "key": "x"})).status_code == 403
    assert (await agent.put(path, json={**ENTRY, "version": 1})).status_code == 403
    assert (await agent.post(f"{path}/archive", json={})).status_code == 403
    headers = {"content-type": "text/csv"}
    assert (await agent.post("/api/knowledge/import?name=a.csv", content=b"", headers=headers)).status_code == 403


async def test_import_reports_rows_and_limits_size(database: Database) -> None:
    owner = await owner_browser(app_of(database))
    headers = {"content-type": "text/csv"}
    rows = "key,language,title,answer\na,en,T,A\nb,xx,T,A\n".encode("utf-16")
    answer = await owner.post("/api/knowledge/import?name=a.csv", content=rows, headers=headers)
    assert answer.json()["created"] == 0
    assert [(p["row"], p["code"]) for p in answer.json()["problems"]] == [(3, "language")]
    partly = await owner.post("/api/knowledge/import?name=a.csv&partial=1", content=rows, headers=headers)
    assert partly.json()["created"] == 1
    huge = await owner.post("/api/knowledge/import?name=a.csv", content=b"x" * 25_000_001, headers=headers)
    assert huge.status_code == 413


async def test_odd_requests_are_refused_not_broken(database: Database) -> None:
    owner = await owner_browser(app_of(database))
    for path in ("/api/knowledge/0", "/api/knowledge/99999999999999999999", "/api/knowledge/x"):
        assert (await owner.get(path)).status_code in (404, 422)
    for params in ({"limit": "1000000000"}, {"q": "'" * 5_000}, {"q": "\x00"}, {"q": "_%*"}):
        assert (await owner.get("/api/knowledge", params=params)).status_code == 200
    for body in (b"[" * 10_000, b"{", b"\xff", b"null", b'{"texts": {"en": {"title": NaN}}}'):
        answer = await owner.post("/api/knowledge", content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500
