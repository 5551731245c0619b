"""Topics: a new shop's robot only suggests, and a level holds on the channel it was set for."""

from tugi.core.database import Database
from tugi.desk.answering import policy, topics
from tugi.desk.people import workspaces
from tugi.robot.facts import Permit


async def test_the_robot_of_a_new_workspace_only_suggests(database: Database) -> None:
    async with database.everywhere() as tx:
        workspace = await workspaces.create(tx, "Uus Pood")
    async with database.reading(workspace.id) as tx:
        assert (await policy.get(tx)).default_level == "suggest"
        assert await topics.permits(tx, "widget") == ({}, Permit("suggest"))
