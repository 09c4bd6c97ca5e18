"""Runs in one file and back: the same bytes, still counted while they are away, and no harm by a stranger's file."""

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import time
from pathlib import Path

import pytest

from smc import api
from smc.archive import archive, main
from smc.errors import ResultsError
from smc.results import RunStore, load_run
from smc.results import archive as archives
from smc.results.archive import INDEX, check_archive, restore
from smc.results.kept_bars import KeptBars
from smc.results.locate import locate
from smc.results.lock import exclusive
from smc.runs import runs
from smc.tag import tag

MARKET = ("data=simulated", "data.n_bars=2500", "events.last=150", "aug=none", "monitor=none", "cv=holdout")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two runs, made in different seconds, the later of them tagged."""
    place = tmp_path_factory.mktemp("archived")
    for words in (("model=baseline",), ("model=logistic",)):
        time.sleep(1)
        api.train([*MARKET, *words, f"paths.output={place}", f"ledger.url={place}/ledger.sqlite"])
    tag(output=place, add=["keep"])
    return place


@pytest.fixture(scope="module")
def whole(trained, tmp_path_factory):
    """Both runs in a file."""
    path = tmp_path_factory.mktemp("file") / "whole.tar.gz"
    archive(names(trained), path, output=trained)
    return path


@pytest.fixture
def output(trained, tmp_path) -> Path:
    """The two runs, in a folder of the test's own."""
    return Path(shutil.copytree(trained, tmp_path / "outputs", dirs_exist_ok=True))


def names(output):
    return sorted(path.name for path in (output / "runs").iterdir())


def contents(output, *places):
    found = [path for place in places for path in (output / place).rglob("*") if path.is_file()]
    return {path.relative_to(output): path.read_bytes() for path in found if path.name != ".lock"}


def test_what_comes_back_is_what_went_in_to_the_byte_and_works_as_before(trained, whole, tmp_path):
    new = tmp_path / "new"
    assert restore(whole, new).restored == names(trained)
    places = ("runs", "names", "bars")
    assert contents(new, *places) == contents(trained, *places)
    assert list((new / "staging").iterdir()) == []
    assert locate(None, new).name == locate(None, trained).name, "the latest run is the same"
    before, after = (load_run(locate(None, place)) for place in (trained, new))
    assert repr(api._run_sections(after)) == repr(api._run_sections(before))
    (bars,) = KeptBars(str(new), after.fingerprints).fingerprints
    frame = KeptBars(str(new), after.fingerprints).load(bars)
    assert api.decide(after, frame) == api.decide(before, frame)
    assert runs(new, tags=["keep"])["run"].tolist() == [before.run_id]


def test_the_same_runs_give_the_same_file_in_any_order_at_any_time(output, whole, tmp_path):
    for path in output.rglob("*"):
        os.utime(path, (1e9, 1e9))
    archive(names(output)[::-1], tmp_path / "again.tar.gz", output=output)
    assert (tmp_path / "again.tar.gz").read_bytes() == whole.read_bytes()


def test_runs_that_were_archived_and_removed_count_as_tried_and_come_back_as_they_were(output, tmp_path):
    def judged():
        (entry,) = api.select([f"paths.output={output}"]).manifest["selections"].values()
        return entry, [entry["evidence"][name] for name in ("n_trials", "n_runs", "n_without_folder")]

    before, counts = judged()
    away = next(name for name in names(output) if name != locate(None, output).name)
    archive([away], tmp_path / "away.tar.gz", output=output, remove=True)
    assert names(output) == [locate(None, output).name]
    assert counts == [2, 2, 0]
    assert judged()[1] == [2, 1, 1]
    with pytest.raises(ResultsError, match=f"run {away} is not here any more: restore it from its archive"):
        locate(away, output)
    assert RunStore(output).state(away) == "absent"
    assert restore(tmp_path / "away.tar.gz", output).restored == [away]
    assert judged() == (before, counts)


def test_a_run_that_is_there_is_left_alone_and_another_content_is_said(output, whole, capsys):
    before = contents(output, "runs", "names", "bars")
    done = restore(whole, output)
    assert (done.restored, done.present, done.other) == ([], names(output), [])
    assert contents(output, "runs", "names", "bars") == before
    run = output / "runs" / names(output)[0]
    (run / "MANIFEST.json").write_text("{}")
    with pytest.raises(SystemExit) as end:
        main(["--restore", str(whole), "--output", str(output)])
    assert end.value.code == 1
    assert f"with other content, and left alone: {run.name}" in " ".join(capsys.readouterr().out.split())
    assert (run / "MANIFEST.json").read_text() == "{}"


def test_what_a_run_is_called_here_stays_when_it_comes_back(output, tmp_path):
    run = locate(None, output).name
    archive([run], tmp_path / "a.tar.gz", output=output, remove=True)
    kept = output / "names" / f"{run}.json"
    kept.write_text(kept.read_text().replace("keep", "here"))
    restore(tmp_path / "a.tar.gz", output)
    assert tag([run], output=output)[run]["tags"] == ["here"]


@pytest.mark.parametrize("damage", ["run", "bars", "partial", "elsewhere", "there", "absent"])
def test_what_cannot_be_archived_is_refused_and_leaves_no_file(output, tmp_path, damage):
    run, path = names(output)[0], tmp_path / "a.tar.gz"
    if damage == "run":
        (output / "runs" / run / "report.md").write_text("better")
    elif damage == "bars":
        next((output / "bars").iterdir()).write_bytes(b"PAR1")
    elif damage in ("partial", "elsewhere"):
        place = output / damage / run
        shutil.move(output / "runs" / run, place)
        run = str(place)
    elif damage == "there":
        path.write_bytes(b"mine")
    else:
        run = "ffff"
    message = {
        "run": r"report.md has another size",
        "bars": r"is damaged: it holds other bars",
        "partial": r"does not stand in <output>/runs/",
        "elsewhere": r"does not stand in <output>/runs/",
        "there": r"a.tar.gz is there already: give another name",
        "absent": r"no run 'ffff'",
    }[damage]
    with pytest.raises(ResultsError, match=message):
        archive([run], path, output=output)
    assert {each.name for each in tmp_path.iterdir()} <= {"outputs", "a.tar.gz"}
    assert not path.exists() or path.read_bytes() == b"mine"


def test_nothing_is_removed_that_was_not_read_back_or_has_changed_or_is_held(output, tmp_path, monkeypatch):
    run = names(output)[0]
    folder = output / "runs" / run
    with exclusive(output / "locks" / run), pytest.raises(ResultsError, match="is being written"):
        archive([run], tmp_path / "a.tar.gz", output=output, remove=True)
    index = check_archive(tmp_path / "a.tar.gz")
    manifest = folder / "MANIFEST.json"
    manifest.write_text(manifest.read_text() + " ")
    with pytest.raises(ResultsError, match="was changed since it was archived: it stays"):
        archives.remove_archived([folder], index)
    manifest.write_text(manifest.read_text()[:-1])
    monkeypatch.setattr("smc.archive.check_archive", broken)
    with pytest.raises(ResultsError, match="no disk"):
        archive([run], tmp_path / "b.tar.gz", output=output, remove=True)
    assert load_run(folder).run_id == run


def broken(_path):
    raise ResultsError("no disk")


def members_of(path):
    with tarfile.open(path) as whole:
        return {member.name: whole.extractfile(member).read() for member in whole.getmembers()}


def listed(members):
    files = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in members.items()
    }
    return json.dumps({"format": 1, "files": files}).encode()


def packed(path, members, *, index=None, kinds=None):
    """Write an archive as a stranger would; by default it lists what it holds."""
    with gzip.open(path, "wb") as file, tarfile.open(fileobj=file, mode="w|") as made:
        for name, data in {INDEX: listed(members) if index is None else index, **members}.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            header.type = (kinds or {}).get(name, tarfile.REGTYPE)
            if header.type != tarfile.REGTYPE:
                header.linkname, header.size = "/etc/passwd", 0
            made.addfile(header, io.BytesIO(data))


def last(members):
    return list(members)[-1]


def renamed(members, name):
    return {**{key: value for key, value in members.items() if key != last(members)}, name: b"x"}


def other_run(members):
    """Every file of a run under the name of another."""
    run = last(members).split("/")[1]
    return {name.replace(f"runs/{run}/", f"runs/{'0' * 16}/"): data for name, data in members.items()}


def edited(members):
    """One figure of a run changed, and the list of the archive with it."""
    name = next(name for name in members if name.endswith("/report.md"))
    data = members[name].replace(b"1", b"2")
    return {**members, name: data}


HOSTILE = {
    "a path above": lambda m: {"members": renamed(m, "runs/../../x")},
    "a path above of a run": lambda m: {"members": renamed(m, f"{last(m).rpartition('/')[0]}/../../../x")},
    "an absolute path": lambda m: {"members": renamed(m, "/tmp/smc-evil")},
    "a place of another kind": lambda m: {"members": renamed(m, "ledger.sqlite")},
    "a status": lambda m: {"members": renamed(m, f"status/{'0' * 16}.json")},
    "a control character": lambda m: {"members": renamed(m, f"runs/{'0' * 16}/a\nb")},
    "a link": lambda m: {"members": m, "kinds": {last(m): tarfile.SYMTYPE}},
    "a hard link": lambda m: {"members": m, "kinds": {last(m): tarfile.LNKTYPE}},
    "a device": lambda m: {"members": m, "kinds": {last(m): tarfile.CHRTYPE}},
    "a pipe": lambda m: {"members": m, "kinds": {last(m): tarfile.FIFOTYPE}},
    "a folder": lambda m: {"members": m, "kinds": {last(m): tarfile.DIRTYPE}},
    "a long name of GNU": lambda m: {"members": renamed(m, f"runs/{'0' * 16}/{'x' * 190}")},
    "more than is listed": lambda m: {"members": {**m, "runs/x/y": b""}, "index": listed(m)},
    "less than is listed": lambda m: {"members": dict(list(m.items())[:-1]), "index": listed(m)},
    "another content": lambda m: {"members": {**m, last(m): m[last(m)][::-1]}, "index": listed(m)},
    "another name": lambda m: {
        "members": {name: data[::-1] if name.startswith("names") else data for name, data in m.items()},
        "index": listed(m),
    },
    "a larger content": lambda m: {"members": {**m, last(m): m[last(m)] + b"x"}, "index": listed(m)},
    "a run that was edited": lambda m: {"members": edited(m)},
    "a run by another name": lambda m: {"members": other_run(m)},
    "a file that no run lists": lambda m: {"members": {**m, f"{last(m)}.more": b"x"}},
    "bars of no run": lambda m: {"members": {**m, f"bars/{'0' * 16}.parquet": b"x"}},
    "a name of no run": lambda m: {"members": {**m, f"names/{'0' * 16}.json": b"{}"}},
    "damaged bars": lambda m: {
        "members": {name: data[:-9] if name.startswith("bars") else data for name, data in m.items()}
    },
    "no list": lambda m: {"members": {name: data for name, data in m.items() if "MANIFEST" not in name}},
    "no run": lambda m: {"members": {}},
    "an index that is none": lambda m: {"members": m, "index": b"[]"},
    "an index of tomorrow": lambda m: {"members": m, "index": b'{"format": 2, "files": {}}'},
    "an index that is deep": lambda m: {"members": m, "index": b"[" * 100_000},
    "a size that is none": lambda m: {"members": m, "index": listed(m).replace(b'"size": ', b'"size": -')},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_or_damaged_archive_puts_nothing_in_place(whole, tmp_path, what):
    members = {name: data for name, data in members_of(whole).items() if name != INDEX}
    packed(tmp_path / "evil.tar.gz", **HOSTILE[what](members))
    before = set(Path("/tmp").glob("smc-evil"))
    with pytest.raises(
        ResultsError, match=r"evil.tar.gz is damaged, or no archive of smc.archive: .*; nothing"
    ):
        restore(tmp_path / "evil.tar.gz", tmp_path / "new")
    new = tmp_path / "new"
    left = [path for place in ("runs", "names", "bars", "staging") for path in (new / place).glob("*")]
    assert left == []
    assert set(tmp_path.iterdir()) <= {tmp_path / "evil.tar.gz", new, tmp_path / "outputs"}
    assert set(Path("/tmp").glob("smc-evil")) == before


def test_the_honest_copy_of_a_stranger_is_taken(whole, tmp_path):
    members = {name: data for name, data in members_of(whole).items() if name != INDEX}
    packed(tmp_path / "copy.tar.gz", members)
    assert len(restore(tmp_path / "copy.tar.gz", tmp_path / "new").restored) == 2


def test_an_archive_that_rots_before_it_is_read_back_is_no_reason_to_remove_a_run(whole, tmp_path):
    members = {name: data for name, data in members_of(whole).items() if name != INDEX}
    packed(
        tmp_path / "rot.tar.gz",
        {**members, last(members): members[last(members)][::-1]},
        index=listed(members),
    )
    with pytest.raises(ResultsError, match=r"splits.json is not what was listed"):
        check_archive(tmp_path / "rot.tar.gz")


@pytest.mark.parametrize("cut", [0, 10, 3000, -9000])
def test_a_file_that_was_cut_short_or_is_none_is_refused(whole, tmp_path, cut):
    (tmp_path / "cut.tar.gz").write_bytes(whole.read_bytes()[:cut])
    with pytest.raises(ResultsError, match="is damaged, or no archive"):
        restore(tmp_path / "cut.tar.gz", tmp_path / "new")
    assert not list((tmp_path / "new").glob("runs/*"))


def test_what_would_fill_the_disk_is_refused_before_it_is_unpacked(whole, tmp_path, monkeypatch):
    members = {name: data for name, data in members_of(whole).items() if name != INDEX}
    said = json.loads(listed(members))
    said["files"][last(members)]["size"] = 8**11 - 1
    packed(tmp_path / "bomb.tar.gz", members, index=json.dumps(said).encode())
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 0, 10**9))
    with pytest.raises(ResultsError, match=r"the archive holds 8,59\d MB, 1,000 MB are left"):
        restore(tmp_path / "bomb.tar.gz", tmp_path / "new")


def test_a_member_that_unpacks_into_memory_is_refused_by_its_header(tmp_path):
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 8 * 10**9
    with gzip.open(tmp_path / "bomb.tar.gz", "wb") as file:
        file.write(header.tobuf(tarfile.USTAR_FORMAT))
        file.write(bytes(1024))
    with pytest.raises(ResultsError, match="'x' is no plain file"):
        restore(tmp_path / "bomb.tar.gz", tmp_path / "new")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--to FILE.tar.gz writes an archive, --restore FILE.tar.gz puts one back: one of these"),
        (["--to=a.tar.gz", "--restore=a.tar.gz"], "one of these"),
        (["--to=a.tar.gz"], "name the runs to archive, or --tag, or --all: one of these"),
        (["--to=a.tar.gz", "--all", "3f"], "one of these"),
        (["--to=a.zip", "--all"], "--to a.zip: an archive is called something.tar.gz"),
        (["--restore=a.tar.gz", "--remove"], "--restore puts all runs of the file back: leave out"),
        (["--restore=nowhere.tar.gz"], "nowhere.tar.gz cannot be read: No such file or directory"),
        (["--to=a.tar.gz", "--tag=nope"], "has the tag nope"),
    ],
)
def test_a_mistake_is_told_in_a_line(output, words, message, capsys):
    with pytest.raises(SystemExit) as end:
        main([*words, "--output", str(output)])
    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_runs_are_chosen_by_their_tag(output, tmp_path, capsys):
    main(["--tag=keep", "--to", str(tmp_path / "a.tar.gz"), "--remove", "--output", str(output)])
    assert "1 run," in capsys.readouterr().out
    assert len(names(output)) == 1
    main(["--restore", str(tmp_path / "a.tar.gz"), "--output", str(output)])
    assert "1 run put back" in capsys.readouterr().out
    assert len(names(output)) == 2
