"""Summaries: short, in the case's own words, made anew only when something was said."""

from cast import open_shop
from desk.talk import Talk, open_talk
from tugi.core import clock
from tugi.core.database import Database
from tugi.desk.answering import summaries
from tugi.desk.answering.summaries import Rareness, Summary
from tugi.desk.cases import transcript

WISH = "Tellisin 14. märtsil matkatelgi Nurmi 3, aga kuller tõi katkise kaarega paki."


async def long_case(talk: Talk) -> int:
    """Ten messages about a broken tent; its id."""
    for _ in range(6):
        await talk.asked(await talk.shop.customer(), "tere kus mu pakk on")
    customer_id = await talk.shop.customer()
    case_id = (await talk.asked(customer_id, "tere")).case_id
    await talk.answered(case_id, "Tere, kuidas saan aidata?")
    await talk.asked(customer_id, WISH)
    await talk.answered(case_id, "Vabandust katkise kaare pärast. Saadame uue kaare homme DPD-ga.", by=talk.agent())
    for text in ("aitäh", "ok", "tere", "hästi"):
        await talk.asked(customer_id, text)
    await talk.answered(case_id, "Olge lahke.", by=talk.agent())
    await talk.asked(customer_id, "aga kas pean vana kaare tagasi saatma?")
    return case_id


async def test_a_long_case_is_told_in_its_own_words(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    case_id = await long_case(talk)
    async with database.reading(talk.shop.workspace_id) as tx:
        said = await transcript.of_case(tx, case_id)
        made = await summaries.extract(tx, Rareness(), said, "et")
        assert await summaries.extract(tx, Rareness(), said[:8], "et") is None
    assert made is not None
    assert made.text.splitlines() == [
        f"Soov: „{WISH}“",
        "Vastatud: „Vabandust katkise kaare pärast. Saadame uue kaare homme DPD-ga.“",
        "Vastamata: „aga kas pean vana kaare tagasi saatma?“",
    ]
    assert (made.message_id, made.written_by) == (said[-1].id, "robot")


async def test_older_words_never_replace_newer_ones(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    case_id = await long_case(talk)
    now = clock.now()
    for message_id, text, by, expected in (
        (5, "viies", "robot", "viies"),
        (4, "neljas", "language_model", "viies"),
        (5, "viies veel", "robot", "viies"),
        (5, "mudeli viies", "language_model", "mudeli viies"),
        (5, "viies jälle", "robot", "mudeli viies"),
        (6, "kuues", "robot", "kuues"),
    ):
        async with database.transaction(talk.shop.workspace_id) as tx:
            await summaries.keep(tx, case_id, "et", Summary(text, by, now, message_id))
            kept = await summaries.find(tx, case_id, "et")
        assert kept is not None
        assert kept.text == expected


async def test_a_case_without_words_has_no_summary(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    customer_id = await talk.shop.customer()
    for _ in range(9):
        case_id = (await talk.asked(customer_id, "...")).case_id
    async with database.reading(talk.shop.workspace_id) as tx:
        made = await summaries.extract(tx, Rareness(), await transcript.of_case(tx, case_id), "en")
    assert made is None or made.text.count("\n") < 4
