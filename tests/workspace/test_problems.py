"""What is refused is refused in the reader's language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("opened")
SOURCE = Path(__file__).parents[2] / "src" / "tawthiq"
_WHERE = ("deciding", "coding", "people", "search", "suggestions", "ledger", "views/account", "views/learning", "views/queue")
_WORK = ("bringing", "names", "keeping", "polling", "publishing", "alerts")
FILES = [SOURCE / "workspace" / f"{name}.py" for name in (*_WHERE, "views/reports", "views/search", "views/publication", *_WORK)]
FILES += [SOURCE / "link" / "edits.py", SOURCE / "link" / "decisions.py", SOURCE / "publish" / "releases.py"]
# Of ledgers in files, never of pages; and what the models' library says of a field.
_ELSEWHERE = re.compile(r"by: nobody|at: |the decision .* does not say|grade-source: |7: 7$")


def raised(path: Path) -> list[str]:
    """Return the lines that a file raises, with "7" in their places."""
    out = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and getattr(node.exc.func, "id", "") == "ValueError":
            said = node.exc.args[0]
            if isinstance(said, ast.Constant):
                out.append(str(said.value))
            elif isinstance(said, ast.JoinedStr):
                out.append("".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in said.values))
    return out


def test_every_refusal_has_its_arabic() -> None:
    from tawthiq.workspace.words import PageWords

    lines = [line for path in FILES for line in raised(path) if not _ELSEWHERE.match(line)]
    assert len(lines) > 50
    missing = [line for line in lines if PageWords("ar").problem(line) == line]
    assert not missing


def test_every_line_of_problems_is_said_somewhere() -> None:
    from tawthiq.workspace.words import texts

    lines = {line for path in FILES for line in raised(path)}
    for problem in texts()["problems"]:
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", ".*", re.escape(problem["en"])))
        assert any(pattern.fullmatch(line) for line in lines), problem["en"]


def test_names_and_values_stand_in_their_places() -> None:
    from tawthiq.workspace.words import PageWords

    said = PageWords("ar", "arabic").problem("start: a day as YYYY-MM-DD is expected, not '5'")
    assert said.startswith("البداية: ")
    assert "\u2068'٥'\u2069" in said
    assert PageWords("en").problem("no actor 'x'") == "no actor 'x'"
    assert PageWords("en").problem("login_taken") == "This login is taken."


def test_every_reason_is_one_that_a_reader_gives() -> None:
    from tawthiq.workspace.words import PageWords, texts

    # A line that the code writes in parts is whole.
    code = re.sub(r'"\s*f?"', "", "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py")))
    for reason in texts()["reasons"]:
        parts = [part.strip(" :;(") for part in re.split(r"\{\w+\}", reason["en"])]
        longest = max(parts, key=len)
        assert longest in code or longest == "File is not a zip file", reason["en"]
        assert set(re.findall(r"\{\w+\}", reason["ar"])) <= set(re.findall(r"\{\w+\}", reason["en"])), reason["en"]
    arabic = PageWords("ar")
    assert arabic.problem("cannot be unpacked: File is not a zip file") == "تعذّر فك الضغط: ليس ملفاً مضغوطاً سليماً."
    assert "يُقرأ على وجهين" in arabic.problem(
        "its date '03/04/2024' can be read in two ways: say --date-order dmy or mdy; the row is kept without a date"
    )
