"""The set-up does a step once, and again when what it was made from or what it made has changed."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def load(name: str) -> ModuleType:
    """A tool as a module: they are scripts, and lie outside every package."""
    spec = importlib.util.spec_from_file_location(f"tool_{name}", TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = load("setup")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMPS", tmp_path / "stamps")
    return module


def test_a_step_is_done_once_for_the_same_sources(setup: ModuleType, tmp_path: Path) -> None:
    source, product, done = tmp_path / "lock", tmp_path / "product", []

    def act() -> None:
        product.write_text("made")
        done.append(source.read_text())

    source.write_text("one")
    for _ in range(2):
        setup.step("packages", "Packages", [source], product, act)
    assert done == ["one"]
    source.write_text("two")
    setup.step("packages", "Packages", [source], product, act)
    product.unlink()
    setup.step("packages", "Packages", [source], product, act)
    assert done == ["one", "two", "two"]


def test_a_step_that_failed_is_tried_again(setup: ModuleType, tmp_path: Path) -> None:
    source, product = tmp_path / "lock", tmp_path / "product"
    source.write_text("one")

    def fail() -> None:
        product.write_text("half made")
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        setup.step("packages", "Packages", [source], product, fail)
    done: list[bool] = []
    setup.step("packages", "Packages", [source], product, lambda: done.append(True))
    assert done == [True]


def test_a_folder_stands_for_all_its_files(setup: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "front"
    (folder / "deep").mkdir(parents=True)
    before = setup.digest([folder])
    (folder / "deep" / "app.tsx").write_text("one")
    between = setup.digest([folder])
    (folder / "deep" / "app.tsx").write_text("two")
    assert len({before, between, setup.digest([folder])}) == 3
