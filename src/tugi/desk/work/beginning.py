"""Beginning: an agent writes to somebody first, and a case begins by it."""

from __future__ import annotations

from tugi.core.database import Transaction
from tugi.core.errors import Invalid
from tugi.desk.cases import cases, messages, posting, transcript
from tugi.desk.cases.cases import Case
from tugi.desk.cases.posting import Wish
from tugi.desk.people import customers
from tugi.desk.work import queue
from tugi.ports import Address


async def write_to(
    tx: Transaction, account_id: int, to: str, subject: str, text: str, external_id: str, agent_id: int
) -> Case:
    """The case that the letter begins; the same external id again returns it. Raises Invalid, NotFound.

    The address is nobody's until somebody answers from it: an agent may have mistyped it.
    """
    account = await posting.find_sending(tx, account_id)
    if account is None or not account.active:
        raise Invalid("Choose a mailbox that sends.", fields={"account_id": "does not send"})
    address, subject = posting.checked_address(to), " ".join(subject.split())
    if not 0 < len(subject) <= 200:
        raise Invalid("A letter needs a subject of at most 200 characters.", fields={"subject": "1 to 200 characters"})
    if known := await transcript.find(tx, account_id, external_id):
        return await cases.get_case(tx, known.case_id)
    customer_id = await customers.recognise(tx, account.channel, address)
    case_id = await cases.open_case(
        tx, customer_id, channel=account.channel, subject=subject, language=None, handler="queue"
    )
    case = await cases.lock(tx, case_id)
    await queue.take(tx, case, agent_id)
    wish = Wish(to=Address(address), subject=subject, account_id=account.id)
    await messages.write(tx, case, external_id=external_id, text=text, language=None, letter=wish)
    return await cases.get_case(tx, case_id)
