"""Mail handed over by HTTP: raw and signed by a shop's own server, or by a provider that takes mail in for it.

Providers: Mailgun ("Receiving messages via HTTP", an address that ends in "mime" gives body-mime; signatures: "Securing
webhooks"), Postmark ("Inbound webhook", with "Include raw email content"), SendGrid ("Inbound Parse", with "POST the
raw, full MIME message"). What they made of a mail themselves is left aside: we read the mail.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tugi.core import clock, secrets
from tugi.core.database import Database
from tugi.core.errors import Forbidden, Invalid, NotFound, TooLarge
from tugi.core.files import Files
from tugi.desk.cases import doors
from tugi.desk.cases.doors import Doorstep
from tugi.desk.people import workspaces
from tugi.ports import Account
from tugi.web import idempotency, wire

CHANNEL = "email"
SIGNATURE = "x-tugi-signature"
RECIPIENT = "x-tugi-recipient"
# A mail as JSON or in a form is longer than itself.
LARGEST_BODY = int(doors.LARGEST * 1.5)
# How far a signed time may be from ours, in seconds.
WINDOW = 360
MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Handed:
    """A mail and for whom it is. sender: the envelope's, where the other side says it."""

    raw: bytes
    recipients: tuple[str, ...] = ()
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """How many mailboxes got the mail, and how many had it before."""

    stored: int
    repeated: int


class _Postmark(msgspec.Struct):
    RawEmail: str = ""
    OriginalRecipient: str = ""


class _Envelope(msgspec.Struct):
    to: list[str] = msgspec.field(default_factory=list[str])
    sender: str | None = msgspec.field(default=None, name="from")


def routes(database: Database, files: Files, secret: str, mailgun_key: str = "") -> list[BaseRoute]:
    """POST /hooks/mail/{door}, also with /mime after it: `door` is the workspace's number, or number.key.

    Proven by the key in the address, by Basic authentication with the key as its password, by X-Tugi-Signature (hex
    HMAC-SHA256 of the raw body with the key), or by Mailgun's signature with the operator's signing key. 200 only once
    the mail is committed; 503 while it cannot be.
    """
    doorstep = Doorstep(database, files)

    async def take_mail(request: Request) -> Response:
        number, _, given = request.path_params["door"].partition(".")
        if not number.isdigit() or len(number) > 18:
            raise NotFound("There is no such door.")
        workspace_id = int(number)
        body = await wire.body_of(request, LARGEST_BODY)
        async with database.reading(workspace_id) as tx:
            key = doors.door_key(secret, workspace_id, await workspaces.get_mail_door(tx))
        signed = _is_signed(request, body, key)
        proven = signed or secrets.same(given.encode(), key.encode()) or _is_basic(request, key)
        fields = _fields_of(request, body) if proven or mailgun_key else {}
        if not proven and not _is_mailgun(fields, mailgun_key):
            raise Forbidden("Nothing proves who hands this mail over. Use the key that the channel's page shows.")
        handed = _handed(request, body, fields)
        if len(handed.raw) > doors.LARGEST:
            raise TooLarge(f"The mail is larger than {doors.LARGEST} bytes.")
        stored = repeated = 0
        found = await _accounts(database, workspace_id, handed)
        if not proven:
            await _spend(database, workspace_id, fields["token"], handed)
        for account, to in found.values():
            envelope: dict[str, Any] = {"to": to, "door": "http"}
            if handed.sender is not None:
                envelope["from"] = handed.sender.strip("<> ")
            source = doors.source_of("http", handed.raw, to[0] if to else "")
            kept = await doorstep.keep(account, handed.raw, source=source, envelope=envelope, believed=signed)
            stored, repeated = stored + (kept is not None), repeated + (kept is None)
        return wire.reply(Kept(stored, repeated))

    # Mailgun sends the raw mail only where the address ends in "mime".
    paths = ("/hooks/mail/{door}", "/hooks/mail/{door}/mime")
    return [Route(path, wire.guarded(take_mail), methods=["POST"]) for path in paths]


def _is_signed(request: Request, body: bytes, key: str) -> bool:
    given = request.headers.get(SIGNATURE)
    if given is None:
        return False
    expected = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    if not secrets.same(expected.encode(), given.lower().encode("utf-8", "replace")):
        raise Forbidden("The signature does not fit the body. Sign the raw bytes with the door's key.")
    return True


def _is_basic(request: Request, key: str) -> bool:
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        _, _, password = base64.b64decode(packed, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return secrets.same(password, key.encode())


def _is_mailgun(fields: Mapping[str, bytes], key: str) -> bool:
    """Mailgun signs time and token, not the mail; an old time is a repetition by somebody else."""
    stamp, token = fields.get("timestamp", b""), fields.get("token", b"")
    if not key or not token or not stamp.isdigit() or len(stamp) > 12:
        return False
    expected = hmac.new(key.encode(), stamp + token, hashlib.sha256).hexdigest().encode()
    fresh = abs(clock.now().timestamp() - int(stamp)) <= WINDOW
    return secrets.same(expected, fields.get("signature", b"")) and fresh


async def _spend(database: Database, workspace_id: int, token: bytes, handed: Handed) -> None:
    """Mailgun's proof says nothing of the mail, so it is good for one ("cache the token"). Raises Forbidden."""
    what = hashlib.sha256(b"\0".join([handed.raw, *(one.encode() for one in handed.recipients)])).hexdigest()
    key = hashlib.sha256(token).hexdigest()
    async with database.transaction(workspace_id) as tx:
        if not await idempotency.is_first(tx, "mailgun", key, what):
            raise Forbidden("This signature came with another mail already.")


def _handed(request: Request, body: bytes, fields: Mapping[str, bytes]) -> Handed:
    """The mail itself, whoever hands it over. Raises Invalid saying what is missing."""
    if _kind(request) == "application/json":
        told = wire.decoded(body, _Postmark)
        if not told.RawEmail:
            raise Invalid("There is no RawEmail. Switch on that the raw mail is included.")
        raw = told.RawEmail.encode("utf-8", "surrogatepass")
        return Handed(raw, tuple(filter(None, [told.OriginalRecipient])))
    if not fields:
        if not body:
            raise Invalid("The body is empty: it must be the raw mail.")
        named = request.headers.get(RECIPIENT, request.query_params.get("to", ""))
        return Handed(body, _split(named))
    if "body-mime" in fields:
        return Handed(fields["body-mime"], _split(_text(fields, "recipient")), _text(fields, "sender"))
    if "email" in fields:
        try:
            envelope = msgspec.json.decode(fields.get("envelope", b"{}"), type=_Envelope)
        except msgspec.DecodeError as error:
            raise Invalid("The envelope is no JSON of sender and recipients.") from error
        return Handed(fields["email"], tuple(envelope.to), envelope.sender)
    raise Invalid("There is no raw mail in this form: neither body-mime nor email. Have the whole mail sent.")


def _split(named: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in named.split(",") if one.strip())


def _text(fields: Mapping[str, bytes], name: str) -> str:
    return fields.get(name, b"").decode("utf-8", "replace")


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _fields_of(request: Request, body: bytes) -> dict[str, bytes]:
    """A form's fields as bytes: a mail is in no charset. Nothing where the body is no form."""
    if _kind(request) == "application/x-www-form-urlencoded":
        pairs = [one.partition(b"=") for one in body.split(b"&", MOST_FIELDS)]
        return {_unquoted(name).decode("latin-1"): _unquoted(value) for name, _, value in reversed(pairs)}
    if _kind(request) != "multipart/form-data":
        return {}
    _, options = parse_options_header(request.headers["content-type"])
    try:
        return _Form().parsed(options.get(b"boundary", b""), body)
    except FormParserError as error:
        raise Invalid("The form cannot be taken apart.") from error


def _unquoted(value: bytes) -> bytes:
    return unquote_to_bytes(value.replace(b"+", b" "))


class _Form:
    """Takes a multipart form apart (RFC 7578)."""

    def __init__(self) -> None:
        self._fields: dict[str, bytes] = {}
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._name = ""
        self._value = bytearray()

    def parsed(self, boundary: bytes, body: bytes) -> dict[str, bytes]:
        """The fields; of several by one name the first. Raises FormParserError."""
        callbacks: Any = {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._value.extend(memoryview(data)[start:end]),
            "on_part_end": self._end,
        }
        parser = MultipartParser(boundary, callbacks)
        parser.write(body)
        parser.finalize()
        return self._fields

    def _begin(self) -> None:
        if len(self._fields) >= MOST_FIELDS:
            raise FormParserError("too many fields")
        self._name, self._value = "", bytearray()

    def _end_header(self) -> None:
        field, value = self._header
        if bytes(field).lower() == b"content-disposition":
            self._name = parse_options_header(bytes(value))[1].get(b"name", b"").decode("latin-1")
        self._header = (bytearray(), bytearray())

    def _end(self) -> None:
        self._fields.setdefault(self._name, bytes(self._value))


async def _accounts(database: Database, workspace_id: int, handed: Handed) -> dict[int, tuple[Account, Sequence[str]]]:
    """The mailboxes that the mail is for, with what each was addressed by. Raises NotFound, Invalid."""
    found: dict[int, tuple[Account, list[str]]] = {}
    async with database.reading(workspace_id) as tx:
        for address in handed.recipients[: doors.MOST_RECIPIENTS]:
            account = await doors.account_of(tx, CHANNEL, address)
            if account is not None:
                found.setdefault(account.id, (account, []))[1].append(address)
        if not handed.recipients:
            only = await doors.only_account(tx, CHANNEL)
            if only is None:
                raise Invalid(f"Say which mailbox this is for: header {RECIPIENT}, or ?to=ADDRESS.")
            found[only.id] = (only, [])
    if not found:
        raise NotFound("No mailbox here has this address.")
    return dict(found)
