"""Walls: strangers, other visitors and other workspaces get nothing, whatever they ask for."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from spine.house import PASSWORD, Agent, Process, Visitor, browser, until
from tugi.core import secrets
from tugi.core.database import Database
from tugi.desk.cases import deliveries
from tugi.desk.people import agents, passwords, workspaces

CANARY = "KANAARILIND"
CANARY_HEX = CANARY.lower()
# Told to everybody who may sign in at all, or who holds the link.
PUBLIC = {("GET", "/api/setup"), ("POST", "/api/setup"), ("POST", "/api/sign-in"), ("GET", "/api/invites/{token}")}
# Where a provider of mailboxes sends browsers back to is a page: it refuses by where it sends them next.
SENT_ON = {
    ("GET", "/api/channels/oauth/{provider}/callback"): {
        "nobody": "/sign-in",
        "visitor": "/sign-in",
        "another workspace": "/channels/new?sign_in=not_signed_in",
    }
}


@dataclass
class Other:
    """A full workspace of somebody else, every text in it marked."""

    ids: dict[str, int]
    visitor: Visitor
    token: str
    owner: Agent


async def second_owner(served: Process, served_dsn: str) -> tuple[workspaces.Workspace, Agent]:
    """Made on the database, since one installation sets up one shop."""
    database = await Database.open(served_dsn)
    async with database.everywhere() as tx:
        workspace = await workspaces.create(tx, f"Teine Pood {CANARY}")
    hashed = await passwords.hashed(PASSWORD)
    email = f"teine-{workspace.id}@pood.example"
    async with database.transaction(workspace.id) as tx:
        await agents.create(tx, name=CANARY, email=email, role="owner", language="et", password_hash=hashed)
    await database.close()
    http = browser(served.address)
    answer = await http.post("/api/sign-in", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return workspace, Agent(http)


async def second_shop(served: Process, served_dsn: str) -> Other:
    """Another owner's shop, filled over HTTP."""
    workspace, owner = await second_owner(served, served_dsn)
    await owner.ask("PATCH", "/api/robot/policy", {"hand_over_share": 1})
    visitor = await Visitor.come(served.address, workspace.widget.key)
    message = await visitor.say(f"{CANARY} salajane")
    file = (await visitor.http.post(f"/widget/attachments?name={CANARY}.txt", content=CANARY.encode())).json()
    second = await visitor.say(f"{CANARY} fail", attachments=[file["id"]])
    case_id = message["case_id"]
    note = {"client_id": str(uuid.uuid4()), "text": CANARY}
    await owner.ask("POST", f"/api/cases/{case_id}/notes", note)
    texts = {"et": {"title": CANARY, "answer": CANARY}}
    form = {"key": "k", "policy": "answer", "texts": texts, "examples": {"et": [CANARY]}}
    entry = await owner.ask("POST", "/api/knowledge", form)
    team = await owner.ask("POST", "/api/teams", {"name": CANARY})
    mailbox = await owner.ask(
        "POST", "/api/channels/email", {"email": f"{CANARY_HEX}@pood.example", "name": CANARY, "password": CANARY}
    )
    delivery_id = await torn_delivery(served_dsn, workspace.id, mailbox["id"])
    view = await owner.ask("GET", f"/api/cases/{case_id}")
    me = await owner.ask("GET", "/api/me")

    async def drawn() -> bool:
        return bool((await owner.ask("GET", "/api/robot/review"))["items"])

    await until(drawn)
    # Only now: what is split off while the robot thinks is no question of this case any more.
    await owner.ask("POST", f"/api/cases/{case_id}/split", {"message_id": second["id"]})
    join_id = (await owner.ask("GET", f"/api/cases/{case_id}/joins"))[0]["id"]
    ids = {
        "case_id": case_id,
        "customer_id": view["customer"]["id"],
        "number": view["case"]["number"],
        "entry_id": entry["id"],
        "team_id": team["id"],
        "agent_id": me["agent"]["id"],
        "attachment_id": file["id"],
        "suggestion_id": 1,
        "join_id": join_id,
        "account_id": mailbox["id"],
        "delivery_id": delivery_id,
        "lesson_id": 1,
        "replay_id": 1,
        "other_id": 1,
        "other": 1,
        "message_id": message["id"],
        "item_id": (await owner.ask("GET", "/api/robot/review"))["items"][0]["id"],
    }
    return Other(ids, visitor, visitor.token, owner)


async def torn_delivery(served_dsn: str, workspace_id: int, account_id: int) -> int:
    """A mail in quarantine, put there by hand: no door is open here."""
    database = await Database.open(served_dsn)
    async with database.transaction(workspace_id) as tx:
        found = await deliveries.store(tx, account_id, source=f"imap:{CANARY}", hash="0" * 64, size=1)
        assert found is not None
        await deliveries.quarantine(tx, found, CANARY)
    await database.close()
    return found


def routes(description: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every method and path of the description."""
    for path, methods in description["paths"].items():
        for method in methods:
            yield method.upper(), path


def filled(path: str, ids: dict[str, int]) -> str:
    """The path with the other workspace's ids."""
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", str(value))
    path = path.replace("{token}", "AAAA").replace("{provider}", "google")
    assert "{" not in path, f"{path}: nobody says which one; add it to the other shop"
    return path


def bodies(ids: dict[str, int]) -> dict[str, Any]:
    """One body that fits any route as well as may be; unknown fields are ignored."""
    return {
        "client_id": str(uuid.uuid4()), "text": "x", "name": "x", "status": "resolved", "paused": True, "value": "up",
        "agent_id": ids["agent_id"], "team_id": ids["team_id"], "message_id": ids["message_id"], "reason": "wrong",
        "archived": True, "version": 1, "key": "k", "policy": "answer", "texts": {"et": {"title": "x", "answer": "x"}},
        "examples": {}, "role": "agent", "language": "et", "email": f"{uuid.uuid4().hex}@x.example",
        "password": PASSWORD, "team_ids": [ids["team_id"]], "agent_ids": [ids["agent_id"]],
        "attachments": [ids["attachment_id"]], "case_id": ids["case_id"], "shop_name": "x",
        "label": "right", "level": "off", "number": ids["number"],
    }  # fmt: skip


async def test_no_route_tells_strangers_or_another_workspace_anything(served: Process, served_dsn: str) -> None:
    first = await Agent.found(served.address)
    other = await second_shop(served, served_dsn)
    nobody = browser(served.address)
    stranger = browser(served.address)
    stranger.headers["authorization"] = f"Bearer {other.token}"
    stranger.cookies.set("tugi_session", other.token)
    description = (await first.http.get("/openapi.json")).json()
    wrong: list[str] = []
    tried = 0
    for method, path in routes(description):
        for who, client in (("nobody", nobody), ("visitor", stranger), ("another workspace", first.http)):
            if path == "/api/sign-out":
                continue
            answer = await client.request(method, filled(path, other.ids), json=bodies(other.ids))
            tried += 1
            own_screen = who == "another workspace" and "{" not in path
            allowed = {400, 401, 403, 404, 405, 409, 413, 422}
            if own_screen or (method, path) in PUBLIC or path == "/api/invites/{token}":
                allowed |= {200, 429}
            if sent_on := SENT_ON.get((method, path)):
                plain = (answer.headers.get("location"), answer.text, answer.headers.get("set-cookie"))
                if answer.status_code == 303 and plain == (sent_on[who], "", None):
                    continue
            if CANARY_HEX in answer.text.lower():
                wrong.append(f"{who} {method} {path} LEAKS: {answer.text[:200]}")
            if answer.status_code not in allowed:
                wrong.append(f"{who} {method} {path}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert tried > 80
    assert CANARY_HEX not in served.log().lower()
    view = await other.owner.ask("GET", f"/api/cases/{other.ids['case_id']}")
    assert view["case"]["status"] in ("new", "open", "waiting_customer")
    assert view["case"]["assignee_id"] is None
    assert len(view["notes"]) == 1
    [mailbox] = (await other.owner.ask("GET", "/api/channels"))["channels"]
    assert (mailbox["name"], mailbox["active"], mailbox["quarantined"]) == (CANARY, True, 1)
    [join] = await other.owner.ask("GET", f"/api/cases/{other.ids['case_id']}/joins")
    assert join["state"] == "done"


async def test_a_visitor_sees_and_touches_nothing_of_another_visitor(served: Process) -> None:
    owner = await Agent.found(served.address)
    key = (await owner.ask("GET", "/api/me"))["workspace"]["widget"]["key"]
    mari, jaan = await Visitor.come(served.address, key), await Visitor.come(served.address, key)
    theirs = await mari.say(f"{CANARY} minu asi")
    file = (await mari.http.post("/widget/attachments?name=a.txt", content=CANARY.encode())).json()
    await jaan.say("tere")
    acts = [
        ("POST", "/widget/read", {"message_id": theirs["id"]}),
        ("POST", "/widget/feedback", {"message_id": theirs["id"], "value": "up"}),
        ("POST", "/widget/solved", {"case_id": theirs["case_id"]}),
        ("POST", "/widget/messages", {"client_id": str(uuid.uuid4()), "text": "x", "attachments": [file["id"]]}),
        ("GET", f"/widget/attachments/{file['id']}?token={jaan.token}", None),
        ("GET", f"/widget/attachments/{file['id'] + 1}?token={file['url'].split('token=')[1]}", None),
    ]
    for method, path, body in acts:
        answer = await jaan.http.request(method, path, json=body)
        assert answer.status_code in (404, 422), (path, answer.text)
        assert CANARY not in answer.text
    for path in ("/widget/state", "/widget/events?after=0", f"/widget/messages?before={2**40}"):
        assert CANARY not in (await jaan.http.get(path)).text
    same = {"client_id": theirs["client_id"], "text": "oma jutt"}
    own = await jaan.ask("POST", "/widget/messages", same)
    assert own["message"]["id"] != theirs["id"]
    assert own["message"]["text"] == "oma jutt"


@pytest.mark.parametrize("path", ["/widget/state", "/widget/events?after=0", "/widget/messages?before=9"])
async def test_only_an_unaltered_token_of_this_installation_opens_the_chat(served: Process, path: str) -> None:
    owner = await Agent.found(served.address)
    key = (await owner.ask("GET", "/api/me"))["workspace"]["widget"]["key"]
    good = (await Visitor.come(served.address, key)).token
    forged = secrets.sign("another secret", "visitor", {"w": 1, "c": 1, "a": "visitor:x"})
    for token in ("null", good[:-1], good + "x", good[1:], good.swapcase(), forged, "A" * 5000, "é", "%00"):
        http = httpx.Headers({"authorization": b"Bearer " + token.encode()})
        answer = await browser(served.address).get(path, headers=http)
        assert answer.status_code == 401, (token, answer.text)
    assert (await browser(served.address).get(path)).status_code == 401


async def test_a_token_of_another_workspace_does_not_open_this_ones_chat(served: Process, served_dsn: str) -> None:
    owner = await Agent.found(served.address)
    other = await second_shop(served, served_dsn)
    key = (await owner.ask("GET", "/api/me"))["workspace"]["widget"]["key"]
    entered = await browser(served.address).post("/widget/session", json={"key": key, "token": other.token})
    assert entered.status_code == 200
    assert entered.json()["state"]["messages"] == []
    assert CANARY not in entered.text
    assert entered.json()["token"] != other.token
    wrong = await browser(served.address).post("/widget/session", json={"key": "no such key"})
    assert wrong.status_code == 404


async def test_another_sites_page_changes_nothing(served: Process) -> None:
    owner = await Agent.found(served.address)
    key = (await owner.ask("GET", "/api/me"))["workspace"]["widget"]["key"]
    case_id = (await (await Visitor.come(served.address, key)).say("tere"))["case_id"]
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "", "sec-fetch-site": "cross-site"},
    ):
        answer = await owner.http.post(f"/api/cases/{case_id}/status", json={"status": "resolved"}, headers=headers)
        assert answer.status_code == 403, (headers, answer.text)
    view = await owner.ask("GET", f"/api/cases/{case_id}")
    assert view["case"]["status"] != "resolved"


async def test_the_database_itself_hides_the_other_workspace(served: Process, served_dsn: str) -> None:
    await Agent.found(served.address)
    await second_shop(served, served_dsn)
    connection: Any = await asyncpg.connect(served_dsn)
    try:
        assert await connection.fetchval("select count(*) from messages") == 0
    finally:
        await connection.close()
