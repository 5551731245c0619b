"""What a composer knows before a letter is written is what posting it then does."""

from pathlib import Path

import pytest

from desk.post import ADDRESS, Post, mailbox_at, open_post
from fakes.smtp_peer import Peer
from tugi.core.database import Database
from tugi.desk.cases import accounts, cases, correspondence, letters
from tugi.desk.cases.correspondence import Correspondence
from tugi.desk.cases.posting import Wish
from tugi.ports import Address, Trust


@pytest.fixture
async def post(database: Database, tmp_path: Path) -> Post:
    """A shop with a mailbox."""
    return await open_post(database, tmp_path, Peer(port=9))


async def known(post: Post, case_id: int) -> Correspondence:
    """As the API tells it."""
    async with post.database.reading(post.shop.workspace_id) as tx:
        return await correspondence.of_case(tx, await cases.get_case(tx, case_id), "en")


async def test_whom_an_answer_goes_to_is_whom_it_is_then_sent_to(post: Post) -> None:
    case_id, _ = await post.letter(reply_to=[Address("kodu@kiri.example")])
    async with post.database.transaction(post.shop.workspace_id) as tx:
        await letters.add_participants(tx, case_id, [Address("jaan@kiri.example", "Jaan"), Address(ADDRESS)])
    found = await known(post, case_id)
    assert found.to == Address("kodu@kiri.example")
    # The shop's own mailbox takes part in nothing, and nobody gets the same letter twice.
    assert [one.email for one in found.participants] == ["jaan@kiri.example"]
    assert found.sender is not None
    assert (found.sender.email, found.own) == (ADDRESS, [ADDRESS])
    message = await post.answer(case_id, wish=Wish(copies=[one.email for one in found.participants]))
    item = await post.item(message.id)
    assert item is not None
    assert (item.to, {one.email for one in item.cc}) == ((found.to,), {"jaan@kiri.example"})


async def test_a_reply_to_elsewhere_is_no_recipient(post: Post) -> None:
    case_id, _ = await post.letter(
        reply_to=[Address("tont@mujal.example")], trust=Trust(warnings=("reply_to_elsewhere",))
    )
    assert (await known(post, case_id)).to == Address("mari@kiri.example", "Mari Maasikas")


async def test_the_signature_is_that_of_the_case_s_language_or_the_first_there_is(post: Post) -> None:
    case_id, _ = await post.letter()
    async with post.database.transaction(post.shop.workspace_id) as tx:
        await accounts.update(
            tx, post.account_id, settings=mailbox_at(9, signature={"fi": "Terveisin", "et": "Tervitades"})
        )
    assert (await known(post, case_id)).signature == "Tervitades"
    async with post.database.transaction(post.shop.workspace_id) as tx:
        await accounts.update(tx, post.account_id, settings=mailbox_at(9, signature={"pl": "", "fi": "Terveisin"}))
    assert (await known(post, case_id)).signature == "Terveisin"


async def test_what_is_written_in_a_chat_is_no_letter(post: Post) -> None:
    async with post.database.transaction(post.shop.workspace_id) as tx:
        widget_id = await accounts.ensure_account(tx, "widget", "Widget")
    case_id, _ = await post.letter(account_id=widget_id)
    found = await known(post, case_id)
    assert (found.sender, found.to, found.own) == (None, None, [ADDRESS])
