"""`python -m smc.show`, from finding the run to where the pictures are."""

import errno
import os
import re
from pathlib import Path

import pytest

from smc.cli import EXIT_BAD_PLACE, EXIT_USER_ERROR
from smc.errors import ResultsError
from smc.report import markdown
from smc.report.runs import runs
from smc.results import RunStore, load_run
from smc.results.locate import locate
from smc.show import main

ONE, TWO = "aaaa000000000001", "aabb000000000002"


@pytest.fixture
def output(make_run, tmp_path):
    """Two finished runs, one that failed and one that was killed."""
    for age, run_id in ((100, TWO), (0, ONE)):
        run = make_run(run_id=run_id)
        os.utime(run.path / "MANIFEST.json", ns=(10**18 - age, 10**18 - age))
    store = RunStore(tmp_path / "outputs")
    with pytest.raises(ValueError, match="too few"), store.claim("ffff000000000003"):
        raise ValueError("too few events")
    with pytest.raises(KeyboardInterrupt), store.claim("cccc000000000004"):
        raise KeyboardInterrupt
    return tmp_path / "outputs"


def test_a_run_is_found_by_folder_id_prefix_or_as_the_latest(output):
    assert locate(None, output).name == ONE
    assert locate("aab", output).name == TWO
    assert locate(TWO, output).name == TWO
    assert locate(str(output / "runs" / TWO), "elsewhere").name == TWO


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("aa", f"2 runs begin with aa: {ONE}, {TWO}"),
        ("aaab000000000001", f"no run 'aaab000000000001' under .*did you mean {ONE} or"),
        ("zzz", "no run 'zzz' under .*; --list shows all"),
        ("ffff", "run ffff000000000003 failed: output .* raised ValueError: too few events"),
        ("cccc", "run cccc000000000004 was killed: KeyboardInterrupt"),
        ("", "an empty name means no run: leave it out for the latest one, or use --list"),
    ],
)
def test_what_is_not_there_is_an_error_in_one_line(output, capsys, name, message):
    with pytest.raises(SystemExit) as exit_info:
        main([name, "--output", str(output)])
    said = capsys.readouterr()
    assert exit_info.value.code == EXIT_USER_ERROR
    assert re.fullmatch(f"error: .*{message}.*\n", said.err)
    assert ("ValueError: too few events" in said.out) == (name == "ffff")
    assert bool(said.out) == (name == "ffff")


def test_without_any_run_the_way_to_one_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--output", str(tmp_path)])
    assert "python -m smc.train makes one" in capsys.readouterr().err


def test_a_damaged_run_is_an_error_that_names_the_file(output, capsys):
    (output / "runs" / ONE / "run.json").write_text("{}")
    with pytest.raises(SystemExit, match="2"):
        main([ONE, "--output", str(output)])
    assert "run.json" in capsys.readouterr().err


def test_show_prints_the_run_and_saves_its_pictures_beside_the_runs(output, capsys):
    main([ONE, "--output", str(output)])
    text = capsys.readouterr().out
    assert text.startswith("Run\n")
    assert f"reports/{ONE}: report.html, report.md, overview.png" in " ".join(text.split()).replace("/ ", "/")
    assert (output / "reports" / ONE / "equity.png").is_file()


def test_a_finished_folder_is_never_written(output):
    def content():
        folder = output / "runs" / ONE
        return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*")}

    before = content()
    main([str(output / "runs" / ONE), "--output", "elsewhere"])
    assert content() == before
    assert load_run(output / "runs" / ONE).record
    assert (output / "reports" / ONE).is_dir()


def test_without_pictures_nothing_is_written(output, capsys):
    main(["--no-pictures", "--output", str(output)])
    assert ONE in capsys.readouterr().out
    assert not (output / "reports").exists()


def test_the_whole_configuration_is_shown_on_request(output, capsys):
    main(["--no-pictures", "--config", "--output", str(output)])
    assert "reg/strong.yaml" in capsys.readouterr().out


def test_the_list_holds_finished_failed_and_killed_runs(output, capsys):
    main(["--list", "--output", str(output)])
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line]
    finished = [line for line in lines if "EURUSD" in line]
    assert [line[1] for line in finished] == [TWO[:8], ONE[:8]]
    assert all("%" in line and line[-1].isdigit() for line in finished)
    text = " ".join(" ".join(line) for line in lines)
    assert re.search(r"ffff0000 failed output \(.*\) raised ValueError: too few events", text)
    assert "cccc0000 killed" in text


NAMING = {"name": "idea-3", "tags": ["momentum", "h4"], "note": "why"}


@pytest.fixture
def named(make_run, tmp_path):
    """A named run beside one without a name, and one of the tag that failed."""
    make_run(run_id=ONE, change=lambda record: {**record, "run": NAMING})
    make_run(run_id=TWO)
    store = RunStore(tmp_path / "outputs")
    about = {"symbol": "EURUSD", "model": "MLP", "run": {**NAMING, "name": "idea-4"}}
    with pytest.raises(ValueError, match="few"), store.claim("ffff000000000003", about=about):
        raise ValueError("too few events")
    return tmp_path / "outputs"


def listed(output, *arguments, capsys):
    main([*arguments, "--output", str(output)])
    text = capsys.readouterr().out
    return [run_id for run_id in (ONE, TWO, "ffff000000000003") if run_id[:8] in text]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--tag", "h4"], [ONE, "ffff000000000003"]),
        (["--list", "--tag", "h4", "--tag", "momentum"], [ONE, "ffff000000000003"]),
        (["--name", "idea-3"], [ONE]),
        (["--name", "idea-*"], [ONE, "ffff000000000003"]),
        (["--name", "idea-4", "--tag", "h4"], ["ffff000000000003"]),
        (["--list"], [ONE, TWO, "ffff000000000003"]),
    ],
)
def test_runs_are_listed_by_name_and_tag(named, capsys, arguments, expected):
    assert listed(named, *arguments, capsys=capsys) == expected


@pytest.mark.parametrize(
    "arguments", [["--tag", "h"], ["--tag", "h4", "--tag", "d1"], ["--name", "idea"], ["--name", ""]]
)
def test_a_name_or_tag_that_no_run_has_is_an_error_with_the_tags_there_are(named, capsys, arguments):
    with pytest.raises(SystemExit, match="2"):
        listed(named, *arguments, capsys=capsys)
    assert "the tags there are: h4, momentum" in capsys.readouterr().err


def test_a_list_has_a_column_of_names_where_there_are_any(named):
    finished = runs(named)[0].tables[0]
    assert finished.columns[4] == "called"
    assert {row[4] for row in finished.rows} == {"", "idea-3 [momentum, h4]"}
    assert len(finished.rows[0]) == len(finished.columns) == 7


def test_a_list_of_runs_without_names_is_as_it_was(output):
    finished = runs(output)[0].tables[0]
    assert finished.columns == ("made", "run", "symbol", "model", "out of fold", "warnings")
    assert {len(row) for row in finished.rows} == {6}


def test_the_page_shows_name_tags_and_note(named, capsys):
    main([ONE, "--no-pictures", "--output", str(named)])
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert [line for line in lines if line[0] in ("name", "tags", "note")] == [
        ["name", "idea-3"],
        ["tags", "momentum, h4"],
        ["note", "why"],
    ]


def test_names_of_a_folder_from_elsewhere_are_data_in_every_medium(make_run, capsys, tmp_path):
    """They were refused where they were typed, yet a run folder may come from anybody."""
    bad = "a\x1b[2Jb <img src=x> [l](http://h) *c* x\\|y\n# title \u202e"
    run = make_run(run_id=ONE, change=lambda record: {**record, "run": {**NAMING, "name": bad, "note": bad}})
    main([ONE, "--no-pictures", "--output", str(tmp_path / "outputs")])
    main(["--list", "--output", str(tmp_path / "outputs")])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    (row,) = (line for line in markdown(run).splitlines() if line.startswith("| name |"))
    assert row == (
        "| name | a\N{REPLACEMENT CHARACTER}[2Jb &lt;img src=x> [l]\\(http://h) \\*c\\* x\\\\\\|y # title "
        "\N{REPLACEMENT CHARACTER} |"
    )


def test_a_damaged_run_is_listed_as_such(output):
    (output / "runs" / ONE / "run.json").write_text("{}")
    finished, others = (section.tables[0].rows for section in runs(output))
    assert [row[1] for row in finished] == [TWO[:8]], "its sentence would squeeze the figures of all others"
    (row,) = (row for row in others if row[1] == ONE[:8])
    assert row[4] == "damaged"
    assert "run.json has another size" in row[5]


@pytest.fixture
def opened(monkeypatch):
    """Names of the files that are opened below a run, in order; `faults` has errors of some."""
    opened, open_file = [], os.open

    def counted(path, *arguments, **named):
        if "runs" in Path(os.fspath(path)).parts:
            opened.append(Path(path).name)
            if number := counted.faults.get(Path(path).name):
                raise OSError(number, os.strerror(number), str(path))
        return open_file(path, *arguments, **named)

    counted.faults, counted.names = {}, opened
    monkeypatch.setattr(os, "open", counted)
    return counted


def test_a_list_opens_two_files_of_a_finished_run(output, opened):
    (output / "runs" / ONE / "predictions.parquet").write_bytes(b"damaged")
    finished, _ = (section.tables[0].rows for section in runs(output))
    assert {row[1] for row in finished} == {ONE[:8], TWO[:8]}, "what it does not read it does not check"
    assert sorted(opened.names) == ["MANIFEST.json", "MANIFEST.json", "run.json", "run.json"]


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EMFILE])
@pytest.mark.parametrize("name", ["run.json", "MANIFEST.json"])
def test_a_disk_that_does_not_give_a_file_ends_a_list(output, opened, capsys, name, number):
    opened.faults[name] = number
    with pytest.raises(SystemExit) as ended:
        main(["--list", "--output", str(output)])
    assert ended.value.code == EXIT_BAD_PLACE
    assert os.strerror(number) in capsys.readouterr().err


def test_folders_without_a_manifest_are_listed_and_named(output):
    (output / "runs" / TWO / "MANIFEST.json").unlink()
    (output / "runs" / "dddd000000000005").mkdir()
    (output / "partial" / "cccc000000000004").mkdir(parents=True)
    finished, others = (section.tables[0].rows for section in runs(output))
    assert [row[1] for row in finished] == [ONE[:8]]
    found = {row[1]: row[4:] for row in others}
    for run_id in (TWO, "dddd000000000005"):
        state, why = found[run_id[:8]]
        assert state == "damaged"
        assert f"{run_id} has no MANIFEST.json: delete the folder" in why
        with pytest.raises(ResultsError, match=f"{run_id} is damaged: it has no MANIFEST.json"):
            locate(run_id, output)
    assert found["cccc0000"][0] == "killed"
    assert "what was done: " in found["cccc0000"][1]


def test_ids_are_shown_as_long_as_needed_to_tell_them_apart(make_run, tmp_path):
    for run_id in ("0123456789", "0123456799"):
        make_run(run_id=run_id)
    rows = runs(tmp_path / "outputs")[0].tables[0].rows
    assert sorted(row[1] for row in rows) == ["012345678", "012345679"]
