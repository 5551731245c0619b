"""The agents' API with its channels, for tests of mailboxes."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from tugi.channels.email.connecting.setting_up import EmailSetup
from tugi.channels.email.oauth import Client, Tokens
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.core.safe_addresses import Guard, private_hosts
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts
from tugi.web.agent_api import channels, consent
from tugi.web.agent_api import deliveries as delivery_routes
from tugi.web.idempotency import Idempotency
from web.agents_app import SECRET, app_of

BASE = "https://desk.example"
ADDRESS = "shop@shop.example"
SECRET_WORDS = ("saladus", "correct horse", "a-refresh-token", "uus-saladus")
IMAP = {"host": "imap.shop.example", "port": 993, "security": "tls", "user": "shop"}
SMTP = {"host": "smtp.shop.example", "port": 465, "security": "tls", "user": "shop"}
SETTINGS: dict[str, Any] = {"receiving": {"imap": IMAP}, "sending": {"smtp": SMTP, "from_name": "Shop"}}
MAILBOX: dict[str, Any] = {"email": ADDRESS, "name": "Shop", "settings": SETTINGS, "password": "saladus"}


def setup_with(database: Database, **more: Any) -> EmailSetup:
    """What connects mailboxes in these tests: 127.0.0.1 may be called, and localhost leads there."""
    clients: Mapping[str, Client] = more.pop("clients", {})
    guard = Guard(private_hosts("127.0.0.1, localhost"), lambda name: ["127.0.0.1"] if name == "localhost" else [])
    context = more.pop("context", None) or ssl.create_default_context()
    return EmailSetup(guard, context, clients, Tokens(database, Seal(SECRET), clients), **more)


def app_with(database: Database, setup: EmailSetup | None = None, files: Path = Path("no-files")) -> FastAPI:
    """The agents' API with its channels."""
    app = app_of(database)
    app.state.mail_setup = setup or setup_with(database)
    app.state.base_url = BASE
    app.state.files = Folder(files)
    for part in (consent, channels, delivery_routes):
        app.include_router(part.router)
    app.add_middleware(Idempotency, database=database)
    return app


async def connected(owner: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    """The mailbox of the examples, stored."""
    answer = await owner.post("/api/channels/email", json={**MAILBOX, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def stored(database: Database, account_id: int) -> dict[str, str]:
    """The secrets that an account keeps."""
    async with database.everywhere() as tx:
        workspace_id = await tx.fetchval("select workspace_id from channel_accounts where id = $1", account_id)
    async with database.reading(workspace_id) as tx:
        return dict((await accounts.get(tx, account_id, Seal(SECRET))).secrets)
