"""Threads: why a letter goes where it goes, as a rule over facts, and through the whole house."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.mailroom import ADDRESS, DOMAIN, open_mailroom, written
from tugi.core.database import Database
from tugi.core.events import Actor
from tugi.desk.cases import joining, letters, threads
from tugi.desk.cases.letters import Written
from tugi.desk.cases.states import Handler, Status
from tugi.desk.cases.threads import Candidate, bare_subject, why_joined
from tugi.ports import Address

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MARI = "Mari <mari@kiri.example>"
STRANGER = "Keegi <keegi@muu.example>"


def candidates() -> st.SearchStrategy[list[Candidate]]:
    """Any facts the database may give."""
    return st.lists(
        st.builds(
            Candidate,
            by=st.sampled_from(("token", "own_id", "reference", "subject")),
            case_id=st.integers(1, 6),
            status=st.sampled_from(get_args(Status)),
            handler=st.sampled_from(get_args(Handler)),
            active_at=st.integers(0, 60).map(lambda days: NOW - timedelta(days=days)),
            subject=st.sampled_from(("", "Re:", "Tarne", "Re: tarne", "Tagastus")),
            takes_part=st.booleans(),
            wrote_to=st.booleans(),
            made_for=st.none() | st.integers(1, 6),
        ),
        max_size=8,
    )


@given(candidates(), st.sampled_from(("", "Re: ", "Tarne", "RE: Fwd: TARNE", "muu")))
def test_nobody_gets_into_a_case_that_is_not_theirs_or_takes_no_more(known: list[Candidate], subject: str) -> None:
    place = why_joined(known, subject, NOW)
    if place.case_id is None:
        assert place.joined_by == "new"
        assert (place.proposed is None) == (place.doubt is None)
        return
    reasons = [one for one in known if one.case_id == place.case_id and one.by == place.joined_by and one.takes_part]
    assert reasons
    assert all(one.by != "subject" for one in reasons)
    open_ones = [one for one in reasons if one.status not in ("closed", "spam", "merged")]
    assert any(one.status != "resolved" or one.active_at >= NOW - timedelta(days=7) for one in open_ones)


@given(candidates(), st.text(max_size=20))
def test_a_subject_alone_joins_nothing_and_an_empty_one_proposes_nothing(known: list[Candidate], subject: str) -> None:
    alone = [one for one in known if one.by == "subject"]
    place = why_joined(alone, subject, NOW)
    assert place.case_id is None
    if place.doubt is not None:
        assert place.doubt == "same_subject"
        assert bare_subject(subject)


@given(candidates())
def test_strangers_who_refer_to_a_case_are_proposed_and_told_of(known: list[Candidate]) -> None:
    foreign = [replace(one, takes_part=False) for one in known]
    place = why_joined(foreign, "Tarne", NOW)
    assert place.case_id is None
    if any(one.by != "subject" for one in foreign):
        assert place.doubt == "stranger_refers"


@given(candidates())
def test_history_asks_nobody_and_does_not_come_between_the_robot_and_its_question(known: list[Candidate]) -> None:
    place = why_joined(known, "Tarne", None)
    assert place.doubt is None
    chosen = [one for one in known if one.case_id == place.case_id and one.by == place.joined_by and one.takes_part]
    assert place.case_id is None or any(one.handler != "robot" or one.status == "resolved" for one in chosen)


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Fwd: Tarne", "tarne"),
        ("VS: VL: Tarne", "tarne"),
        ("Odp: Re[2]: Tarne", "tarne"),
        ("AW (3): WG: Tarne", "tarne"),
        ("Ha: Vast: tarne  ", "tarne"),
        ("Отв: Tarne", "tarne"),
        ("Reklamatsioon: tarne", "reklamatsioon: tarne"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_answer_marks_of_many_languages_are_taken_off(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


@given(st.lists(st.text(max_size=3), max_size=200))
def test_of_many_references_the_nearest_and_the_first_are_kept_and_never_an_empty_one(given_ids: list[str]) -> None:
    kept = threads.references(given_ids)
    assert all(one.strip() for one in kept)
    assert len(kept) <= threads.MOST_REFERENCES
    useful = list(dict.fromkeys(one for one in given_ids if one.strip()))
    assert kept[:1] == useful[:1]
    assert kept[-1:] == useful[-1:]


async def test_an_answer_to_our_letter_comes_home_by_token_by_our_id_and_by_any_known_id(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    first = await room.deliver(written(MARI, "Tarne", message_id="first@kiri.example"))
    case = await room.case_of(first)
    ours = await room.answer(case.id)
    ways: list[tuple[str, dict[str, Any]]] = [
        ("token", {"to": room.token(case.id), "subject": "midagi muud"}),
        ("own_id", {"answers": [ours.letter_id]}),
        ("reference", {"answers": ["first@kiri.example"]}),
        # Apple Mail puts an id of its own nearest.
        ("own_id", {"answers": [ours.letter_id, "apple@own.example"]}),
    ]
    for joined_by, how in ways:
        taken = await room.deliver(written(MARI, **{"subject": "Re: Tarne", **how}))
        assert (await room.case_of(taken)).id == case.id
        assert taken.message_id is not None
        async with room.database.reading(room.workspace_id) as tx:
            assert (await letters.get_view(tx, taken.message_id)).joined_by == joined_by
    assert len(await room.cases()) == 1
    # What the mail's own token proves, a mere sender's name does not.
    verified = await room.rows("select verified_by from identities where workspace_id = $1 and channel = 'email'")
    assert [one["verified_by"] for one in verified] == ["mailbox"]


async def test_a_stranger_joins_nothing_whatever_he_refers_to(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI, "Tarne", message_id="first@kiri.example")))
    ours = await room.answer(case.id)
    proof, _, domain = ours.letter_id.partition("@")
    altered = f"{proof[:-1]}{'b' if proof[-1] != 'b' else 'c'}@{domain}"
    real: list[dict[str, Any]] = [
        {"answers": [ours.letter_id]},
        {"answers": ["first@kiri.example"]},
        {"to": room.token(case.id)},
    ]
    forged: list[dict[str, Any]] = [
        {"subject": f"[T-{case.number}] Tarne"},
        {"answers": [f"{case.id}.{case.id}.aaaaaaaaaaaaaaaa@{DOMAIN}"]},
        {"to": f"abi+t1-aaaaaaaaaaaaaaaa@{DOMAIN}"},
        {"answers": [altered]},
    ]
    for how in real + forged:
        taken = await room.deliver(written(STRANGER, **{"subject": "Re: Tarne", **how}))
        assert taken.message_id is not None
        apart = await room.case_of(taken)
        assert apart.id != case.id
        assert apart.customer_id != case.customer_id
        async with room.database.reading(room.workspace_id) as tx:
            view = await letters.get_view(tx, taken.message_id)
            proposed = [one.why for one in await joining.of_case(tx, apart.id) if one.to_case_id == case.id]
        assert view.joined_by == "new"
        assert ("stranger_refers" in view.trust.warnings) == (how in real)
        assert proposed == (["stranger_refers"] if how in real else [])


async def test_people_in_copy_take_part_only_on_the_word_of_a_vouched_sender(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    for trust, joins in (("none", False), ("dmarc=pass", True)):
        first = written(MARI, f"Koos {trust}", Cc="Jaan <jaan@kiri.example>", message_id=f"{joins}@k.ee", X_Trust=trust)
        case = await room.case_of(await room.deliver(first))
        taken = await room.deliver(written("jaan@kiri.example", answers=[f"{joins}@k.ee"]))
        assert ((await room.case_of(taken)).id == case.id) is joins


async def test_the_same_sender_and_subject_is_a_proposal_and_empty_ones_are_not(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    first = await room.case_of(await room.deliver(written(MARI, "Tarne")))
    second = await room.case_of(await room.deliver(written(MARI, "Re: tarne")))
    third = await room.case_of(await room.deliver(written(MARI, "")))
    fourth = await room.case_of(await room.deliver(written(MARI, "Re:")))
    assert len({first.id, second.id, third.id, fourth.id}) == 4
    assert len({first.customer_id, second.customer_id, third.customer_id, fourth.customer_id}) == 1
    async with room.database.reading(room.workspace_id) as tx:
        assert [(one.why, one.state, one.to_number) for one in await joining.of_case(tx, second.id)] == [
            ("same_subject", "open", first.number)
        ]
        assert await joining.of_case(tx, fourth.id) == []


async def test_a_closed_case_gets_a_successor_with_a_proposal_and_a_joined_one_leads_on(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    old = await room.case_of(await room.deliver(written(MARI, "Vana")))
    await room.set_status(old.id, "resolved")
    await room.set_status(old.id, "closed")
    after = await room.case_of(await room.deliver(written(MARI, "Re: Vana", to=room.token(old.id))))
    assert after.id != old.id
    async with room.database.transaction(room.workspace_id) as tx:
        assert [one.why for one in await joining.of_case(tx, after.id)] == ["case_closed"]
    other = await room.case_of(await room.deliver(written(MARI, "Muu")))
    async with room.database.transaction(room.workspace_id, Actor("agent", room.shop.kadri)) as tx:
        await joining.join(tx, other.id, after.number)
    back = await room.deliver(written(MARI, "Re: Muu", to=room.token(other.id)))
    assert (await room.case_of(back)).id == after.id


async def test_an_answer_that_came_before_its_question_waits_for_it_in_one_case(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    late = await room.deliver(written(MARI, "Re: Tarne", answers=["first@kiri.example"]))
    early = await room.deliver(written(MARI, "Tarne", message_id="first@kiri.example"))
    assert (await room.case_of(early)).id == (await room.case_of(late)).id


async def test_whom_we_write_to_takes_part(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI, "Tarne", message_id="first@kiri.example")))
    written_to = Written("o@x", Address(ADDRESS), "Re: Tarne", recipients=[Address("abikaasa@kiri.example")])
    async with room.database.transaction(room.workspace_id) as tx:
        message_id = (await tx.fetchval("select max(id) from messages where workspace_id = $1", room.workspace_id)) or 0
        await letters.store(tx, case.id, message_id, written_to, [Address("abikaasa@kiri.example")])
    taken = await room.deliver(written("abikaasa@kiri.example", answers=["first@kiri.example"]))
    assert (await room.case_of(taken)).id == case.id
