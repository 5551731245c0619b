"""A named cast: the shop Põhjala Pood, its people, and customers who write to it."""

import uuid
from dataclasses import dataclass

from tugi.core.database import Database
from tugi.desk.answering import policy
from tugi.desk.answering.policy import PolicyChange
from tugi.desk.cases import accounts, messages
from tugi.desk.cases.cases import Case
from tugi.desk.cases.transcript import Message
from tugi.desk.people import agents, customers, workspaces
from tugi.ports import Inbound


@dataclass(frozen=True)
class Shop:
    """A workspace with its widget's channel account and one agent, Kadri."""

    database: Database
    workspace_id: int
    account_id: int
    kadri: int

    async def customer(self, name: str = "Mari") -> int:
        """A new customer's id."""
        async with self.database.transaction(self.workspace_id) as tx:
            return await customers.create(tx, name=name, language="et")

    def inbound(self, text: str, client_id: str | None = None) -> Inbound:
        """What the widget hands over when a customer writes."""
        external_id = client_id or f"customer:{uuid.uuid4()}"
        return Inbound("widget", self.account_id, "visitor:x", external_id, text)

    async def say(self, customer_id: int, text: str, client_id: str | None = None) -> tuple[Message, Case]:
        """The customer writes."""
        async with self.database.transaction(self.workspace_id) as tx:
            return await messages.receive(tx, self.inbound(text, client_id), customer_id, True)


async def open_shop(database: Database, name: str = "Põhjala Pood") -> Shop:
    """Make the workspace and who works there; the robot answers by itself, which a new shop has yet to let it do."""
    async with database.everywhere() as tx:
        workspace = await workspaces.create(tx, name)
    async with database.transaction(workspace.id) as tx:
        await policy.update(tx, PolicyChange(default_level="audit"))
        email = f"kadri-{workspace.id}@pohjala.example"
        kadri = await agents.create(tx, name="Kadri Mets", email=email, role="agent", language="et", password_hash="")
        account_id = await accounts.ensure_account(tx, "widget", "Widget")
    return Shop(database, workspace.id, account_id, kadri.id)
