"""Signing in to mailboxes of Google and Microsoft: agreed once, renewed by itself, told when it is over."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from fakes.dovecot import Dovecot, eventually
from fakes.mail_shop import SEAL, MailShop, mail
from fakes.oauth_server import OAuthServer, oauth_server
from tugi.channels.email import oauth
from tugi.channels.email.oauth import SignInFailed, Tokens
from tugi.core.database import Database
from tugi.desk.cases import accounts
from tugi.settings import Settings

BACK = "https://shop.example/api/channels/oauth/google/callback"


async def agreed(server: OAuthServer, verifier: str = "v" * 43) -> str:
    """The code that a person brings back."""
    url = oauth.authorize_url(server.client(), BACK, "state-1", verifier, "info@shop.example")
    async with httpx.AsyncClient() as http:
        answer = await http.get(url)
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    found = parse_qs(back.query)
    assert found["state"] == ["state-1"]
    return found["code"][0]


async def test_a_code_becomes_tokens_once_and_only_with_its_verifier() -> None:
    async with oauth_server(email="Info@Shop.example") as server:
        code = await agreed(server)
        granted = await oauth.exchange(server.client(), code, BACK, "v" * 43)
        assert granted.refresh_token in server.refresh_tokens
        assert granted.email == "info@shop.example"
        for again, verifier in ((code, "v" * 43), (await agreed(server), "w" * 43)):
            with pytest.raises(SignInFailed) as refused:
                await oauth.exchange(server.client(), again, BACK, verifier)
            assert refused.value.code == "sign_in_again"


async def test_what_is_asked_for() -> None:
    async with oauth_server() as server:
        asked = parse_qs(urlsplit(oauth.authorize_url(server.client(), BACK, "s", "v")).query)
        microsoft = parse_qs(urlsplit(oauth.authorize_url(server.client("microsoft"), BACK, "s", "v")).query)
    assert "https://mail.google.com/" in asked["scope"][0].split()
    assert asked["access_type"] == ["offline"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {"offline_access", "https://outlook.office.com/IMAP.AccessAsUser.All"} <= set(microsoft["scope"][0].split())


def test_providers_are_those_that_the_operator_set_up() -> None:
    assert oauth.clients_of(Settings()) == {}
    clients = oauth.clients_of(Settings(google_client_id="a", google_client_secret="b", microsoft_client_id="c"))
    assert list(clients) == ["google"]
    assert clients["google"].token_url == "https://oauth2.googleapis.com/token"


def test_what_xoauth2_sends() -> None:
    # The example of Google's page.
    assert oauth.xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg") == (
        "user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01"
    )


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    yield server
    server.close()


@pytest.fixture
async def shop(database: Database, tmp_path: Path, dovecot: Dovecot) -> MailShop:
    return await MailShop.open(database, tmp_path, dovecot)


async def test_a_token_is_kept_until_shortly_before_its_end(shop: MailShop) -> None:
    async with oauth_server(seconds=3600) as server:
        account_id = await shop.connect("info", password=server.grant("info"), sign_in="google")
        tokens = Tokens(shop.database, SEAL, {"google": server.client()})
        async with shop.database.reading(shop.workspace_id) as tx:
            account = await accounts.get(tx, account_id, SEAL)
        first = await tokens.access(account, "google")
        assert await tokens.access(account, "google") == first
        assert len(server.asked) == 1
        tokens.forget(account)
        server.seconds = 60
        assert await tokens.access(account, "google") != first
        await tokens.access(account, "google")
        assert len(server.asked) == 3


async def test_a_refresh_token_that_is_exchanged_is_kept(shop: MailShop) -> None:
    async with oauth_server(rotates=True) as server:
        old = server.grant("info")
        account_id = await shop.connect("info", password=old, sign_in="microsoft")
        tokens = Tokens(shop.database, SEAL, {"microsoft": server.client("microsoft")})
        async with shop.database.reading(shop.workspace_id) as tx:
            account = await accounts.get(tx, account_id, SEAL)
        access = await tokens.access(account, "microsoft")
        async with shop.database.reading(shop.workspace_id) as tx:
            renewed = await accounts.get(tx, account_id, SEAL)
        assert renewed.secrets["refresh_token"] not in ("", old)
        assert await tokens.access(renewed, "microsoft") == access


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"refresh_tokens": {}}, "sign_in_again"),
        ({"broken": True}, "unreachable"),
        ({"client_secret": "another"}, "client_refused"),
    ],
)
async def test_why_there_is_no_token(shop: MailShop, change: dict[str, object], code: str) -> None:
    async with oauth_server() as server:
        account_id = await shop.connect("info", password=server.grant("info"), sign_in="google")
        client = server.client()
        for name, value in change.items():
            setattr(server, name, value)
        async with shop.database.reading(shop.workspace_id) as tx:
            account = await accounts.get(tx, account_id, SEAL)
        with pytest.raises(SignInFailed) as refused:
            await Tokens(shop.database, SEAL, {"google": client}).access(account, "google")
        assert refused.value.code == code
        with pytest.raises(SignInFailed, match="TUGI_MICROSOFT_CLIENT_ID"):
            await Tokens(shop.database, SEAL, {"google": client}).access(account, "microsoft")


async def test_a_mailbox_is_read_by_token_until_it_is_revoked_and_then_people_are_told(
    database: Database, tmp_path: Path
) -> None:
    async with oauth_server() as server:
        dovecot = Dovecot(introspection=f"{server.address}/introspect")
        dovecot.add("info")
        try:
            dovecot.start()
            shop = await MailShop.open(database, tmp_path, dovecot)
            token = server.grant("info")
            account = await shop.connect("info", password=token, sign_in="google")
            async with shop.reading({"google": server.client()}):
                await eventually(lambda: shop.is_well(account))
                dovecot.deliver("info", mail(1))
                await eventually(lambda: shop.came(1))
            server.refresh_tokens.clear()
            server.access_tokens.clear()

            async def is_told() -> bool:
                return await shop.failure(account) == "sign_in_again"

            async with shop.reading({"google": server.client()}):
                await eventually(is_told)
            assert "Sign in again" in (await shop.health(account))["failure"]["said"]
        finally:
            dovecot.close()
