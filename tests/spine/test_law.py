"""The law of both screens: what one had, plus the events since, is what one would load afresh."""

import asyncio
import json
import random
import subprocess
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from spine.house import Agent, Feed, Process, Visitor, following, until
from tugi.core import clock

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = ROOT / "src/tugi/demo/knowledge"
KNOWN = ("delivery_cost", "delivery_time", "return_how", "exchange_size", "parcel_tracking", "late_parcel")
SAYS = (
    "kui palju maksab tarne", "how much is delivery", "miten palautan tuotteen", "jak zwrócić towar", "tere",
    "kus mu pakk on", "I want my money back", "aitäh", "asdf qwer", "räägiks inimesega", "do you ship to Latvia?",
)  # fmt: skip
STEPS = 110


class Scenario:
    """Visitors and agents who act at random, and what each screen showed at random moments."""

    def __init__(self, seed: int, owner: Agent, colleague: Agent, visitors: list[Visitor]) -> None:
        self.random = random.Random(seed)
        self.agents = [owner, colleague]
        self.visitors = visitors
        self.cases: dict[int, int] = {}
        self.befores: list[tuple[str, Any, Any]] = []

    async def step(self) -> None:
        """One act of somebody, or a look at a screen."""
        acts = (
            (self.say, 8), (self.reply, 4), (self.note, 3), (self.assign, 3), (self.status, 3), (self.read, 3),
            (self.visitor_reads, 2), (self.feedback, 3), (self.choose, 3), (self.leave_email, 1), (self.person, 1),
            (self.pause, 1), (self.suggestion, 3), (self.rename, 1), (self.customer_note, 1), (self.solved, 1),
            (self.look, 5),
        )  # fmt: skip
        act = self.random.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
        await act()

    def _case(self) -> tuple[int, int]:
        return self.random.choice(sorted(self.cases.items())) if self.cases else (0, 0)

    async def say(self) -> None:
        """A customer writes."""
        index = self.random.randrange(len(self.visitors))
        message = await self.visitors[index].say(self.random.choice(SAYS))
        self.cases[message["case_id"]] = index

    async def _on_case(self, path: str, body: dict[str, Any], allowed: tuple[int, ...] = (200,)) -> None:
        case_id, _ = self._case()
        if case_id:
            agent = self.random.choice(self.agents)
            answer = await agent.http.post(f"/api/cases/{case_id}/{path}", json=body)
            assert answer.status_code in allowed, (path, body, answer.text)

    async def reply(self) -> None:
        """An agent answers."""
        await self._on_case("messages", {"client_id": str(uuid.uuid4()), "text": "Vaatame järele."}, (200, 409))

    async def note(self) -> None:
        """An agent notes something down."""
        await self._on_case("notes", {"client_id": str(uuid.uuid4()), "text": "helistas ka"})

    async def assign(self) -> None:
        """An agent gives the case away, or takes it."""
        agent = self.random.choice(self.agents)
        me = (await agent.ask("GET", "/api/me"))["agent"]["id"]
        await self._on_case("assign", {"agent_id": self.random.choice([me, None])})

    async def status(self) -> None:
        """An agent moves the case; some moves are forbidden."""
        status = self.random.choice(["open", "waiting_internal", "snoozed", "resolved", "spam"])
        until = (clock.now() + timedelta(hours=1)).isoformat() if status == "snoozed" else None
        await self._on_case("status", {"status": status, "until": until}, (200, 409))

    async def pause(self) -> None:
        """An agent keeps the robot out, or lets it in."""
        await self._on_case("robot", {"paused": self.random.random() < 0.5})

    async def read(self) -> None:
        """An agent has seen the newest message."""
        case_id, _ = self._case()
        if case_id:
            view = await self.agents[0].ask("GET", f"/api/cases/{case_id}")
            await self._on_case_read(case_id, view["messages"])

    async def _on_case_read(self, case_id: int, messages: list[dict[str, Any]]) -> None:
        agent = self.random.choice(self.agents)
        await agent.ask("POST", f"/api/cases/{case_id}/read", {"message_id": messages[-1]["id"]})

    async def _own(self, wanted: str = "robot") -> tuple[Visitor, list[dict[str, Any]]]:
        visitor = self.random.choice(self.visitors)
        messages = (await visitor.ask("GET", "/widget/state"))["messages"]
        return visitor, [m for m in messages if wanted in ("", m["author"]["kind"])]

    async def visitor_reads(self) -> None:
        """A customer has seen everything."""
        visitor, messages = await self._own("")
        if messages:
            await visitor.ask("POST", "/widget/read", {"message_id": messages[-1]["id"]})

    async def feedback(self) -> None:
        """A customer gives a thumb."""
        visitor, messages = await self._own()
        if messages:
            body = {"message_id": messages[-1]["id"], "value": self.random.choice(["up", "down"])}
            await visitor.ask("POST", "/widget/feedback", body)

    async def choose(self) -> None:
        """A customer clicks one of "did you mean"."""
        visitor, messages = await self._own()
        offers = [m for m in messages if m["choices"]]
        if offers:
            choice = self.random.choice(offers[-1]["choices"])
            body = {
                "client_id": str(uuid.uuid4()),
                "text": choice["title"],
                "choice": {"message_id": offers[-1]["id"], "entry_id": choice["entry_id"]},
            }
            answer = await visitor.http.post("/widget/messages", json=body)
            assert answer.status_code in (200, 422), answer.text

    async def leave_email(self) -> None:
        """A customer leaves an address."""
        visitor = self.random.choice(self.visitors)
        await visitor.ask("POST", "/widget/email", {"email": f"mari{self.random.randrange(99)}@example.com"})

    async def person(self) -> None:
        """A customer wants a person."""
        await self.random.choice(self.visitors).ask("POST", "/widget/person", {"client_id": str(uuid.uuid4())})

    async def solved(self) -> None:
        """A customer says that it is solved."""
        case_id, index = self._case()
        if case_id:
            await self.visitors[index].ask("POST", "/widget/solved", {"case_id": case_id})

    async def suggestion(self) -> None:
        """An agent sends, edits or dismisses what the robot suggests."""
        case_id, _ = self._case()
        view = await self.agents[0].ask("GET", f"/api/cases/{case_id}") if case_id else {"suggestion": None}
        offered = view["suggestion"]
        if offered is None:
            return
        if self.random.random() < 0.5:
            path, body = f"/api/suggestions/{offered['id']}/dismiss", {"reason": "wrong_entry"}
        else:
            path = f"/api/cases/{case_id}/messages"
            body = {"client_id": str(uuid.uuid4()), "text": offered["text"], "suggestion_id": offered["id"]}
        answer = await self.agents[1].http.post(path, json=body)
        assert answer.status_code in (200, 409), answer.text

    async def _customer(self) -> str | None:
        case_id, _ = self._case()
        if not case_id:
            return None
        return f"/api/customers/{(await self.agents[0].ask('GET', f'/api/cases/{case_id}'))['case']['customer_id']}"

    async def rename(self) -> None:
        """An agent corrects a customer's name."""
        if path := await self._customer():
            await self.agents[0].ask("PATCH", path, {"name": f"Mari {self.random.randrange(99)}"})

    async def customer_note(self) -> None:
        """An agent notes something about a customer."""
        if path := await self._customer():
            await self.agents[1].ask("POST", f"{path}/notes", {"text": "eelistab telefoni"})

    async def look(self) -> None:
        """Keep what a screen shows now."""
        case_id, _ = self._case()
        if case_id and self.random.random() < 0.6:
            agent = self.random.choice(self.agents)
            self.befores.append(("agent", (agent, case_id), await agent.ask("GET", f"/api/cases/{case_id}")))
        else:
            visitor = self.random.choice(self.visitors)
            self.befores.append(("visitor", visitor, await visitor.ask("GET", "/widget/state")))


async def quiet(owner: Agent) -> None:
    """Wait until the robot has said its word and nothing happens any more: the log stands still."""
    last = (0, 0.0)

    async def still() -> bool:
        nonlocal last
        number = (await owner.ask("GET", "/api/me"))["cursor"]
        now = asyncio.get_running_loop().time()
        if number != last[0]:
            last = (number, now)
        return now - last[1] > 2.5

    await until(still)


async def trials(scenario: Scenario, feeds: dict[int, Feed]) -> list[dict[str, Any]]:
    """Each look, the events since by polling and by socket, and what the screen shows now."""
    found: list[dict[str, Any]] = []
    for number, (side, who, before) in enumerate(scenario.befores):
        if side == "agent":
            agent, case_id = who
            after = await agent.ask("GET", f"/api/cases/{case_id}")
            polled = await agent.ask("GET", f"/api/events?after={before['cursor']}")
            feed = feeds[id(agent)]
        else:
            after = await who.ask("GET", "/widget/state")
            polled = await who.ask("GET", f"/widget/events?after={before['cursor']}")
            feed = feeds[id(who)]
        by_socket = {"events": feed.events, "cursor": feed.cursor}
        for how, delivery in (("polled", polled), ("by socket", by_socket)):
            name = f"{side} {number} {how} since {before['cursor']}"
            found.append({"name": name, "side": side, "before": before, "after": after, "deliveries": [delivery]})
    return found


def judge(tmp_path: Path, found: list[dict[str, Any]]) -> None:
    """Run the front ends' own reducer over the trials."""
    program = tmp_path / "law.mjs"
    build = ["node_modules/.bin/esbuild", "tests/spine/law.ts", "--bundle", "--platform=node", "--format=esm"]
    subprocess.run([*build, f"--outfile={program}", "--log-level=error"], cwd=ROOT, check=True)
    ran = subprocess.run(["node", str(program)], input=json.dumps(found), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-6000:] + ran.stdout


async def learn(owner: Agent) -> None:
    """Some of the demo's knowledge, and a robot that may answer from it."""
    for key in KNOWN:
        content = (KNOWLEDGE / f"{key}.json").read_bytes()
        answer = await owner.http.post(f"/api/knowledge/import?name={key}.json", content=content)
        assert answer.json()["problems"] == [], answer.text
    await owner.ask("PATCH", "/api/workspace", {"robot": {"mode": "answer"}, "languages": ["et", "en", "fi", "pl"]})

    async def trained() -> bool:
        model = (await owner.ask("GET", "/api/knowledge"))["model"]
        return model["status"] == "ready" and model["entries"] == len(KNOWN)

    await until(trained, 180)


@pytest.mark.parametrize("seed", [20261121])
async def test_old_state_and_events_make_the_fresh_state(served: Process, tmp_path: Path, seed: int) -> None:
    owner = await Agent.found(served.address)
    colleague = await owner.colleague("liis@pood.example")
    await learn(owner)
    me = await owner.ask("GET", "/api/me")
    key = me["workspace"]["widget"]["key"]
    visitors = [await Visitor.come(served.address, key) for _ in range(3)]
    scenario = Scenario(seed, owner, colleague, visitors)
    feeds = {id(a): Feed(served.address, "/api/live", {}, a.cookie, me["cursor"]) for a in scenario.agents}
    feeds |= {id(v): Feed(served.address, "/widget/live", {"token": v.token}, "", me["cursor"]) for v in visitors}
    async with following(feeds.values()):
        for _ in range(STEPS):
            await scenario.step()
        await quiet(owner)
        found = await trials(scenario, feeds)
    kinds = {event["kind"] for feed in feeds.values() for event in feed.events}
    assert {"MessageWritten", "VerdictReached", "CaseHandedOver", "CaseAssigned", "NoteWritten", "CaseRead"} <= kinds
    assert len(found) > 20
    await asyncio.to_thread(judge, tmp_path, found)
