"""What must go to people, and what must not, in four languages and as people type."""

from __future__ import annotations

import pytest

from tugi.robot.boundaries import check_boundaries, first_touched
from tugi.robot.facts import BOUNDARIES
from tugi.robot.reading import read_turn

TOUCHED = {
    "money": [
        "tahan raha tagasi", "TAHAN RAHA TAGASI", "Ma tahan oma raha tagasi", "where is my refund",
        "I want a refund", "refund pls", "can i get my money back", "I was charged twice", "haluan rahat takaisin",
        "palauttakaa rahat", "missä mun rahat", "chcę zwrot pieniędzy", "chce zwrot kasy", "gdzie moje pieniadze",
        "raha võeti kaks korda maha", "millal ma oma raha tagasi saan", "i returned it, how long until my refund",
        "ei ole ikka tagasimakset saanud", "proszę o zwrot pieniędzy za zamówienie 12345", "I demand compensation",
    ],
    "complaint": [
        "this is a scam", "ma esitan kaebuse", "olen väga pettunud teie teenindusest", "haluan tehdä valituksen",
        "to jest skandal", "worst service ever", "olen tosi pettynyt",
    ],
    "legal": [
        "I will call my lawyer", "pöördun tarbijakaitsesse", "annan teid kohtusse",
        "otan yhteyttä kuluttajansuojaan", "pójdę do sądu",
    ],
    "health": [
        "I got a rash", "lapsel tekkis kreemist lööve", "olen allergiline", "sain ihottuman", "dostałam wysypki",
        "I'm pregnant can I use it", "küünal põletas mu käe", "nikkeliallergia, voinko käyttää pannua",
    ],
    "wants_person": [
        "talk to a human", "human please", "I want to speak to an agent", "let me talk to someone",
        "tahan inimesega rääkida", "klienditeenindaja", "kas ma saaksin kellegagi rääkida",
        "haluan puhua ihmisen kanssa", "aspa kiitos", "chcę rozmawiać z człowiekiem", "połącz mnie z konsultantem",
    ],
    "minor": ["I'm 14 can I order", "olen 15 aastane, kas saan tellida", "oon 16-vuotias", "mam 15 lat"],
    "several_questions": ["where is my parcel? and can I change the address?", "Kus pakk on? Kuidas tagastada saan?"],
}  # fmt: skip
UNTOUCHED = [
    "how long does a refund take", "what is your return policy", "kui kaua tagasimakse aega võtab",
    "kuinka kauan hyvitys kestää", "ile trwa zwrot pieniędzy", "kus mu pakk on?", "kaua tarne aega võtab",
    "saan ma järelmaksuga osta", "can I pay in instalments", "I'm 5 minutes away, are you open?",
    "how long does the candle burn", "mitu tundi küünal põleb", "kas sa oled robot", "are you a real person",
    "robotti vai ihminen", "olen 12 eurot saatmise eest maksnud", "im 18", "kuidas tagastada",
    "kas raha saab tagasi kui suurus ei sobi", "my order 12345 of 3 items, when does it arrive",
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in TOUCHED.items() for text in texts])
def test_a_boundary_is_read(name: str, text: str) -> None:
    found = first_touched(check_boundaries(read_turn((text,))))
    assert found is not None
    assert found.name == name
    assert found.cue


@pytest.mark.parametrize("text", UNTOUCHED)
def test_ordinary_questions_stay_with_the_robot(text: str) -> None:
    assert first_touched(check_boundaries(read_turn((text,)))) is None


def test_every_boundary_is_reported_with_its_result() -> None:
    checked = check_boundaries(read_turn(("kus mu pakk on",)))
    assert tuple(boundary.name for boundary in checked) == BOUNDARIES
    assert not any(boundary.touched for boundary in checked)
