"""What is read of folders, where a server must change its mind at just the wrong moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fakes.mail_shop import LOCAL, SEAL
from tugi.channels.email.oauth import Tokens
from tugi.channels.email.receiving import folders, leases
from tugi.channels.email.receiving.harvest import Harvest, Means, Place
from tugi.channels.email.receiving.imap import Opened, context_of
from tugi.channels.email.receiving.standing import Standing
from tugi.channels.email.settings import Receiving
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk.cases import accounts
from tugi.desk.people import workspaces


class NumberedAnew:
    """A line to a server that has just given the folder new numbers."""

    connection = SimpleNamespace(select=lambda _folder: Opened(validity=2, next_uid=8, count=7))

    def __init__(self) -> None:
        self.fetched: list[int] = []

    async def do(self, act: Callable[..., Any], *values: Any) -> Any:
        return act(*values)

    async def fetch(self, uids: Sequence[int]) -> Any:
        self.fetched += uids
        raise AssertionError("It is another mail by now.")


async def test_a_number_left_behind_means_nothing_once_the_folder_is_numbered_anew(
    database: Database, tmp_path: Path
) -> None:
    async with database.everywhere() as tx:
        workspace_id = (await workspaces.create(tx, "Põhjala Pood")).id
    async with database.transaction(workspace_id) as tx:
        account_id = await accounts.create(tx, "email", "info", "info@shop.example", {}, None)
        account = await accounts.get(tx, account_id)
    async with database.everywhere() as tx:
        await leases.take(tx, {account_id: workspace_id}, "us", 60)
    means = Means(database, Folder(tmp_path), Tokens(database, SEAL, {}), LOCAL, context_of(None), "us")
    line: Any = NumberedAnew()
    receiving = Receiving(history_days=0)
    harvest = Harvest(account, receiving, line, Standing(database, workspace_id, account_id), means)
    known = replace(folders.first_seen("INBOX", 1, 8, clock.now()), left_behind=(folders.Left(5, "broken"),))
    harvest.cursors["INBOX"] = known
    await harvest.ask_again([Place("INBOX")])
    assert line.fetched == []
    assert harvest.cursors["INBOX"].uid_validity == 2
    assert harvest.cursors["INBOX"].left_behind == ()
