"""The size report counts what people read: a function's lines without its docstring."""

import ast
import importlib.util
import subprocess
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def python_length(source: str) -> int:
    """What tools/sizes.py says about the first function of a source."""
    spec = importlib.util.spec_from_file_location("tool_sizes", TOOLS / "sizes.py")
    assert spec is not None
    assert spec.loader is not None
    sizes = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sizes)
    return sizes.length(ast.parse(source).body[0])


def test_docstrings_and_decorators_are_not_counted() -> None:
    source = (
        '@cache\ndef add(a, b):\n    """Sum.\n\n    Of two numbers.\n    """\n    total = a + b\n    return total\n'
    )
    assert python_length(source) == 3
    assert python_length("async def add(a, b):\n    return a + b\n") == 2


def test_long_typescript_functions_are_named(tmp_path: Path) -> None:
    body = "  work();\n" * 51
    (tmp_path / "long.ts").write_text(f"export function grow() {{\n{body}}}\nexport const small = () => 1;\n")
    (tmp_path / "view.tsx").write_text(f"const View = () => {{\n{body}return <p />;\n}};\n")
    command = ["node", "tools/sizes.mjs", "50", str(tmp_path / "long.ts"), str(tmp_path / "view.tsx")]
    said = subprocess.run(command, cwd=TOOLS.parent, capture_output=True, text=True, check=True).stdout
    assert [line.split(": ", 1)[1] for line in said.splitlines()] == [
        "grow has 53 lines, 50 allowed",
        "View has 54 lines, 50 allowed",
    ]
