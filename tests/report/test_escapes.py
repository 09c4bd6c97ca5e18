"""No text from outside reaches a terminal, a Markdown page, HTML or SVG as anything but text."""

import io
import logging
import re
import sys
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smc import cli
from smc.config.job import Job
from smc.launcher.job_result import JobResult
from smc.launcher.view import View
from smc.outside import escape, secrets
from smc.report.document import Section, Table
from smc.report.html.charts.frame import Axis, dot, frame, standalone, text
from smc.report.html.markup import tag
from smc.report.run.markdown_page import section_blocks
from smc.report.style import blank, head, save, styled
from smc.report.terminal_page import show
from smc.training.save import logging_to

#: Codes of a terminal, marks that reverse the reading, markup of every medium.
HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("\x1b\x07\x00\x08\r\x7f\x9b\x90\u202e\u2066\u200b\ufeff\ud800\n\t\v\u2028"),
        st.sampled_from("<>&\"'`[](){}!|*_#\\-+=:./@$%a1 "),
        st.characters(),
    ),
    max_size=40,
)
KNOWN = (
    "\x1b]0;owned\x07\x1b[2J",
    "BTC\u202eDSU",
    "<script>alert(1)</script>",
    "![x](http://evil/a.png)",
    "[x]: http://evil",
    "</title><script>",
    '"><img src=x onerror=alert(1)>',
    "a\n\n# heading\n\n- item",
    "| a | b |",
    "\u2028<b>",
)


def known(test):
    for hostile in KNOWN:
        test = example(hostile)(test)
    return test


def bad_characters(text: str, *, besides: str = "\n") -> set[str]:
    """Return what moves a cursor, reverses the reading or is no character."""
    return {c for c in text if c not in besides and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")}


@known
@given(HOSTILE)
def test_a_terminal_gets_lines_of_characters(hostile):
    stream = io.StringIO()
    show(
        [Section(hostile, [hostile], [Table((hostile, "b"), [(hostile, hostile)])])],
        _Encoded(stream),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        cli.say(f"error: {hostile}")
        job = Job({}, {}, [], [], name=hostile or "job")
        View(1).ended(job, JobResult("failed", hostile))
    assert not bad_characters(stream.getvalue())


class _Encoded:
    """A stream of UTF-8 that is no terminal."""

    encoding = "utf-8"

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        return self.stream.write(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


@known
@given(HOSTILE)
def test_progress_moves_the_cursor_as_it_means_to_alone(hostile):
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        with cli.Progress(hostile, live=True) as progress:
            progress.step(hostile)
    assert not bad_characters(stream.getvalue().replace("\r\x1b[K", ""))


@known
@given(HOSTILE)
def test_markdown_holds_no_element_link_or_line_of_its_own(hostile):
    blocks = list(section_blocks(Section(hostile, [hostile], [Table((hostile, "b"), [(hostile, hostile)])])))
    heading, points, table = blocks
    assert heading.startswith("## ")
    assert points.startswith("- ")
    assert (heading + points).count("\n") == 0
    assert table.count("\n") == 2
    assert all(len(re.findall(r"(?<!\\)\|", line.replace("\\\\", ""))) == 3 for line in table.splitlines())
    page = "\n".join(blocks)
    assert not bad_characters(page)
    assert "<" not in page
    assert not re.search(r"(?<!\\)\](\(|\[|:)", page.replace("\\\\", ""))


class Elements(HTMLParser):
    """Collect elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, [name for name, _ in attrs]))


@known
@given(HOSTILE)
def test_html_holds_the_elements_that_were_meant(hostile):
    page = tag("p", hostile, tag("b", hostile), title=hostile)
    parser = Elements()
    parser.feed(page)
    parser.close()
    assert parser.seen == [("p", ["title"]), ("b", [])]
    assert not bad_characters(page)


@known
@given(HOSTILE)
def test_an_svg_is_one_and_holds_no_more(hostile):
    axis = Axis(0.0, 1.0, 0.0, 100.0, hostile, lambda _: hostile)
    chart = frame(
        dot(1.0, 2.0, "a", hostile) + text(1.0, 2.0, hostile),
        axis,
        axis,
        says=hostile,
        key={hostile or "k": "a"},
    )
    plain = frame(dot(1.0, 2.0, "a", "x") + text(1.0, 2.0, "x"), axis, axis, says="x", key={"k": "a"})
    root = ET.fromstring(standalone(chart).encode("utf-8"))
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert set(names) <= {"svg", "title", "style", "line", "text", "circle", "path"}
    assert len(names) >= plain.count("<") / 2 - 5
    assert not bad_characters(standalone(chart))


@pytest.mark.parametrize("name", ["$\\frac{$", "a$b$c", "\\x", "{0}"])
def test_a_picture_shows_a_name_as_it_is(name):
    with styled():
        figure = blank(1.0)
        head(figure, name)
        save(figure, picture := io.BytesIO())
    assert picture.getvalue().startswith(b"\x89PNG")


def test_a_log_holds_no_code_of_a_terminal(tmp_path):
    secrets.meet({"token": "Tk7vQ-token"})
    with logging_to(tmp_path / "run.log"):
        logging.getLogger("smc").warning("%s: %s", "BTC\x1b[2J\u202e", "Tk7vQ-token")
    content = (tmp_path / "run.log").read_text()
    assert not bad_characters(content)
    assert "(hidden)" in content


@given(HOSTILE, st.sampled_from(["terminal", "markdown", "markup", "printable"]))
def test_what_is_escaped_is_of_one_piece(hostile, medium):
    escaped = getattr(escape, medium)(hostile)
    assert not bad_characters(escaped)
    escaped.encode("utf-8")


def test_a_terminal_is_told_no_secret(capsys):
    secrets.meet({"token": "Tk7vQ-token"})
    cli.say("no answer for Tk7vQ-token")
    show([Section("a", ["Tk7vQ-token"], [Table(("b",), [("Tk7vQ-token",)])])], sys.stdout)
    said = capsys.readouterr()
    assert "Tk7vQ" not in said.out + said.err
