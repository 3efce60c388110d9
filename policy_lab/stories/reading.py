"""A story file as a typed story, with everything in it that does not fit."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from policy_lab.catalogue import in_language, languages
from policy_lab.errors import PolicyLabError, StoryError, UnknownName
from policy_lab.model import Model, load_model
from policy_lab.stories.blocks import Blocks, kept, together
from policy_lab.stories.document import Block, Document, Section, read_document, read_file
from policy_lab.stories.faults import Faults
from policy_lab.stories.figures import Figures
from policy_lab.stories.prose import Words
from policy_lab.stories.runs import Bench, Run, default_run, run_of
from policy_lab.stories.story import (
    LESSON,
    ROLE_PLAY,
    Ask,
    Curve,
    Deal,
    Demand,
    Goal,
    Note,
    Part,
    Predict,
    Reveal,
    Role,
    Step,
    Story,
)
from policy_lab.stories.vocabulary import Vocabulary

FORMAT: Final = 1
HEAD: Final = ("format", "title", "model", "kind", "minutes", "level", "teaches", "languages")
KINDS: Final = {LESSON: ("show", "predict", "reveal", "ask"), ROLE_PLAY: ("show", "role", "goal", "deal")}
MOST_MINUTES: Final = 600


@dataclass(frozen=True)
class Reading:
    """What a file came to: the story as far as it could be read, its faults, and what computes its numbers."""

    story: Story
    faults: Faults
    figures: Figures

    @property
    def bench(self) -> Bench:
        """The runs."""
        return self.figures.bench

    @property
    def vocabulary(self) -> Vocabulary:
        """The names in the story's language."""
        return self.figures.vocabulary

    def sound(self) -> Story:
        """The story; raises the first fault, if there is one."""
        for error in self.faults.errors():
            raise error
        return self.story


def read_story(path: Path, bench: Bench | None = None) -> Reading:
    """Read a story file ``NAME.LANGUAGE.md``.

    Args:
        path: of the file.
        bench: with runs of the same model that were made before.

    Raises:
        StoryError: it cannot be opened, has no front matter that can be read, its name has no language, or its model
            is not known.
        PolicyLabError: its model cannot be read.
    """
    language = language_of(path)
    text = read_file(path)
    faults = Faults(path.name)
    document = read_document(text, faults)
    if not document.head.data and faults.found:
        raise faults.errors()[0]
    model = _model(document.head, path)
    bench = bench if bench and bench.model is model else Bench(model)
    reader = _Reader(document, faults, Vocabulary(model, language), bench)
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    story = reader.story(path, version)
    return Reading(story, faults, reader.figures)


def language_of(path: Path) -> str:
    """The language in a file's name; raises StoryError."""
    parts = path.name.split(".")
    if len(parts) != 3 or parts[2] != "md" or parts[1] not in languages():
        raise StoryError("error.story.file_name", file=path.name, languages=list(languages()))
    return parts[1]


def _model(head: Block, path: Path) -> Model:
    named = head.data.get("model")
    if not isinstance(named, str) or not named.strip():
        raise StoryError("error.story.at", file=path.name, line=head.line, problem=StoryError("error.story.no_model"))
    beside = (path.resolve().parent / named).resolve()
    try:
        return load_model(beside if ("/" in named and beside.exists()) else named)
    except UnknownName as unknown:
        raise StoryError("error.story.at", file=path.name, line=head.line_of("model"), problem=unknown) from None


@dataclass
class _Reader:
    document: Document
    faults: Faults
    vocabulary: Vocabulary
    bench: Bench
    computed: int = 0
    current: Run = field(default_factory=Run)
    predicts: dict[int, Predict] = field(default_factory=dict)
    bids: list[Mapping[str, float]] = field(default_factory=list)
    red_lines: list[Demand] = field(default_factory=list)
    goal: tuple[Demand, ...] = ()

    def story(self, path: Path, version: str) -> Story:
        """The whole of it: first every run, then every part, then the words, which may quote any run."""
        self.blocks = Blocks(self.vocabulary, self.faults)
        words = in_language(self.vocabulary.language)
        self.figures = Figures(self.vocabulary, self.bench, words, self.blocks.run_named)
        self.blocks.ready = self.figures
        self.words = Words(self.faults, self._figure, self._is_year)
        kind = self._kind()
        runs = self._runs(kind)
        steps = []
        for number, section in enumerate(self.document.steps):
            self.current = runs[number]
            steps.append(self._step(number, section, runs))
        self.current = default_run(self.vocabulary.model)
        notes = tuple(self._note(section) for section in self.document.notes)
        return self._whole(path, version, kind, tuple(steps), notes)

    # ---- front matter ---------------------------------------------------------------------------------------------

    def _whole(self, path: Path, version: str, kind: str, steps: tuple[Step, ...], notes: tuple[Note, ...]) -> Story:
        head, model = self.document.head, self.vocabulary.model
        self.blocks.only(head, HEAD)
        if head.data.get("format") != FORMAT:
            self.faults.add(head.line_of("format"), StoryError("error.story.format", version=FORMAT))
        minutes = head.data.get("minutes")
        if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 < minutes <= MOST_MINUTES:
            self.faults.add(head.line_of("minutes"), StoryError("error.story.minutes", value=str(minutes)))
            minutes = 0
        given = head.data.get("languages", list(languages()))
        if not isinstance(given, list) or not set(given) <= set(languages()) or self.vocabulary.language not in given:
            wrong = StoryError("error.story.languages", languages=list(languages()))
            self.faults.add(head.line_of("languages"), wrong)
            given = [self.vocabulary.language]
        return Story(
            key=path.name.split(".")[0],
            language=self.vocabulary.language,
            title=self._said("title"),
            kind=kind,
            minutes=minutes,
            level=self._said("level"),
            teaches=tuple(self._text(words, head.line_of("teaches")) for words in head.data.get("teaches", ())),
            languages=tuple(given),
            model=model.name,
            hash=model.hash,
            version=version,
            steps=steps,
            notes=notes,
            figures=self.computed,
        )

    def _said(self, key: str) -> str:
        return self._text(self.document.head.data.get(key, ""), self.document.head.line_of(key))

    def _text(self, text: Any, line: int) -> str:
        return "".join(span.text for span in self.words.line(text, line))

    def _kind(self) -> str:
        kind = self.document.head.data.get("kind", LESSON)
        if kind not in KINDS:
            wrong = StoryError("error.story.kind", value=str(kind), possible=list(KINDS))
            self.faults.add(self.document.head.line_of("kind"), wrong)
            return LESSON
        return str(kind)

    # ---- words ----------------------------------------------------------------------------------------------------

    def _figure(self, text: str, line: int) -> str:
        self.computed += 1
        return self.faults.tried(line, lambda: self.figures.shown(text, self.current), text.partition("|")[0].strip())

    def _is_year(self, year: float) -> bool:
        scenarios = [Run(key) for key in self.vocabulary.model.scenarios] or [Run()]
        spans = [self.bench.span(run) for run in (*scenarios, *self.blocks.runs)]
        return any(math.floor(first) <= year <= last for first, last in spans)

    def _note(self, section: Section) -> Note:
        title = self._text(section.title, section.line) if section.title else ""
        return Note(title, self.words.passages(section.texts))

    # ---- steps ----------------------------------------------------------------------------------------------------

    def _runs(self, kind: str) -> list[Run]:
        """The run of each step, that of its block; a reveal has the run of the guess before it."""
        found: list[Run] = []
        last = default_run(self.vocabulary.model)
        for section in self.document.steps:
            if len(section.blocks) > 1:
                self.faults.add(section.blocks[1].line - 1, StoryError("error.story.two_blocks"))
            run = default_run(self.vocabulary.model)
            for block in section.blocks[:1]:
                if block.kind not in KINDS[kind]:
                    wrong = StoryError("error.story.block", kind=block.kind, possible=list(KINDS[kind]))
                    self.faults.add(block.line - 1, wrong)
                    continue
                if block.kind not in ("role", "goal"):
                    run = self.blocks.run(block, last if block.kind == "reveal" else None)
            if section.blocks:
                last = run
            found.append(run)
        return found

    def _step(self, number: int, section: Section, runs: list[Run]) -> Step:
        part: Part | None = None
        for block in section.blocks[:1]:
            make = getattr(self, f"_{block.kind}", None) if block.kind in (*KINDS[LESSON], *KINDS[ROLE_PLAY]) else None
            try:
                part = make(number, block, runs) if make else None
            except PolicyLabError as wrong:
                self.faults.add(block.line, wrong)
        return Step(self._text(section.title, section.line), self.words.passages(section.texts), part)

    def _show(self, number: int, block: Block, runs: list[Run]) -> Part:
        return self.blocks.show(block, runs[number])

    def _predict(self, number: int, block: Block, runs: list[Run]) -> Part | None:
        found = self.blocks.predict(block, runs[number])
        if found is not None:
            self.predicts[number] = found
            for shape in found.words:
                self.words.line(shape, block.line_of("words", shape))
        return found

    def _reveal(self, number: int, block: Block, runs: list[Run]) -> Part | None:
        self.blocks.only(block, ("name", "scenario", "levers", "assumptions", "without", "case", "changed", "say"))
        before = max((n for n in self.predicts if n < number), default=None)
        if before is None:
            self.faults.add(block.line - 1, StoryError("error.story.no_guess"))
            return None
        if runs[number] != runs[before]:
            self.faults.add(block.line, StoryError("error.story.other_run"))
        self.current = runs[before]
        return Reveal(self.predicts[before], before, self.words.line(block.data.get("say"), block.line_of("say")))

    def _ask(self, number: int, block: Block, runs: list[Run]) -> Part:
        own = ("name", "scenario", "levers", "assumptions", "without", "case", "changed")
        self.blocks.only(block, (*own, "kind", "options", "answer", "because", "charts"))
        kind, options = block.data.get("kind"), block.data.get("options", [])
        if kind not in ("choice", "open") or not isinstance(options, list) or (kind == "open") != (not options):
            self.faults.add(block.line_of("kind"), StoryError("error.story.question"))
            options = []
        lines = [self.words.line(one, block.line_of("options", one)) for one in options]
        answer = block.data.get("answer")
        if options and answer not in options:
            self.faults.add(block.line_of("answer"), StoryError("error.story.answer", value=str(answer)))
        because = self.words.line(block.data.get("because"), block.line_of("because"))
        curve = self.blocks.curve(block, runs[number]) if any(key in block.data for key in own) else None
        right = options.index(answer) if answer in options else None
        return Ask(str(kind), tuple(lines), right, because, curve, self.blocks.charts(block, runs[number]))

    # ---- role play ------------------------------------------------------------------------------------------------

    def _role(self, number: int, block: Block, runs: list[Run]) -> Part:
        self.blocks.only(block, ("aim", "red_line", "levers"))
        bid, said = self.blocks.settings(block)
        aim, red_line = self.blocks.demands(block, "aim"), self.blocks.demands(block, "red_line")
        alone = run_of(default_run(self.vocabulary.model).scenario, bid)
        self._must(block, aim, alone, "error.story.aim")
        self.bids.append(bid)
        self.red_lines += red_line
        return Role(aim, red_line, bid, said)

    def _goal(self, number: int, block: Block, runs: list[Run]) -> Part:
        self.blocks.only(block, ("demands", "name"))
        self.goal = self.blocks.demands(block, "demands")
        bids = run_of(default_run(self.vocabulary.model).scenario, together(self.bids))
        name = str(block.data.get("name", ""))
        if name:
            self.blocks.named[name] = bids
        if all(kept(self.figures, demand, bids)[0] for demand in self.goal):
            self.faults.add(block.line_of("demands"), StoryError("error.story.easy"))
        return Goal(self.goal, Curve(name, bids))

    def _deal(self, number: int, block: Block, runs: list[Run]) -> Part:
        self.blocks.only(block, ("name", "levers"))
        self._must(block, self.goal, runs[number], "error.story.deal")
        self._must(block, self.red_lines, runs[number], "error.story.red_line")
        return Deal(self.blocks.curve(block, runs[number]), self.blocks.settings(block)[1])

    def _must(self, block: Block, demands: tuple[Demand, ...] | list[Demand], run: Run, key: str) -> None:
        for demand in demands:
            good, value = kept(self.figures, demand, run)
            if not good:
                wrong = StoryError("error.story.demand", why=StoryError(key), demand=demand.words, value=value)
                self.faults.add(block.line_of(demand.words), wrong)
