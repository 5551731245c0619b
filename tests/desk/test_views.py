"""Lists: each case is where it belongs, page by page, whatever happens between two pages."""

import base64

import pytest

from cast import Shop, open_shop
from tugi.core.database import Database
from tugi.core.errors import Invalid
from tugi.core.events import Actor
from tugi.desk.cases import cases, messages, readings
from tugi.desk.people import identities
from tugi.desk.work import queue, views


async def fill(shop: Shop, count: int) -> list[int]:
    """Cases of as many customers."""
    return [(await shop.say(await shop.customer(f"Mari {n}"), f"küsimus {n}"))[1].id for n in range(count)]


async def listed(shop: Shop, name: str, query: str = "", limit: int = 50) -> list[int]:
    """The ids of a whole list, page after page."""
    found: list[int] = []
    marker = None
    async with shop.database.reading(shop.workspace_id) as tx:
        while True:
            page = await views.list_cases(tx, shop.kadri, name, limit=limit, before=marker, query=query)
            found += [case.id for case in page.cases]
            marker = page.next
            if marker is None:
                return found


async def test_pages_hold_every_case_once_newest_activity_first(database: Database) -> None:
    shop = await open_shop(database)
    ids = await fill(shop, 23)
    for limit in (1, 5, 23, 50):
        assert await listed(shop, "open", limit=limit) == ids[::-1]


async def test_each_case_is_in_the_lists_its_state_says_and_counts_agree(database: Database) -> None:
    shop = await open_shop(database)
    robot, queued, mine, done = await fill(shop, 4)
    kadri = Actor("agent", shop.kadri)
    async with database.transaction(shop.workspace_id, kadri) as tx:
        await queue.hand_over(tx, await cases.lock(tx, queued), "money")
        await queue.assign(tx, mine, shop.kadri, None)
        await queue.set_status(tx, done, "resolved", None)
    expected = {"robot": [robot], "unassigned": [queued], "mine": [mine], "resolved": [done], "snoozed": []}
    expected["open"] = [mine, queued, robot]
    assert {name: await listed(shop, name) for name in views.LISTS} == expected
    async with database.reading(shop.workspace_id) as tx:
        counts = await views.count(tx, shop.kadri)
    assert {name: getattr(counts, name) for name in views.LISTS} == {name: len(ids) for name, ids in expected.items()}


async def test_unread_counts_are_the_viewers_own(database: Database) -> None:
    shop = await open_shop(database)
    customer_id = await shop.customer()
    first, case = await shop.say(customer_id, "üks")
    await shop.say(customer_id, "kaks")
    async with database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        await readings.note(tx, case.id, shop.kadri, first.id)
    async with database.reading(shop.workspace_id) as tx:
        seen = (await views.list_cases(tx, shop.kadri, "open")).cases[0]
        other = (await views.list_cases(tx, shop.kadri + 1000, "open")).cases[0]
    assert (seen.unread, other.unread) == (1, 2)


@pytest.mark.parametrize("query", ["küsimus 3", "KÜSIMUS 3", "Mari 3", "mari3@example.com", "T-{number}", "{number}"])
async def test_search_finds_by_words_name_address_and_number(database: Database, query: str) -> None:
    shop = await open_shop(database)
    ids = await fill(shop, 5)
    async with database.transaction(shop.workspace_id) as tx:
        case = await cases.get_case(tx, ids[3])
        await identities.link(tx, case.customer_id, "email", "mari3@example.com", "typed")
    assert ids[3] in await listed(shop, "open", query.format(number=case.number))


@pytest.mark.parametrize("query", ["%", "_", "\\", "' or 1=1 --", "küsimus%", "(", "T-", "9" * 30])
async def test_signs_in_a_search_mean_themselves(database: Database, query: str) -> None:
    shop = await open_shop(database)
    await fill(shop, 2)
    assert await listed(shop, "open", query) == []


@pytest.mark.parametrize("marker", ["x", "%%%", base64.b64encode(b"[1,2]").decode(), base64.b64encode(b"{}").decode()])
async def test_a_false_marker_or_list_is_refused(database: Database, marker: str) -> None:
    shop = await open_shop(database)
    async with database.reading(shop.workspace_id) as tx:
        with pytest.raises(Invalid):
            await views.list_cases(tx, shop.kadri, "open", before=marker)
        with pytest.raises(Invalid):
            await views.list_cases(tx, shop.kadri, marker)


async def test_a_hand_over_goes_to_the_cases_own_agent_while_there_and_else_to_everybody(database: Database) -> None:
    shop = await open_shop(database)
    own, nobodys = await fill(shop, 2)
    async with database.transaction(shop.workspace_id) as tx:
        await tx.execute("update cases set assignee_id = $3 where workspace_id = $1 and id = $2",
                         shop.workspace_id, own, shop.kadri)  # fmt: skip
        for case_id in (own, nobodys):
            await queue.hand_over(tx, await cases.lock(tx, case_id), "complaint")
        assert [(c.handler, c.assignee_id) for c in await cases.of_ids(tx, [own, nobodys])] == [
            ("agent", shop.kadri),
            ("queue", None),
        ]
        again = await cases.lock(tx, nobodys)
        happened = len(tx.facts)
        await queue.hand_over(tx, again, "money")
        assert len(tx.facts) == happened


async def test_a_paused_robot_stays_out_when_the_case_is_reopened(database: Database) -> None:
    shop = await open_shop(database)
    customer_id = await shop.customer()
    _, case = await shop.say(customer_id, "tere")
    async with database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        await queue.pause_robot(tx, case.id, True)
        await queue.set_status(tx, case.id, "resolved", None)
    _, reopened = await shop.say(customer_id, "veel midagi")
    assert (reopened.id, reopened.handler) == (case.id, "queue")


async def test_an_answer_after_the_case_was_closed_is_refused(database: Database) -> None:
    shop = await open_shop(database)
    _, case = await shop.say(await shop.customer(), "tere")
    async with database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        await queue.set_status(tx, case.id, "resolved", None)
        await queue.set_status(tx, case.id, "closed", None)
        held = await cases.lock(tx, case.id)
        with pytest.raises(Exception, match="closed"):
            await messages.write(tx, held, external_id="agent:1:00000000", text="Tere", language=None)
