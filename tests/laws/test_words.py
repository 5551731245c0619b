"""One word for one thing, and none that says nothing."""

import ast
import re

from laws.source import files, text

EMPTY_WORDS = {"Manager", "Service", "Handler", "Helper", "Helpers", "Utils", "Util", "Base"}
PROVIDERS = re.compile(r"messenger|instagram|whatsapp|telegram|shopify|woocommerce|prestashop|twilio", re.I)
UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError|# type: ignore|@ts-ignore|eslint-disable|# noqa"
)


def test_no_class_is_named_by_an_empty_word() -> None:
    found = []
    for path in files(".py", ".ts", ".tsx"):
        names = (
            [node.name for node in ast.walk(ast.parse(text(path))) if isinstance(node, ast.ClassDef)]
            if path.endswith(".py")
            else re.findall(r"\bclass ([A-Z]\w*)", text(path))
        )
        found += [f"{path}: {name}" for name in names if EMPTY_WORDS & set(re.findall("[A-Z][a-z]+", name))]
    assert found == []


def test_no_file_is_named_by_an_empty_word() -> None:
    stems = {path: path.rsplit("/", 1)[-1].split(".")[0].lower() for path in files(".py", ".ts", ".tsx")}
    empty = {word.lower() for word in EMPTY_WORDS}
    assert [path for path, stem in stems.items() if empty & set(re.split("[_-]", stem))] == []


def test_the_desk_names_no_provider() -> None:
    found = [path for path in files(".py", under="src/tugi/desk") if PROVIDERS.search(text(path))]
    assert found == []


def test_product_code_is_finished_and_silences_no_check() -> None:
    product = [*files(".py", under="src"), *files(".ts", ".tsx", under="front")]
    assert [path for path in product if UNFINISHED.search(text(path))] == []
