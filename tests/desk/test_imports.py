"""Files of knowledge as shops have them: formats, encodings, problems row by row, twice is once."""

import io
import json
import random
import time
import zipfile
from pathlib import Path

import pytest

from tugi.core.database import Database
from tugi.core.events import read_after
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.encodings import decoded
from tugi.desk.knowledge.entries import Entry, Filter
from tugi.desk.knowledge.formats import File, read_files
from tugi.desk.knowledge.imports import Import, files_of, import_files
from tugi.desk.people import workspaces

DEMO = Path(__file__).parents[2] / "src" / "tugi" / "demo" / "knowledge"
CSV = """key,language,title,answer,policy,examples
delivery,et,Kui kaua tarne võtab?,"Tavaliselt 1-3 tööpäeva,
homme ka.",answer,kaua läheb | millal kohale jõuab
delivery,pl,Ile trwa dostawa?,Zwykle 1-3 dni robocze. Łatwo sprawdzić.,,kiedy przyjdzie
returns,et,Kuidas tagastada?,Täitke vorm.,suggest,
"""


@pytest.fixture
async def shop(database: Database) -> int:
    async with database.everywhere() as tx:
        return (await workspaces.create(tx, "Põhjala Pood")).id


async def taken(database: Database, shop: int, name: str, content: bytes, **options: bool) -> Import:
    return await import_files(database, shop, [File(name, content)], **options)


async def stored(database: Database, shop: int) -> dict[str, Entry]:
    async with database.reading(shop) as tx:
        return {entry.key: entry for entry in (await entries.list_page(tx, Filter(limit=1000))).entries}


async def test_csv_rows_of_one_key_are_one_entry(database: Database, shop: int) -> None:
    done = await taken(database, shop, "kb.csv", CSV.encode())
    assert (done.created, done.updated, done.unchanged, done.problems) == (2, 0, 0, [])
    found = await stored(database, shop)
    assert set(found["delivery"].texts) == {"et", "pl"}
    assert found["delivery"].texts["et"].answer == "Tavaliselt 1-3 tööpäeva,\nhomme ka."
    assert found["delivery"].examples == {"et": ["kaua läheb", "millal kohale jõuab"], "pl": ["kiedy przyjdzie"]}
    assert found["returns"].policy == "suggest"


async def test_twice_is_once_and_a_change_touches_one_entry(database: Database, shop: int) -> None:
    await taken(database, shop, "kb.csv", CSV.encode())
    again = await taken(database, shop, "kb.csv", CSV.encode())
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    async with database.reading(shop) as tx:
        assert len(await read_after(tx, 0)) == 1
    only = "key;language;title;answer\nreturns;fi;Miten palautan?;Täytä lomake.\n"
    changed = await taken(database, shop, "fi.csv", only.encode())
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 0)
    returns = (await stored(database, shop))["returns"]
    assert (set(returns.texts), returns.policy, returns.version) == ({"et", "fi"}, "suggest", 2)


async def test_problems_by_row_store_nothing_unless_partial(database: Database, shop: int) -> None:
    rows = (
        "key,language,title,answer,policy\n"
        "good,en,Title,Answer,answer\n"
        ",en,No key,Answer,answer\n"
        "a,de,Titel,Antwort,answer\n"
        "b,en,Title,,answer\n"
        "c,en,Title,Answer,sometimes\n"
        "good,en,Other title,Answer,answer\n"
    )
    refused = await taken(database, shop, "kb.csv", rows.encode())
    assert [(p.row, p.code) for p in refused.problems] == [
        (3, "key"),
        (4, "language"),
        (5, "answer"),
        (6, "policy"),
    ]
    assert await stored(database, shop) == {}
    partly = await taken(database, shop, "kb.csv", rows.encode(), partial=True)
    assert (partly.created, partly.problems[-1].code, partly.problems[-1].row) == (1, "twice", 7)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Tšempion, jõululaat, mõõt, žürii, šokk", "cp1257"),
        ("Õunad, mööbel ja pärnad, hüüdis naaber", "cp1252"),
        ("Kiedy będzie moja paczka? Zażółć gęślą jaźń", "cp1250"),
        ("Kiedy przyjdzie paczka — łódź", "utf-16"),
        ("key,language\r\npõhi,et", "utf-16-le"),
        ("Tere päevast", "utf-8-sig"),
    ],
)
def test_encodings_are_guessed(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


async def test_demo_entries_and_data_sets_and_markdown(database: Database, shop: int) -> None:
    one = {
        "id": "track",
        "titles": {"en": "Where is my parcel?", "et": "Kus on minu pakk?"},
        "title": "Where is my parcel?",
        "answer": "Look at the link.",
        "examples": ["where is my parcel", "kus mu pakk on juba nii kaua"],
    }
    lines = json.dumps(one) + "\n\n" + json.dumps({"id": "x", "title": "T", "answer": "A", "examples": ["q"]})
    await taken(database, shop, "kb.jsonl", lines.encode())
    found = await stored(database, shop)
    assert found["track"].examples == {"en": ["where is my parcel"], "et": ["kus mu pakk on juba nii kaua"]}
    assert found["x"].examples == {"en": ["q"]}
    page = (
        "---\nkey: care\npolicy: people\n---\n# Kuidas pesta?\n\nKülmalt.\n\nKuivatage varjus.\n\n"
        "## Küsimused\n- kas masinas\n* mitu kraadi\n"
    )
    await taken(database, shop, "et/care.md", page.encode())
    care = (await stored(database, shop))["care"]
    assert (care.policy, care.texts["et"].title) == ("people", "Kuidas pesta?")
    assert care.texts["et"].answer == "Külmalt.\n\nKuivatage varjus."
    assert care.examples == {"et": ["kas masinas", "mitu kraadi"]}
    files = files_of(DEMO)
    demo = await import_files(database, shop, files)
    assert demo.problems == []
    assert demo.created + demo.updated == len(files)


async def test_archive_of_files(database: Database, shop: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("kb/hours.en.md", "# Opening hours\nNine to five.")
        archive.writestr("../../../etc/passwd.md", "# Elsewhere\nOnly a name.")
        archive.writestr("__MACOSX/._x.md", "junk")
        archive.writestr("kb/broken.json", "{")
    done = await taken(database, shop, "kb.zip", buffer.getvalue())
    assert [(p.file, p.code) for p in done.problems] == [("kb/broken.json", "json")]
    partly = await taken(database, shop, "kb.zip", buffer.getvalue(), partial=True)
    assert partly.created == 1
    assert set(await stored(database, shop)) == {"hours"}


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_archive_is_refused_in_words(packed: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packed) as archive:
        archive.writestr("hours.en.md", "# Opening hours\nNine to five.\n" * 50)
    lots, problems = random.Random(1), 0
    for _ in range(1000):
        bad = bytearray(buffer.getvalue())
        bad[lots.randrange(len(bad))] = lots.randrange(256)
        problems += bool(read_files([File("kb.zip", bytes(bad))], "en").problems)
    assert problems > 100


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kb.csv", b""),
        ("kb.csv", b"\x00\x01\x02\xff" * 50),
        ("kb.csv", b'key,language,title,answer\n"' + b"x" * 2_000_000),
        ("kb.json", b"[" * 10_000),
        ("kb.json", b'{"key": "a", "titles": {"en": 1}, "answers": []}'),
        ("kb.jsonl", b'{"key": "a", "titles": {"en": "\\ud800"}, "answers": {"en": "b"}}'),
        ("kb.jsonl", b'{"key": {}, "titles": 3}\n[]\n"x"\nnull'),
        ("kb.zip", b"PK\x03\x04 not an archive"),
        ("kb.exe", b"MZ"),
        ("kb.md", b""),
    ],
)
async def test_bad_files_are_refused_in_words(database: Database, shop: int, name: str, content: bytes) -> None:
    done = await taken(database, shop, name, content)
    assert done.problems
    assert (done.created, await stored(database, shop)) == (0, {})


async def test_hundred_thousand_rows(database: Database, shop: int) -> None:
    rows = ["key,language,title,answer,examples"]
    for number in range(25_000):
        for language in ("en", "et", "fi", "pl"):
            rows.append(f"entry_{number},{language},Question {number} {language},Answer {number},ask {number}")
    start = time.monotonic()
    done = await taken(database, shop, "kb.csv", "\n".join(rows).encode())
    first = time.monotonic() - start
    assert (done.created, done.problems) == (25_000, [])
    again = await taken(database, shop, "kb.csv", "\n".join(rows).encode())
    assert (again.created, again.unchanged) == (0, 25_000)
    assert first < 60
