"""Tokens: what we made leads to its case, and nothing else does."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tugi.desk.cases import tokens
from tugi.desk.cases.tokens import Own

SECRET = "a secret"
IDS = st.integers(min_value=1, max_value=2**62)


@given(IDS, IDS)
def test_a_token_leads_to_its_case_however_mail_programs_write_it(workspace_id: int, case_id: int) -> None:
    token = tokens.token(SECRET, workspace_id, case_id)
    assert re.fullmatch(r"[a-z0-9-]{18,40}", token)
    for given_back in (token, token.upper(), f" {token} "):
        assert tokens.case_of_token(SECRET, workspace_id, given_back) == case_id
    assert tokens.case_of_token(SECRET, workspace_id + 1, token) is None
    assert tokens.case_of_token("another secret", workspace_id, token) is None


@given(IDS, IDS, IDS)
def test_an_agents_token_is_good_for_one_agent_and_no_customer(workspace_id: int, case_id: int, agent_id: int) -> None:
    token = tokens.agent_token(SECRET, workspace_id, case_id, agent_id)
    assert len(token) < 60
    assert tokens.case_of_agent_token(SECRET, workspace_id, token, agent_id) == case_id
    assert tokens.case_of_agent_token(SECRET, workspace_id, token, agent_id + 1) is None
    assert tokens.case_of_token(SECRET, workspace_id, token) is None


@given(IDS, IDS, IDS)
def test_a_message_id_of_ours_is_known_again(workspace_id: int, case_id: int, message_id: int) -> None:
    made = tokens.letter_id(SECRET, workspace_id, case_id, message_id, "pohjala.example")
    assert re.fullmatch(r"[a-z0-9.]+@pohjala\.example", made)
    for given_back in (made, f"<{made}>", made.upper(), made.replace("pohjala.example", "gateway.example")):
        assert tokens.own_of_letter_id(SECRET, workspace_id, given_back) == Own(case_id, message_id)
    assert tokens.case_of_letter_id(SECRET, workspace_id, made) == case_id
    assert tokens.own_of_letter_id("another secret", workspace_id, made) is None


@given(IDS, IDS, st.data())
def test_nothing_altered_is_accepted(case_id: int, message_id: int, data: st.DataObject) -> None:
    for made, read in (
        (tokens.token(SECRET, 7, case_id), tokens.case_of_token),
        (tokens.letter_id(SECRET, 7, case_id, message_id, "x.example").partition("@")[0], _case_of_local_part),
    ):
        place = data.draw(st.integers(0, len(made) - 1))
        other = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789.-"))
        altered = made[:place] + other + made[place + 1 :]
        # Leading zeros, added or not, name no other case.
        assert altered == made or read(SECRET, 7, altered) is None


def _case_of_local_part(secret: str, workspace_id: int, local_part: str) -> int | None:
    return tokens.case_of_letter_id(secret, workspace_id, f"{local_part}@x.example")


@given(st.text())
def test_anything_else_is_no_token_and_no_error(text: str) -> None:
    assert tokens.case_of_token(SECRET, 1, text) is None
    assert tokens.case_of_agent_token(SECRET, 1, text, 1) is None
    assert tokens.own_of_letter_id(SECRET, 1, text) is None
