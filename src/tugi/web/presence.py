"""Presence: who is here now. Signs of life are stored sparingly, so that every process sees the same."""

from __future__ import annotations

import asyncio

import structlog

from tugi.core.errors import TugiError
from tugi.desk.people import agents, customers
from tugi.web import wire
from tugi.web.live import Feed, Hub

log = structlog.get_logger("tugi.presence")
EVERY = 20.0
PING = b'{"type":"ping"}'


async def run(hub: Hub) -> None:
    """Until cancelled: note who is connected here, tell agents who is online anywhere, keep sockets warm."""
    while True:
        await asyncio.sleep(EVERY)
        for feed in list(hub.feeds.values()):
            try:
                await _once(hub, feed)
            except TugiError as error:
                log.info("presence was skipped", why=error.message)


async def _once(hub: Hub, feed: Feed) -> None:
    here = hub.online_agents(feed.workspace_id)
    async with hub.database.transaction(feed.workspace_id) as tx:
        for agent_id in here:
            await agents.saw(tx, agent_id)
        await customers.still_here(tx, list(feed.visitors))
        active = [agent.id for agent in await agents.list_all(tx) if agent.online]
        online = await customers.online(tx) if feed.agents else []
    told = wire.encoded({"type": "presence", "customers": online, "agents": active})
    for outlet in list(feed.agents):
        outlet.send(told)
    for group in list(feed.visitors.values()):
        for outlet in list(group):
            outlet.send(PING)
