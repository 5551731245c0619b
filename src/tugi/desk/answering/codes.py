"""The job that mails a one-time code. It holds the row's id alone; the code comes from the installation's secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tugi.core import i18n
from tugi.core.database import Database
from tugi.core.errors import Unavailable
from tugi.core.events import ROBOT
from tugi.desk.cases import cases
from tugi.desk.people import proofs, workspaces
from tugi.desk.work import queue
from tugi.ports import Mailer, MailFailed


@dataclass(frozen=True, slots=True)
class Codes:
    """Sends codes by `mailer`; None: this installation cannot send mail."""

    database: Database
    mailer: Mailer | None
    secret: str

    async def send(self, ids: Mapping[str, Any]) -> None:
        """Mail one code. Twice at worst mails the same code twice. Raises Unavailable to be tried again."""
        workspace_id = ids["workspace_id"]
        async with self.database.reading(workspace_id) as tx:
            pending = await proofs.find_by_id(tx, ids["proof_id"])
            if pending is None:
                return
            case = await cases.get_case(tx, pending.case_id)
            workspace = await workspaces.get(tx)
        language = case.language or workspace.languages[0]
        code = proofs.code_of(self.secret, workspace_id, pending.id, pending.created_at)
        subject = i18n.text(language, "mail.code.subject", shop=workspace.name)
        text = i18n.text(language, "mail.code.text", code=code, number=pending.order_number, shop=workspace.name)
        try:
            if self.mailer is None:
                raise MailFailed("no mail server is set", permanent=True)
            await self.mailer.send(pending.email, subject, text, f"code-{workspace_id}-{pending.id}")
        except MailFailed as error:
            if not error.permanent:
                raise Unavailable(f"The code could not be mailed: {error}.") from error
            await self.gave_up(ids)

    async def gave_up(self, ids: Mapping[str, Any]) -> None:
        """The code did not leave: a person takes over. The customer hears nothing of it, because words here
        would tell that the order exists."""
        async with self.database.transaction(ids["workspace_id"], ROBOT) as tx:
            case = await cases.lock(tx, ids["case_id"])
            if case.handler == "robot":
                await queue.hand_over(tx, case, "unproven")
