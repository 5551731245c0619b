"""The demo's past letters: taken in by the real intake, threaded by the real rules, and written once."""

from collections import Counter
from pathlib import Path

import pytest

from tugi.channels.email.channel import EmailChannel
from tugi.channels.email.oauth import Tokens
from tugi.channels.email.receiving.imap import context_of
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.core.safe_addresses import Guard
from tugi.core.sealing import Seal
from tugi.demo import letters, mailing, seed
from tugi.desk.answering import topics
from tugi.desk.cases import accounts
from tugi.desk.cases.intake import Intake

# Cases with letters; the words of each side in their order.
CASES = """
select c.subject, c.status, c.handler, c.channel, c.waiting_since is not null as waits, c.created_at,
    array_agg(m.author_kind || coalesce(' ' || l.joined_by, '') order by m.id) as said,
    count(*) filter (where l.automatic is not null) as automatic, count(*) filter (where m.status = 'failed') as failed,
    count(*) filter (where m.status in ('queued', 'sending', 'unknown')) as waiting
from cases c join messages m on m.workspace_id = c.workspace_id and m.case_id = c.id
left join letters l on l.workspace_id = m.workspace_id and l.message_id = m.id
where exists (select from letters x join messages y on y.workspace_id = x.workspace_id and y.id = x.message_id
    where y.workspace_id = c.workspace_id and y.case_id = c.id)
group by c.workspace_id, c.id order by c.id
"""


async def test_the_past_letters_are_taken_in_by_the_real_rules_and_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed, "CASES", 40)
    await seed.plant(database, "a secret of this test", lambda _what: None)
    workspace_id, lead_id = await seed.lead_of(database)
    account_id = await mailing.open_mailbox(database, workspace_id, lead_id, 2525)
    async with database.everywhere() as tx:
        secret = await tx.fetchval("select secret from installation")
    channel = EmailChannel(Guard(), context_of(None), Tokens(database, Seal(secret), {}))
    quiet, files = database.quietly(), Folder(tmp_path)
    intake = Intake(quiet, files, {"email": channel}, secret)
    came = await letters.plant(quiet, files, intake, workspace_id, account_id)
    assert await letters.plant(quiet, files, intake, workspace_id, account_id) == 0

    async with database.reading(workspace_id) as tx:
        found = {row["subject"]: dict(row) for row in await tx.fetch(CASES)}
        rows = await tx.fetch("select status, outcome from deliveries")
        proposals = [tuple(row) for row in await tx.fetch("select kind, why, state from case_joins")]
        count = await tx.fetchval("select count(*) from letters")
    outcomes = Counter((row["status"], row["outcome"]) for row in rows)
    assert outcomes == {("taken", "message"): came - 1, ("taken", "bounce"): 1}
    assert count >= 30
    assert proposals == [("proposal", "same_subject", "open")]
    assert all(one["waiting"] == 0 for one in found.values())
    # What threads: the token in the address, our own id among the references, a person in copy.
    assert found["Katkine kruus, tellimus 10411"]["said"] == ["customer new", "agent", "customer token"]
    assert found["Arve ettevõtte nimele"]["said"] == ["customer new", "agent", "customer own_id", "agent"]
    assert found["Hammock to Berlin"]["said"] == ["customer new", "agent", "customer token", "agent"]
    chat = next(one for one in found.values() if one["channel"] == "widget")
    assert chat["said"] == ["customer", "agent", "customer token", "agent"]
    assert found["Telgi Loit vaiad"]["automatic"] == 1
    assert found["24 cutting boards with our logo"]["failed"] == 1
    assert found["Tarneaeg"]["handler"] == "robot"
    waiting = {subject for subject, one in found.items() if one["waits"]}
    assert waiting == {"Zamówienie 10455", "Raha ei ole tagasi", "Lantern arrived without its glass"}
    assert all(one["created_at"] < clock.now() for one in found.values())


async def test_by_letter_the_robot_answers_three_topics_and_a_leads_wish_survives_the_next_start(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed, "CASES", 0)
    await seed.plant(database, "a secret of this test", lambda _what: None)
    workspace_id, lead_id = await seed.lead_of(database)
    account_id = await mailing.open_mailbox(database, workspace_id, lead_id, 2525)

    async def levels() -> Counter[str]:
        async with database.reading(workspace_id) as tx:
            permits = (await topics.permits(tx, "email")).by_entry
            return Counter(permit.level for permit in permits.values())

    assert (await levels())["audit"] == len(mailing.ANSWERED)
    assert set(await levels()) == {"audit", "suggest"}
    async with database.transaction(workspace_id) as tx:
        entry_id = await tx.fetchval("select id from entries where key = 'delivery_time'")
        await topics.set_level(tx, entry_id, "off", "email")
    assert await mailing.open_mailbox(database, workspace_id, lead_id, 2526) == account_id
    assert (await levels())["off"] == 1
    async with database.reading(workspace_id) as tx:
        settings = (await accounts.get(tx, account_id)).settings
    assert settings["sending"]["smtp"]["port"] == 2526
