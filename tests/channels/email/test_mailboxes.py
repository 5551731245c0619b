"""Mailboxes on a real Dovecot: every mail stored once, whatever breaks, and only then acknowledged."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from fakes.dovecot import PASSWORD, Dovecot, eventually
from fakes.mail_shop import SEAL, MailShop, mail
from fakes.tcp_proxy import TcpProxy
from tugi.channels.email.receiving.harvest import Rhythm
from tugi.core.database import Database
from tugi.core.errors import Unavailable
from tugi.core.files import Folder
from tugi.desk.cases import accounts


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    for user in ("info", "orders"):
        server.add(user)
    server.start()
    yield server
    server.close()


@pytest.fixture
async def shop(database: Database, tmp_path: Path, dovecot: Dovecot) -> MailShop:
    return await MailShop.open(database, tmp_path, dovecot)


async def test_new_mail_is_stored_whole_and_then_marked_as_read(shop: MailShop) -> None:
    shop.dovecot.deliver("info", mail(1))
    account = await shop.connect("info")
    async with shop.reading():
        await eventually(lambda: shop.is_well(account))
        shop.dovecot.deliver("info", mail(2))
        await eventually(lambda: shop.came(1))
        await eventually(lambda: shop.dovecot.flags("info") == ["", "S"])
    assert await shop.contents() == [mail(2)]
    row = (await shop.deliveries())[0]
    assert row["envelope"] == {"folder": "INBOX"}
    assert (row["sent_by_us"], row["history"], row["status"]) == (False, False, "waiting")
    assert row["size"] == len(mail(2))
    assert (await shop.health(account))["last_mail_at"]


async def test_idle_tells_at_once_and_looking_finds_it_without(shop: MailShop) -> None:
    account = await shop.connect("info")
    slow = Rhythm(look=60.0)
    async with shop.reading(rhythm=slow):
        await eventually(lambda: shop.is_well(account))
        shop.dovecot.deliver("info", mail(1))
        await eventually(lambda: shop.came(1), 25)


async def test_without_idle_it_is_looked_for(shop: MailShop, database: Database, tmp_path: Path) -> None:
    plain = Dovecot(capability="IMAP4rev1 LITERAL+ UIDPLUS")
    plain.add("info")
    plain.start()
    try:
        other = await MailShop.open(database, tmp_path, plain)
        account = await other.connect("info", port=plain.port, security="none")
        async with other.reading():
            await eventually(lambda: other.is_well(account))
            plain.deliver("info", mail(1))
            await eventually(lambda: other.came(1))
    finally:
        plain.close()


async def test_answers_written_elsewhere_come_from_the_sent_folder(shop: MailShop) -> None:
    account = await shop.connect("info")
    async with shop.reading():
        await eventually(lambda: shop.is_well(account))
        shop.dovecot.deliver("info", mail(7), "Saadetud")
        await eventually(lambda: shop.came(1))
    row = (await shop.deliveries())[0]
    assert row["sent_by_us"]
    assert row["envelope"] == {"folder": "Saadetud"}
    assert (await shop.health(account))["sent_folder"] == "Saadetud"
    assert shop.dovecot.flags("info", "Saadetud") == [""]


async def test_history_comes_in_pieces_with_its_progress_and_new_mail_before_it(shop: MailShop) -> None:
    for number in range(120):
        shop.dovecot.deliver("info", mail(number), age_seconds=86_400 * 2)
    for number in range(3):
        shop.dovecot.deliver("info", mail(900 + number), age_seconds=86_400 * 40)
    shop.dovecot.deliver("info", mail(500), "Saadetud", age_seconds=86_400)
    account = await shop.connect("info", history_days=30)
    async with shop.reading():
        await eventually(lambda: shop.came(121), 20)
        await eventually(lambda: shop.is_well(account))
    rows = await shop.deliveries()
    assert all(row["history"] for row in rows)
    assert {row["sent_by_us"] for row in rows} == {True, False}
    assert (await shop.health(account))["backfill"] == {"done": 121, "left": 0}
    # The newest piece comes first, and in it the oldest mail.
    numbers = [int(row["source"].rsplit(":", 1)[1]) for row in rows if not row["sent_by_us"]]
    assert numbers == [*range(71, 121), *range(21, 71), *range(1, 21)]
    # Nobody's answer waits for these: they stay as they were.
    assert set(shop.dovecot.flags("info")) == {""}


async def test_more_history_may_be_asked_for_later(shop: MailShop) -> None:
    shop.dovecot.deliver("info", mail(1), age_seconds=86_400 * 5)
    shop.dovecot.deliver("info", mail(2), age_seconds=86_400 * 50)
    account = await shop.connect("info", history_days=10)
    async with shop.reading():
        await eventually(lambda: shop.came(1))
        shop.dovecot.deliver("info", mail(3))
        await eventually(lambda: shop.came(2))
        async with shop.database.transaction(shop.workspace_id) as tx:
            found = await accounts.get(tx, account)
            receiving = {**found.settings["receiving"], "history_days": 100}
            await accounts.update(tx, account, settings={**found.settings, "receiving": receiving})
        await eventually(lambda: shop.came(3))
        await eventually(lambda: shop.is_well(account))
    assert [row["history"] for row in await shop.deliveries()] == [True, False, True]


async def test_where_reading_stands_survives_a_restart(shop: MailShop) -> None:
    account = await shop.connect("info")
    async with shop.reading():
        await eventually(lambda: shop.is_well(account))
    shop.dovecot.deliver("info", mail(1))
    async with shop.reading():
        await eventually(lambda: shop.came(1))
    shop.dovecot.stop()
    shop.dovecot.start()
    shop.dovecot.deliver("info", mail(2))
    async with shop.reading():
        await eventually(lambda: shop.came(2))
    assert await shop.contents() == [mail(1), mail(2)]


async def test_a_folder_numbered_anew_doubles_nothing_and_hides_nothing(shop: MailShop) -> None:
    shop.dovecot.deliver("info", mail(99), age_seconds=86_400 * 5)
    account = await shop.connect("info")
    async with shop.reading():
        await eventually(lambda: shop.is_well(account))
        for number in range(3):
            shop.dovecot.deliver("info", mail(number))
        await eventually(lambda: shop.came(3))
    shop.dovecot.stop()
    shop.dovecot.number_anew("info")
    shop.dovecot.deliver("info", mail(50))
    shop.dovecot.start()
    async with shop.reading():
        await eventually(lambda: shop.came(4))
        shop.dovecot.deliver("info", mail(51))
        await eventually(lambda: shop.came(5))
        await eventually(lambda: shop.is_well(account))
    assert (await shop.contents())[3:] == [mail(50), mail(51)]


async def test_mails_go_where_the_shop_wants_them_once_they_are_stored(shop: MailShop) -> None:
    account = await shop.connect("info", after="move", move_to="Done")
    async with shop.reading():
        await eventually(lambda: shop.is_well(account))
        shop.dovecot.deliver("info", mail(1))
        await eventually(lambda: shop.dovecot.flags("info", "Done") == [""])
        await eventually(lambda: shop.dovecot.flags("info") == [])
    assert await shop.came(1)


async def test_a_dropped_connection_is_opened_again_and_nobody_is_alarmed(shop: MailShop) -> None:
    async with TcpProxy(shop.dovecot.tls_port) as proxy:
        account = await shop.connect("info", port=proxy.port)
        async with shop.reading():
            await eventually(lambda: shop.is_well(account))
            told = await shop.told()
            for number in range(3):
                proxy.cut()
                shop.dovecot.deliver("info", mail(number))
                await eventually(partial(shop.came, number + 1))
            assert proxy.connections >= 4
            assert await shop.told() == told
            assert await shop.is_well(account)


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ({"password": "wrong"}, "password", "does not take this user name and password"),
        ({"host": "nowhere.invalid", "port": 993}, "host", "nowhere.invalid"),
        ({"port": 1}, "refused", "accepts no connection"),
        ({"folders": ["Missing"], "sent_folder": "Missing too"}, "folder", "Missing"),
        ({"folders": ["INBOX", "Missing"]}, "folder", "no folder Missing"),
    ],
)
async def test_what_is_wrong_is_said_in_words(
    shop: MailShop, settings: dict[str, object], code: str, words: str
) -> None:
    account = await shop.connect("info", **settings)
    async with shop.reading():
        await eventually(lambda: _has(shop, account, code))
        health = await shop.health(account)
    assert words in health["failure"]["said"]
    assert health["failing_since"]


async def _has(shop: MailShop, account: int, code: str) -> bool:
    return await shop.failure(account) == code


async def test_a_certificate_that_nobody_vouches_for_is_refused(shop: MailShop) -> None:
    account = await shop.connect("info")
    async with shop.reading(ca_file=None):
        await eventually(lambda: _has(shop, account, "certificate"))
        assert "not to be trusted" in (await shop.health(account))["failure"]["said"]
        assert await shop.came(0)


async def test_a_mended_password_is_noticed_within_seconds(shop: MailShop) -> None:
    account = await shop.connect("info", password="wrong")
    async with shop.reading():
        await eventually(lambda: _has(shop, account, "password"))
        async with shop.database.transaction(shop.workspace_id) as tx:
            sealed = SEAL.close(accounts.purpose(shop.workspace_id), {"password": PASSWORD})
            await accounts.update(tx, account, sealed=sealed)
        await eventually(lambda: shop.is_well(account), 5)
        assert (await shop.health(account))["failing_since"] is None


async def _is_left(proxy: TcpProxy) -> bool:
    return not proxy.is_used


async def test_a_mailbox_that_is_switched_off_is_left_alone(shop: MailShop) -> None:
    account = await shop.connect("info")
    async with TcpProxy(shop.dovecot.tls_port) as proxy:
        other = await shop.connect("orders", port=proxy.port)
        async with shop.reading():
            await eventually(lambda: shop.is_well(account))
            await eventually(lambda: shop.is_well(other))
            async with shop.database.transaction(shop.workspace_id) as tx:
                await accounts.update(tx, other, active=False)
            await eventually(lambda: _is_left(proxy))
            before = proxy.connections
            shop.dovecot.deliver("orders", mail(1))
            shop.dovecot.deliver("info", mail(2))
            await eventually(lambda: shop.came(1, account))
        assert proxy.connections == before
    assert await shop.came(0, other)


async def test_one_hanging_mailbox_holds_up_no_other_and_is_told(shop: MailShop) -> None:
    async with (
        TcpProxy(shop.dovecot.tls_port, "drip") as slow,
        TcpProxy(shop.dovecot.tls_port, "black_hole") as silent,
    ):
        dripping = await shop.connect("orders", port=slow.port)
        hanging = await shop.connect("hidden", port=silent.port)
        account = await shop.connect("info")
        async with shop.reading():
            await eventually(lambda: shop.is_well(account))
            for number in range(60):
                shop.dovecot.deliver("info", mail(number))
            await eventually(lambda: shop.came(60, account), 5)
            await eventually(lambda: _has(shop, dripping, "slow"), 30)
            await eventually(lambda: _has(shop, hanging, "slow"), 30)
            assert await shop.is_well(account)


async def test_two_processes_read_a_mailbox_once_and_one_takes_over(shop: MailShop) -> None:
    async with TcpProxy(shop.dovecot.tls_port) as proxy:
        account = await shop.connect("info", port=proxy.port)
        async with shop.reading():
            await eventually(lambda: shop.is_well(account))
            async with shop.reading():
                for number in range(10):
                    shop.dovecot.deliver("info", mail(number))
                await eventually(lambda: shop.came(10))
                assert proxy.connections == 1
        async with shop.reading():
            shop.dovecot.deliver("info", mail(11))
            await eventually(lambda: shop.came(11))


async def test_a_reader_that_lost_its_lease_stores_nothing_more(shop: MailShop) -> None:
    account = await shop.connect("info")
    async with shop.reading(lease_seconds=60.0):
        await eventually(lambda: shop.is_well(account))
        async with shop.database.everywhere() as tx:
            await tx.execute("update mailbox_readers set holder = 'another', held_until = now() + interval '1 hour'")
        shop.dovecot.deliver("info", mail(1))
        async with shop.reading(lease_seconds=60.0):
            await asyncio.sleep(1)
        assert await shop.came(0)
        assert shop.dovecot.flags("info") == [""]
        async with shop.database.everywhere() as tx:
            await tx.execute("delete from mailbox_readers")
    async with shop.reading():
        await eventually(lambda: shop.came(1))


class Away:
    """Files that are away for the first few calls."""

    def __init__(self, files: Folder, failures: int) -> None:
        self._files = files
        self.failures = failures

    async def put(self, workspace_id: int, content: bytes) -> str:
        if self.failures > 0:
            self.failures -= 1
            raise Unavailable("The disk is full.")
        return await self._files.put(workspace_id, content)

    async def get(self, workspace_id: int, digest: str) -> bytes:
        return await self._files.get(workspace_id, digest)


async def test_nothing_is_acknowledged_while_nothing_can_be_stored(shop: MailShop, tmp_path: Path) -> None:
    away = Away(Folder(tmp_path), 10**9)
    shop.files = away
    account = await shop.connect("info")
    async with shop.reading():
        await eventually(lambda: shop.is_well(account))
        shop.dovecot.deliver("info", mail(1))
        await eventually(lambda: away.failures < 10**9 - 3)
        assert shop.dovecot.flags("info") == [""]
        assert await shop.came(0)
        away.failures = 0
        await eventually(lambda: shop.came(1))
        await eventually(lambda: shop.dovecot.flags("info") == ["S"])


READ_UNTIL_KILLED = """
import asyncio, os, sys
from pathlib import Path
from fakes.mail_shop import QUICK, SEAL, LOCAL
from tugi.channels.email.receiving import harvest, mailboxes
from tugi.channels.email import oauth
from tugi.core.database import Database
from tugi.core.files import Folder

async def acknowledge(self, place, uids):
    if uids:
        os.kill(os.getpid(), 9)

async def main():
    harvest.Harvest._acknowledge = acknowledge
    database = await Database.open(sys.argv[1])
    tokens = oauth.Tokens(database, SEAL, {})
    await mailboxes.Mailboxes(database, Folder(Path(sys.argv[2])), SEAL, tokens, LOCAL, ca_file=Path(sys.argv[3]),
        rhythm=QUICK, look_seconds=0.1, lease_seconds=1.0).run()

asyncio.run(main())
"""


async def test_killed_between_storing_and_marking_doubles_nothing(shop: MailShop, dsn: str, tmp_path: Path) -> None:
    account = await shop.connect("info")
    async with shop.reading():
        await eventually(lambda: shop.is_well(account))
    for number in range(5):
        shop.dovecot.deliver("info", mail(number))
    script = [sys.executable, "-c", READ_UNTIL_KILLED, dsn, str(tmp_path), str(shop.dovecot.certificate.chain)]
    paths = os.pathsep.join(one for one in sys.path if one)
    process = await asyncio.create_subprocess_exec(*script, env={**os.environ, "PYTHONPATH": paths})
    assert await asyncio.wait_for(process.wait(), 30) == -signal.SIGKILL
    assert await shop.came(5)
    assert shop.dovecot.flags("info") == [""] * 5
    async with shop.reading():
        await eventually(lambda: shop.dovecot.flags("info") == ["S"] * 5)
    assert await shop.came(5)


async def test_a_mail_that_the_server_will_not_give_is_told_and_fetched_when_it_does(shop: MailShop) -> None:
    account = await shop.connect("info")
    async with shop.reading():
        await eventually(lambda: shop.is_well(account))
        for number in range(3):
            shop.dovecot.deliver("info", mail(number))
        locked = shop.dovecot.path_of("info", mail(1))
        locked.chmod(0)
        await eventually(lambda: shop.came(2), 20)
        await eventually(lambda: _has(shop, account, "unfetched"), 20)
        health = await shop.health(account)
        assert [one["folder"] for one in health["failure"]["mails"]] == ["INBOX"]
        shop.dovecot.deliver("info", mail(3))
        await eventually(lambda: shop.came(3), 20)
        shop.dovecot.path_of("info", mail(1)).chmod(0o600)
        await eventually(lambda: shop.came(4), 20)
        await eventually(lambda: shop.is_well(account), 20)
    assert sorted(await shop.contents()) == [mail(number) for number in range(4)]
