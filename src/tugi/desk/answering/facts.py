"""The facts of a decision, read in one short transaction: the burst, what was said before, who has the floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import NotFound
from tugi.desk.answering import by_letter, policy, topics
from tugi.desk.answering.policy import Risk, RobotPolicy
from tugi.desk.answering.topics import Allowed
from tugi.desk.cases import cases, transcript
from tugi.desk.cases.cases import Case
from tugi.desk.cases.transcript import Message
from tugi.desk.people import customers, workspaces
from tugi.desk.people.workspaces import Workspace
from tugi.ports import Account
from tugi.robot.facts import Facts, Turn

HISTORY = 12


@dataclass(frozen=True, slots=True)
class Shop:
    """What all questions of a workspace have in common. ready: the model that serves, its id and file.

    accounts: those that were looked up so far.
    """

    workspace: Workspace
    wishes: RobotPolicy
    allowed: Allowed
    ready: tuple[int, str] | None
    accounts: dict[int, Account | None] = field(default_factory=dict[int, Account | None])


@dataclass(frozen=True, slots=True)
class Question:
    """A customer's unanswered question: `last_id` is the message that ends its burst.

    risks: of topics, where not normal. account: by which an answer leaves as a letter; None: it is read where it is
    written.
    """

    case: Case
    facts: Facts
    last_id: int
    shop: Shop
    risks: Mapping[int, Risk]
    account: Account | None = None

    @property
    def workspace(self) -> Workspace:
        """The shop's settings."""
        return self.shop.workspace

    @property
    def order_topic(self) -> int | None:
        """The entry whose answer is read from the customer's own order, if there is one."""
        return self.shop.wishes.order_topic or None


async def find_shop(tx: Transaction, ready: tuple[int, str] | None = None) -> Shop:
    """What holds for every question of this workspace."""
    wishes = await policy.get(tx)
    return Shop(await workspaces.get(tx), wishes, await topics.allowed(tx, wishes), ready)


async def find_question(tx: Transaction, shop: Shop, case_id: int, message_id: int) -> Question | None:
    """The question that this message ends, or None when a newer message goes on with it, it is answered, the case is
    gone, or the robot is off."""
    workspace = shop.workspace
    if workspace.robot.mode == "off":
        return None
    try:
        case = await cases.get_case(tx, case_id)
    except NotFound:
        return None
    said = await transcript.of_case(tx, case_id, limit=40)
    burst = _burst(said)
    if not burst or burst[-1].id != message_id:
        return None
    spoken = await customers.find_language(tx, case.customer_id)
    page = burst[-1].page or {}
    account = await by_letter.find_account(tx, message_id, shop.accounts)
    permits = shop.allowed.on(account.channel if account else case.channel)
    facts = Facts(
        burst=tuple(by_letter.asked(one) for one in burst),
        today=clock.now().astimezone(ZoneInfo(workspace.timezone)).date(),
        shop_name=workspace.name,
        history=_history(said, burst[0].id),
        language_hint=page.get("language") or case.language or spoken,
        languages=tuple(workspace.languages),
        handler=case.handler,
        robot_paused=case.robot_paused,
        turns_without_progress=case.robot_turns,
        robot_turns=await _robot_turns(tx, case_id),
        first_name=await _first_name(tx, case, account),
        chosen_entry=str(burst[-1].chosen_entry_id) if burst[-1].chosen_entry_id else None,
        may_answer=workspace.robot.mode == "answer",
        permits=permits.by_entry,
        default_permit=permits.other,
        by_letter=account is not None,
        own_boundaries=tuple(shop.wishes.own_boundaries),
    )
    return Question(case, facts, message_id, shop, permits.risks, account)


async def _first_name(tx: Transaction, case: Case, account: Account | None) -> str | None:
    """What the robot may call the customer; a name in a letter may be a stranger's words to somebody else."""
    if account is not None:
        address = await by_letter.find_address(tx, case, account)
        if address is None or not address.verified:
            return None
    row = await tx.fetchrow(
        "select name, name_given_by_customer from customers where workspace_id = $1 and id = $2",
        tx.workspace_id,
        case.customer_id,
    )
    return customers.first_name(row["name"], row["name_given_by_customer"]) if row else None


async def still_waits(tx: Transaction, case_id: int, message_id: int) -> bool:
    """Whether this message is still the last word of its case, but for machines' letters, and the robot at work."""
    return bool(
        await tx.fetchval(
            "select m.id = $3 and m.author_kind = 'customer' and coalesce(w.settings->'robot'->>'mode', '') <> 'off' "
            "from messages m join workspaces w on w.id = m.workspace_id where m.workspace_id = $1 and m.case_id = $2 "
            "and not (m.author_kind = 'customer' and exists (select from letters l where l.workspace_id = $1 "
            "and l.message_id = m.id and l.automatic is not null)) order by m.id desc limit 1",
            tx.workspace_id,
            case_id,
            message_id,
        )
    )


async def _robot_turns(tx: Transaction, case_id: int) -> int:
    """What the robot has said in the case's newest contact since an agent last wrote."""
    return await tx.fetchval(
        "select count(*) from messages where workspace_id = $1 and case_id = $2 and author_kind = 'robot' "
        "and contact_id = (select max(id) from contacts where workspace_id = $1 and case_id = $2) "
        "and id > coalesce((select max(id) from messages where workspace_id = $1 and case_id = $2 "
        "and author_kind = 'agent'), 0)",
        tx.workspace_id,
        case_id,
    )


def _burst(said: Sequence[Message]) -> list[Message]:
    """The customer's last messages that nobody has answered, oldest first; what a machine wrote is no question."""
    burst: list[Message] = []
    for message in reversed(said):
        if message.author.kind != "customer":
            break
        if not by_letter.by_machine(message):
            burst.append(message)
    return burst[::-1]


def _history(said: Sequence[Message], before: int) -> tuple[Turn, ...]:
    return tuple(Turn(m.author.kind, m.text) for m in said if m.id < before and m.author.kind != "system")[-HISTORY:]
