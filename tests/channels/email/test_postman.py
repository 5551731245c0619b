"""The postman against a real mail server: every answer shows on the message, nothing is lost, nothing goes twice."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.post import Post, add_mailbox, at_work, carrying, open_post, until
from fakes.smtp_peer import Peer, free_port, slow_peer, smtp_peer
from tugi.channels.email.sending.carrying import Carrying
from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.core.errors import Unavailable
from tugi.desk.cases import accounts, attachments, cases, leaving
from tugi.desk.cases.posting import Wish
from tugi.ports import Account, Carried, NotCarried, Outgoing


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smtp_peer() as one:
        yield one


@pytest.fixture
async def post(database: Database, tmp_path: Path, peer: Peer) -> Post:
    return await open_post(database, tmp_path, peer)


async def test_an_answer_leaves_as_a_letter_of_the_thread(post: Post, peer: Peer) -> None:
    case_id, _ = await post.letter(subject="Pakk", refers_to=["first@kiri.example"])
    async with at_work(post):
        message = await post.answer(case_id)
        assert message.status == "queued"
        await post.become(message.id, "sent")
    [taken] = peer.taken
    item = await post.item(message.id)
    assert item is not None
    assert taken.letter_id == item.letter_id
    assert taken.sender == "klienditugi@pohjala.example"
    assert taken.recipients == ["mari@kiri.example"]
    assert taken.mail["Subject"] == "Re: Pakk"
    assert taken.mail["References"].split()[0] == "<first@kiri.example>"
    assert taken.mail["Reply-To"].startswith("klienditugi+t")
    assert "> Kus on minu pakk?" in taken.mail.get_body(("plain",)).get_content()
    assert taken.mail["Auto-Submitted"] is None


async def test_files_go_along(post: Post, peer: Peer) -> None:
    case_id, _ = await post.letter()
    digest = await post.files.put(post.shop.workspace_id, b"%PDF-1")
    async with post.database.transaction(post.shop.workspace_id, post.agent) as tx:
        file = await attachments.add(
            tx, hash=digest, name="arve.pdf", media_type="application/pdf", size=6, dimensions=None,
            uploaded_by=f"agent:{post.shop.kadri}",
        )  # fmt: skip
    async with at_work(post):
        message = await post.answer(case_id, attachment_ids=[file.id])
        await post.become(message.id, "sent")
    [part] = peer.taken[0].mail.iter_attachments()
    assert (part.get_filename(), part.get_payload(decode=True)) == ("arve.pdf", b"%PDF-1")


@pytest.mark.parametrize("said", ["550 5.1.1 no such user", "552 5.2.2 full"])
async def test_a_refusal_for_good_fails_the_message_and_the_case_is_ours_again(
    post: Post, peer: Peer, said: str
) -> None:
    peer.rcpt["mari@kiri.example"] = said
    case_id, _ = await post.letter()
    async with at_work(post):
        message = await post.become((await post.answer(case_id)).id, "failed")
    assert message.failure is not None
    assert said in message.failure
    async with post.database.reading(post.shop.workspace_id) as tx:
        assert (await cases.get_case(tx, case_id)).status == "open"


@pytest.mark.parametrize("said", ["421 later", "450 busy", "451 greylisted", "452 no room"])
async def test_a_refusal_for_now_waits_with_its_reason_and_then_leaves_once(post: Post, peer: Peer, said: str) -> None:
    peer.data.append(said)
    case_id, _ = await post.letter()
    async with at_work(post) as one:
        message = await post.answer(case_id)

        async def waits() -> bool:
            item = await post.item(message.id)
            return item is not None and item.state == "queued" and item.attempts == 1

        await until(waits)
        item, shown = await post.item(message.id), await post.message(message.id)
        assert item is not None
        assert 20 < (item.not_before - clock.now()).total_seconds() < 40
        assert shown.status == "queued"
        assert said[:3] in (shown.failure or "")
        await post.due_now()
        one.wake()
        assert (await post.become(message.id, "sent")).failure is None
    assert list(peer.count().values()) == [1]


async def test_what_is_refused_again_and_again_fails_in_the_end(post: Post, peer: Peer) -> None:
    peer.rcpt["mari@kiri.example"] = "451 4.7.1 come back"
    case_id, _ = await post.letter()
    async with at_work(post) as one:
        message = await post.answer(case_id)

        async def failed() -> bool:
            await post.due_now()
            one.wake()
            return (await post.message(message.id)).status == "failed"

        await until(failed)
    item, shown = await post.item(message.id), await post.message(message.id)
    assert item is not None
    assert item.attempts == 12
    assert "tried 12 times" in (shown.failure or "")


class Watched(Carrying):
    """Knows by itself what the Sent folder would say."""

    sent_folder: set[str] | None = None
    looked: int = 0

    async def was_sent(self, account: Account, letter_id: str) -> bool | None:
        self.looked += 1
        return None if self.sent_folder is None else letter_id in self.sent_folder


def watched(post: Post, sent_folder: set[str] | None) -> Watched:
    plain = carrying(post.database)
    found = Watched(plain._guard, plain._context, plain._tokens)
    found.sent_folder = sent_folder
    return found


async def test_a_swallowed_answer_is_found_in_the_sent_folder(post: Post, peer: Peer) -> None:
    peer.swallow = 1
    case_id, _ = await post.letter()
    message = await post.answer(case_id)
    item = await post.item(message.id)
    assert item is not None
    channel = watched(post, {item.letter_id})
    async with at_work(post, channel) as one:
        shown = await post.become(message.id, "unknown", "sent")
        await post.due_now()
        one.wake()
        assert (await post.become(message.id, "sent")).failure is None
    assert shown.status in ("unknown", "sent")
    assert channel.looked == 1
    assert list(peer.count().values()) == [1]


@pytest.mark.parametrize("sent_folder", [set[str](), None])
async def test_a_swallowed_answer_found_nowhere_goes_again_with_the_same_id(
    post: Post, peer: Peer, sent_folder: set[str] | None
) -> None:
    peer.swallow = 1
    case_id, _ = await post.letter()
    async with at_work(post, watched(post, sent_folder)) as one:
        message = await post.answer(case_id)
        await post.become(message.id, "unknown")
        await post.due_now()
        one.wake()
        await post.become(message.id, "sent")
    assert list(peer.count().values()) == [2]


async def test_a_server_that_always_swallows_its_answer_is_asked_four_times_and_then_a_person(
    post: Post, peer: Peer
) -> None:
    peer.swallow = 99
    case_id, _ = await post.letter()
    async with at_work(post, watched(post, set())) as one:
        message = await post.answer(case_id)

        async def gave_up() -> bool:
            await post.due_now()
            one.wake()
            return (await post.message(message.id)).failure == leaving.GAVE_UP

        await until(gave_up)
        await post.due_now()
        one.wake()
    assert (await post.message(message.id)).status == "unknown"
    assert list(peer.count().values()) == [4]
    async with post.database.reading(post.shop.workspace_id) as tx:
        assert (await cases.get_case(tx, case_id)).status == "open"


async def test_what_a_dead_process_held_is_looked_for_and_sent(post: Post, peer: Peer) -> None:
    case_id, _ = await post.letter()
    message = await post.answer(case_id)
    async with post.database.transaction(post.shop.workspace_id) as tx:
        [held] = await leaving.take(tx, post.account_id, 1)
    assert (await post.message(message.id)).status == "sending"
    channel = watched(post, set())
    async with at_work(post, channel) as one:
        await post.due_now(dead=True)
        one.wake()
        await post.become(message.id, "sent")
    assert channel.looked == 1
    assert peer.taken[0].letter_id == held.letter_id
    assert list(peer.count().values()) == [1]


async def test_what_is_still_being_sent_is_nobody_elses(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tugi.channels.email.sending.postman.HOLD_SECONDS", 0.0)
    waiting, go = asyncio.Event(), asyncio.Event()

    class Slow(Watched):
        async def send(self, account: Account, outgoing: Outgoing) -> Carried:
            waiting.set()
            await go.wait()
            return Carried("250 at last")

    plain = carrying(post.database)
    slow = Slow(plain._guard, plain._context, plain._tokens)
    case_id, _ = await post.letter()
    async with at_work(post, slow) as one, at_work(post, watched(post, set())) as other:
        message = await post.answer(case_id)
        one.wake()
        other.wake()
        await asyncio.wait_for(asyncio.ensure_future(_either(waiting, post, message.id)), 10)
        await post.become(message.id, "sending", "sent")
        go.set()
        await post.become(message.id, "sent")


async def _either(waiting: asyncio.Event, post: Post, message_id: int) -> None:
    while not waiting.is_set() and (await post.message(message_id)).status != "sent":
        await asyncio.sleep(0.02)


async def test_two_postmen_send_each_letter_once(post: Post, peer: Peer) -> None:
    letters = [await post.letter(sender=f"c{n}@kiri.example") for n in range(30)]
    said = [await post.answer(case_id) for case_id, _ in letters]
    async with at_work(post) as one, at_work(post) as other:
        one.wake()
        other.wake()
        for message in said:
            await post.become(message.id, "sent")
    assert len(peer.taken) == 30
    assert set(peer.count().values()) == {1}


async def test_one_slow_mailbox_slows_no_other(post: Post, peer: Peer) -> None:
    async with slow_peer() as slow:
        slow_account = await add_mailbox(post, "aeglane@pohjala.example", slow.port)
        stuck = [
            await post.answer((await post.letter(sender=f"s{n}@kiri.example", account_id=slow_account))[0])
            for n in range(8)
        ]
        async with at_work(post) as one:
            started = clock.monotonic()
            for n in range(10):
                case_id, _ = await post.letter(sender=f"f{n}@kiri.example")
                message = await post.answer(case_id)
                one.wake()
                await post.become(message.id, "sent")
            assert clock.monotonic() - started < 8
            states = {(await post.message(message.id)).status for message in stuck}
        assert states <= {"sending", "queued"}
    assert len(peer.taken) == 10


async def test_recipients_refused_beside_others_are_told(post: Post, peer: Peer) -> None:
    peer.rcpt["gone@kiri.example"] = "550 5.1.1 unknown"
    case_id, _ = await post.letter()
    async with at_work(post):
        message = await post.answer(case_id, wish=Wish(copies=["gone@kiri.example", "juhan@kiri.example"]))
        shown = await post.become(message.id, "sent")
    assert "gone@kiri.example" in (shown.failure or "")
    assert peer.taken[0].recipients == ["mari@kiri.example", "juhan@kiri.example"]
    assert "gone@kiri.example" in peer.taken[0].mail["Cc"]


async def test_the_mailboxes_own_trouble_is_told_on_it_and_ends(post: Post, peer: Peer) -> None:
    port = free_port()
    gone = await add_mailbox(post, "kadunud@pohjala.example", port)
    case_id, _ = await post.letter(account_id=gone)
    async with at_work(post):
        message = await post.answer(case_id)

        async def told() -> bool:
            async with post.database.reading(post.shop.workspace_id) as tx:
                health = await accounts.health_of(tx, gone)
            return (health.get("sending_failure") or {}).get("code") == "unreachable"

        await until(told)
    assert "was not reached" in ((await post.message(message.id)).failure or "")


async def test_trouble_is_told_though_the_database_was_away_when_it_came(
    post: Post, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = await add_mailbox(post, "kadunud@pohjala.example", free_port())
    case_id, _ = await post.letter(account_id=gone)
    note, away = accounts.note_sending, [Unavailable("The database is away.")]

    async def note_later(tx: Transaction, account_id: int, failure: NotCarried | None) -> None:
        if away:
            raise away.pop()
        await note(tx, account_id, failure)

    monkeypatch.setattr(accounts, "note_sending", note_later)
    async with at_work(post):
        await post.answer(case_id)

        async def told() -> bool:
            async with post.database.reading(post.shop.workspace_id) as tx:
                return bool((await accounts.health_of(tx, gone)).get("sending_failure"))

        await until(told)
    assert away == []


async def test_letters_of_a_mailbox_that_is_switched_off_wait_and_say_why(post: Post, peer: Peer) -> None:
    case_id, _ = await post.letter()
    async with post.database.transaction(post.shop.workspace_id) as tx:
        await accounts.update(tx, post.account_id, active=False)
    async with at_work(post):
        message = await post.answer(case_id)

        async def told() -> bool:
            return "switched off" in ((await post.message(message.id)).failure or "")

        await until(told)
    assert (await post.message(message.id)).status == "queued"
    assert peer.taken == []


async def test_it_stops_with_what_is_in_hand(post: Post, peer: Peer) -> None:
    said = [await post.answer((await post.letter(sender=f"c{n}@kiri.example"))[0]) for n in range(12)]
    async with at_work(post):
        await until(lambda: peer.taken)
    states = [(await post.message(message.id)).status for message in said]
    assert set(states) <= {"sent", "queued"}
    assert states.count("sent") == len(peer.taken)
