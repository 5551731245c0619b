"""The robot by letter: one answer with a word on who wrote it, and otherwise a draft for a person.

Nobody clicks in a letter and nobody waits beside it. So a greeting gets no letter, doubt goes to a person, and an
answer is sent once: whoever replies to it reaches a person. A stranger may have written in another's name; then nothing
of the stranger's words goes to that address (backscatter).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tugi.core import i18n
from tugi.core.database import Transaction
from tugi.desk.cases import letters, outbox, posting
from tugi.desk.cases.cases import Case
from tugi.desk.cases.posting import Wish
from tugi.desk.cases.threads import bare_subject
from tugi.desk.cases.transcript import Message
from tugi.desk.people import identities
from tugi.desk.people.workspaces import Workspace
from tugi.ports import Account
from tugi.robot import facts as robot

_GREETS = re.compile(r"(?:hello|hi|hey|dear|tere|tervist|hei|moi|dzień dobry|cześć)\b", re.I)
_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True, slots=True)
class Address:
    """Whom an answer would go to. verified: the letter is surely theirs."""

    email: str
    verified: bool


async def find_account(
    tx: Transaction, message_id: int, known: dict[int, Account | None] | None = None
) -> Account | None:
    """The account by which an answer to this message leaves as a letter; None: it does not.

    known: accounts that were found before, to which this one is added.
    """
    account_id = await tx.fetchval(
        "select channel_account_id from messages where workspace_id = $1 and id = $2", tx.workspace_id, message_id
    )
    if account_id is None:
        return None
    known = {} if known is None else known
    if account_id not in known:
        known[account_id] = await posting.find_sending(tx, account_id)
    return known[account_id]


async def find_address(tx: Transaction, case: Case, account: Account) -> Address | None:
    """Whom the answer goes to, where a person wrote last by letter."""
    latest = await letters.find_latest(tx, case.id)
    if latest is None or not latest.sender.email:
        return None
    to = await posting.recipient_of(tx, case, account, latest)
    known = (await identities.of_customers(tx, [case.customer_id]))[case.customer_id]
    proven = any(one.address == to.email and one.verified_by in ("mailbox", "signed") for one in known)
    return Address(to.email, (proven or latest.trust.dmarc == "pass") and to.email == latest.sender.email)


async def settle(
    tx: Transaction, case: Case, account: Account, workspace: Workspace, verdict: robot.Verdict
) -> robot.Verdict:
    """The verdict as it can be carried out by letter; an answer uses up the day's one automatic letter."""
    if isinstance(verdict, robot.Ask) or (isinstance(verdict, robot.Answer) and verdict.kind != "knowledge"):
        return robot.HandOver("unsure", "", verdict.language, verdict.why)
    if not isinstance(verdict, robot.Answer) or verdict.entry_id is None:
        return verdict
    address = await find_address(tx, case, account)
    if address is None or await _has_answered(tx, case.id):
        return _draft(verdict)
    if not await outbox.claim_automatic(tx, address.email, case.id):
        return _draft(verdict)
    return replace(verdict, text=_dressed(verdict.text, verdict.language, workspace))


async def wish(tx: Transaction, case: Case, account: Account, workspace: Workspace, language: str) -> Wish:
    """How a letter of the robot's leaves: marked as a machine's, and to an unverified address without its subject."""
    address = await find_address(tx, case, account)
    if address is not None and address.verified:
        return Wish(automatic=True)
    return Wish(automatic=True, subject=i18n.text(language, "mail.answer.subject", shop=workspace.name))


async def acknowledgement(tx: Transaction, case: Case, account: Account, language: str) -> str | None:
    """What is written when the case goes to a person: a fixed text where the mailbox wants it and nobody was mailed
    today, else nothing."""
    address = await find_address(tx, case, account) if account.settings.get("acknowledge") is True else None
    if address is None or not await outbox.claim_automatic(tx, address.email, case.id):
        return None
    return i18n.text(language, "mail.acknowledge")


def by_machine(message: Message) -> bool:
    """Whether no person wrote it, so that it asks nothing."""
    return message.letter is not None and message.letter.automatic is not None


def asked(message: Message) -> str:
    """What a customer's message asks."""
    letter = message.letter
    return message.text if letter is None else read(message.text, letter.subject, letter.joined_by)


def read(text: str, subject: str, joined_by: str | None) -> str:
    """A letter's text; the subject of one that begins a case joins it where it says more."""
    return with_subject(subject, text) if joined_by in (None, "new") else text


def with_subject(subject: str, text: str) -> str:
    """The text with the subject before it, unless the subject says nothing more."""
    said = bare_subject(subject)
    heard = text.casefold()
    if not any(word not in heard for word in _WORD.findall(said)):
        return text
    # A question in the subject is the same question as the text's, not a second one.
    line = " ".join(subject.split())
    line = line.rstrip("?!.,:; ") + "." if "?" in text else line
    return f"{line}\n{text}"


def _draft(answer: robot.Answer) -> robot.Suggest:
    return robot.Suggest(answer.entry_id or "", answer.text, "", answer.language, answer.probability, answer.why)


def _dressed(text: str, language: str, workspace: Workspace) -> str:
    hello = "" if _GREETS.match(text) else i18n.text(language, "mail.hello") + "\n\n"
    return f"{hello}{text}\n\n{i18n.text(language, 'mail.disclosure', shop=workspace.name)}"


async def _has_answered(tx: Transaction, case_id: int) -> bool:
    """Whether the robot has answered in this case by letter: a reply to that is for a person."""
    return bool(
        await tx.fetchval(
            "select true from outgoing where workspace_id = $1 and case_id = $2 and automatic and kind = 'reply' "
            "and exists (select from messages m where m.workspace_id = $1 and m.id = any(message_ids) "
            "and m.entry_id is not null) limit 1",
            tx.workspace_id,
            case_id,
        )
    )
