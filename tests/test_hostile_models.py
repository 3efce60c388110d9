"""A model file that is made to cost time or memory is refused in words before it does, or read at once."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.attacks.models import blanks, deep, marks, mdl, too_many
from benchmarks.attacks.reading import reading
from policy_lab import limits
from policy_lab.catalogue import english
from policy_lab.cli import main
from policy_lab.errors import BadValue, ModelError
from policy_lab.readers import translate

#: What one file may cost, as a multiple of what a plain file of a thousand equations costs the same process.
TIMES = 8.0
#: To have many variables takes time until there are too many.
LONGER = {"macros that double": 32.0}
PLAIN = mdl("".join(f"v{n} = {n} + Time ~~|\n" for n in range(1000)))


@pytest.mark.parametrize("kind", [blanks, marks, too_many, deep])
def test_hostile_files_cost_no_time(kind: object, tmp_path: Path) -> None:
    wrong = []
    with reading() as process:
        plain = tmp_path / "plain.mdl"
        plain.write_text(PLAIN, encoding="utf-8")
        usual, _, read = process.of(plain)
        assert int(read) >= 1000
        for number, (name, ending, text) in enumerate(kind()):  # type: ignore[operator]
            path = tmp_path / f"model{number}{ending}"
            path.write_text(text, encoding="utf-8")
            spent, what, said = process.of(path)
            path.unlink()
            if what not in ("read", "told") or spent > usual * LONGER.get(name, TIMES) or len(said) > 1500:
                wrong.append(f"{name}: {what} after {spent:.1f} s, {said[:200]}")
            if kind is too_many and what != "told" and not name.startswith("digits, dec"):
                wrong.append(f"{name} was {what}: {said}")
    assert wrong == []


@pytest.mark.parametrize("pattern", ["\t \n" * 700, "\\\n" * 700, "(" * 2000, "*** a " * 400, ":MACRO: a ( " * 300])
def test_twice_as_much_takes_twice_as_long(pattern: str, tmp_path: Path) -> None:
    """Not four or eight times: of the quickest of several."""

    def seconds(times: int) -> float:
        path = tmp_path / "model.mdl"
        path.write_text(mdl(f"a = 1~~|\n:MACRO: {pattern * times}\nr: a -> (x{pattern * times}~~|\n"), encoding="utf-8")
        spent = []
        for _ in range(5):
            began = time.process_time()
            with suppress(ModelError):
                translate(path)
            spent.append(time.process_time() - began)
        return min(spent)

    seconds(1)
    assert seconds(8) < 3 * 4 * seconds(2) + 0.05


def test_a_limit_is_told_with_the_flag_that_raises_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(limits.VARIABLE, "")
    path = tmp_path / "long.mdl"
    path.write_text(mdl("a = 1~~|", last="1200000"))
    assert main(["run", str(path), "--out", str(tmp_path / "out.csv")]) == 2
    said = capsys.readouterr().err
    assert "1,200,000 time steps" in said and "--limit steps=N" in said
    path.write_text(mdl("r: (e1-e20000)~~|\na[r] = 1~~|"))
    assert main(["run", str(path), "--out", str(tmp_path / "out.csv")]) == 2
    assert "'r' has 19,999 elements" in (said := capsys.readouterr().err) and "--limit elements=N" in said
    path.write_text(mdl("a = 1~~|", last="30000"))
    monkeypatch.setenv(limits.VARIABLE, "steps=20000")
    assert main(["run", str(path), "--out", str(tmp_path / "out.csv")]) == 2
    assert main(["run", str(path), "--out", str(tmp_path / "out.csv"), "--limit", "steps=40000"]) == 0


@pytest.mark.parametrize("name", limits.USUAL)
def test_every_limit_can_be_raised_and_is_told_in_both_languages(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limits.VARIABLE, "")
    usual = limits.USUAL[name]
    if name != "nesting":  # of which the equation tells
        with pytest.raises(ModelError) as told:
            limits.check(name, usual + 1, file="a.mdl", name="x", line=7)
        assert f"--limit {name}=N" in english().in_words(told.value.message)
    limits.allow([f"{name}={usual * 2}"])
    assert limits.most(name) == usual * 2


@pytest.mark.parametrize(
    "text", ["steps", "steps=", "steps=-1", "steps=1e9", "stairs=3", "steps=²", "steps=" + "9" * 99]
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="NAME=NUMBER"):
        limits.allow([text])
