"""Google's and Microsoft's sign-in as their pages describe it: a page where one agrees, and a token endpoint.

Paths: /{provider}/authorize, /{provider}/token, and /introspect (RFC 7662), by which a mail server asks whose an access
token is. Codes are used once; PKCE (RFC 7636) and the redirect address are checked.
"""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tugi.channels.email.oauth import Client


@dataclass
class Grant:
    """What somebody agreed to."""

    email: str
    challenge: str
    redirect_uri: str


@dataclass
class OAuthServer:
    """email: of whoever agrees next; agrees: whether they do. rotates: each refresh gives another refresh token.

    broken: every token request is answered with 500. Revoke by removing from `refresh_tokens`.
    """

    email: str = "info"
    agrees: bool = True
    rotates: bool = False
    broken: bool = False
    seconds: int = 3600
    client_id: str = "client"
    client_secret: str = "secret"
    address: str = ""
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    codes: dict[str, Grant] = field(default_factory=dict[str, Grant])
    refresh_tokens: dict[str, str] = field(default_factory=dict[str, str])
    access_tokens: dict[str, str] = field(default_factory=dict[str, str])

    def client(self, provider: Any = "google") -> Client:
        """Tugi's side of it."""
        base = f"{self.address}/{provider}"
        return Client(provider, self.client_id, self.client_secret, f"{base}/authorize", f"{base}/token")

    def grant(self, email: str) -> str:
        """A refresh token of somebody who agreed before."""
        token = secrets.token_urlsafe(8)
        self.refresh_tokens[token] = email
        return token

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, then the end of the connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.split(" ", 2)
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.split("\r\n")[1:])}
            body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
            url = urlsplit(target)
            values = {name: found[0] for name, found in parse_qs(url.query if method == "GET" else body).items()}
            status, more, answer = self._answer(url.path, values)
            content = json.dumps(answer).encode()
            lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(content)}", *more]
            writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + content)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    def _answer(self, path: str, values: dict[str, str]) -> tuple[str, list[str], dict[str, Any]]:
        if path.endswith("/authorize"):
            return self._agree(values)
        if path == "/introspect":
            email = self.access_tokens.get(values.get("token", ""))
            return "200 OK", [], {"active": email is not None, "username": email or ""}
        self.asked.append(values)
        if self.broken:
            return "500 Internal Server Error", [], {"error": "server_error"}
        if values.get("client_id") != self.client_id or values.get("client_secret") != self.client_secret:
            return "401 Unauthorized", [], {"error": "invalid_client"}
        email = self._whose(values)
        if email is None:
            return "400 Bad Request", [], {"error": "invalid_grant", "error_description": "Token has been revoked."}
        return "200 OK", [], self._tokens(email, values)

    def _agree(self, values: dict[str, str]) -> tuple[str, list[str], dict[str, Any]]:
        back = {"state": values["state"]}
        if self.agrees:
            back["code"] = secrets.token_urlsafe(8)
            self.codes[back["code"]] = Grant(self.email, values["code_challenge"], values["redirect_uri"])
        else:
            back["error"] = "access_denied"
        return "302 Found", [f"Location: {values['redirect_uri']}?{urlencode(back)}"], {}

    def _whose(self, values: dict[str, str]) -> str | None:
        if values.get("grant_type") == "refresh_token":
            return self.refresh_tokens.get(values.get("refresh_token", ""))
        grant = self.codes.pop(values.get("code", ""), None)
        verifier = values.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if grant is None or grant.challenge != challenge or grant.redirect_uri != values.get("redirect_uri"):
            return None
        return grant.email

    def _tokens(self, email: str, values: dict[str, str]) -> dict[str, Any]:
        access = secrets.token_urlsafe(8)
        self.access_tokens[access] = email
        answer: dict[str, Any] = {"access_token": access, "expires_in": self.seconds, "token_type": "Bearer"}
        if values["grant_type"] == "authorization_code" or self.rotates:
            answer["refresh_token"] = self.grant(email)
        claims = base64.urlsafe_b64encode(json.dumps({"email": email}).encode()).rstrip(b"=").decode()
        return {**answer, "id_token": f"e30.{claims}.x"}


@asynccontextmanager
async def oauth_server(**values: Any) -> AsyncIterator[OAuthServer]:
    """The sign-in, running."""
    made = OAuthServer(**values)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()
