"""Model files that are made to cost time or memory; each has to be told within two seconds, in words, or be read."""

from __future__ import annotations

from collections.abc import Iterator

CLOCK = "INITIAL TIME = 0~~|\nFINAL TIME = {last}~~|\nTIME STEP = {step}~~|\nSAVEPER = 1~~|\n"
TWO_OUTPUTS = ":MACRO: M(x : y)\nM = x~~|\ny = x~~|\n:END OF MACRO:\n"
BLANKS = (" " * 1000, "\t" * 1000, "\n" * 1000, " \n" * 500, "\\\n" * 500)


def mdl(equations: str, last: str = "10", step: str = "1") -> str:
    """A Vensim file."""
    return "{UTF-8}\n" + equations + "\n" + CLOCK.format(last=last, step=step)


def xmile(variables: str, dimensions: str = "", stop: str = "10", dt: str = "1") -> str:
    """An XMILE file."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
        f"<header><vendor>x</vendor></header><sim_specs><start>0</start><stop>{stop}</stop><dt>{dt}</dt></sim_specs>"
        f"{dimensions}<model><variables>{variables}</variables></model></xmile>"
    )


def blanks() -> Iterator[tuple[str, str, str]]:
    """A thousand blanks wherever a pattern may look for some: name, ending, text."""
    for n, blank in enumerate(BLANKS):
        for place, text in {
            "macro": f":MACRO:{blank}x",
            "macro name": f":MACRO: a{blank}b{blank}x",
            "macro inputs": f":MACRO: M({blank}x{blank}:{blank}",
            "macro call": f"{TWO_OUTPUTS}a = M({blank}1{blank}:{blank}b{blank}",
            "heading": f"***{blank}x{blank}",
            "heading end": f"********{blank}.x{blank}*{blank}~~|",
            "mapping": f"r: a, b -> ({blank}x{blank}:{blank}y{blank}~~|",
            "mapping open": f"r: a, b -> {'(' + blank[:20]} ~~|",
            "name": f"a{blank}b{blank}~~|",
            "data": f"a{blank}[{blank}b{blank}",
            "quoted": f'"a{blank}\\"{blank} = 1~~|',
            "equation": f"a = 1{blank}+{blank}x{blank}(",
            "unit": f"a = 1 ~ {blank}[{blank}~{blank}|",
            "documentation": f"a = 1 ~~ {blank}Source:{blank}x{blank}.{blank}|",
            "sketch": f"a = 1~~|\n\\\\{blank}---/// Sketch{blank}",
            "settings": f"a = 1~~|\n///---\\\\\\\n:L<%^E!@\n15:0,0,0,{blank}x\n22:{blank},{blank}",
        }.items():
            yield f"{place}, blanks {n}", ".mdl", mdl(text)
        yield (
            f"xmile flow, blanks {n}",
            ".xmile",
            xmile(
                f'<stock name="s"><eqn>1</eqn><inflow>"a{blank}"["b{blank}"["c"</inflow></stock>'
                f'<aux name="x"><eqn>1{blank}+</eqn></aux>'
            ),
        )


def marks() -> Iterator[tuple[str, str, str]]:
    """One mark many thousand times over."""
    for mark in (
        "*",
        "(",
        "[",
        "{",
        '"',
        '\\"',
        "\\",
        ":",
        ",",
        "~",
        "|",
        "~|",
        "-",
        "1e",
        "((x)",
        ":MACRO:",
        "***a",
        '"[',
        "<",
    ):
        yield f"{mark} × 20,000 as an equation", ".mdl", mdl(f"a = {mark * 20_000}~~|")
        yield f"{mark} × 20,000 before a name", ".mdl", mdl(f"{mark * 20_000} a = 1~~|")
        yield (
            f"{mark} × 20,000 in XMILE",
            ".xmile",
            xmile(f'<aux name="a"><eqn><![CDATA[{mark * 20_000}]]></eqn></aux>'),
        )
    call = "M(" + ",".join("x" * 20_000) + ":" + ",".join("y" * 20_000) + ")"
    yield (
        "a call of 20,000 outputs",
        ".mdl",
        mdl(f"{TWO_OUTPUTS}a = {call}~~|"),
    )


def too_many() -> Iterator[tuple[str, str, str]]:
    """More than a machine has: the name says of what."""
    yield "steps", ".mdl", mdl("a = 1~~|", last="1e9")
    yield "steps, short", ".mdl", mdl("a = 1~~|", step="1e-12")
    yield "steps, no end", ".mdl", mdl("zero = 0~~|", last="1/0")
    yield "steps, not finite", ".mdl", mdl("zero = 0~~|\nbig = 1e308~~|", last="big*10")
    yield "steps, no number", ".mdl", mdl("a = 1~~|", last="0*(1e308*10)")
    yield "steps, XMILE", ".xmile", xmile('<aux name="a"><eqn>1</eqn></aux>', stop="1e12")
    yield "clock, XMILE", ".xmile", xmile('<aux name="a"><eqn>1</eqn></aux>', stop="inf")
    yield "clock, XMILE nan", ".xmile", xmile('<aux name="a"><eqn>1</eqn></aux>', dt="nan")
    yield "clock, XMILE 0", ".xmile", xmile('<aux name="a"><eqn>1</eqn></aux>', dt='0" reciprocal="true')
    yield "elements", ".mdl", mdl("r: (e1-e1000000000)~~|\na[r] = 1~~|")
    yield (
        "elements, XMILE",
        ".xmile",
        xmile(
            '<aux name="a"><dimensions><dim name="d"/></dimensions><eqn>1</eqn></aux>',
            '<dimensions><dim name="d" size="1000000000"/></dimensions>',
        ),
    )
    some = ", ".join(f"e{i}" for i in range(500))
    others = ", ".join(f"f{i}" for i in range(500))
    more = ", ".join(f"g{i}" for i in range(500))
    yield "variables", ".mdl", mdl(f"r: {some}~~|\ns: {others}~~|\nt: {more}~~|\na[r,s,t] = 1~~|")
    yield (
        "variables, XMILE",
        ".xmile",
        xmile(
            '<aux name="a"><dimensions><dim name="d"/><dim name="e"/></dimensions><eqn>1</eqn></aux>',
            '<dimensions><dim name="d" size="1000"/><dim name="e" size="1000"/></dimensions>',
        ),
    )
    yield (
        "terms",
        ".mdl",
        mdl(
            f"r: {some}~~|\ns: {others}~~|\nt: {more}~~|\n"
            "p[r] = 1~~|\nq[s] = 1~~|\nw[t] = 1~~|\na = SUM(p[r!]*q[s!]*w[t!])~~|"
        ),
    )
    yield (
        "terms, sum",
        ".mdl",
        mdl(f"r: {some}~~|\ns: {others}~~|\nq[r] = 1~~|\np[s] = 1~~|\na[r,s] = SUM(q[r!]*p[s!])~~|"),
    )
    yield "stages", ".mdl", mdl("a = DELAY N(TIME STEP, 10, 0, 1e9)~~|")
    yield "stages, fixed", ".mdl", mdl("a = DELAY FIXED(Time, 1e12, 0)~~|")
    macros = "".join(f":MACRO: M{n}(x)\nM{n} = M{n + 1}(x) + M{n + 1}(x+1)~~|\n:END OF MACRO:\n" for n in range(19))
    yield "macros that double", ".mdl", mdl(f"{macros}:MACRO: M19(x)\nM19 = x~~|\n:END OF MACRO:\na = M0(1)~~|")
    yield (
        "a range in ranges",
        ".mdl",
        mdl("".join(f"r{n}: r{n + 1}, r{n + 1}~~|\n" for n in range(40)) + "r40: a, b~~|\nx[r0] = 1~~|"),
    )
    yield "digits", ".mdl", mdl(f"a = {'9' * 100_000}~~|")
    yield "digits, decimal", ".mdl", mdl(f"a = 0.{'9' * 100_000}~~|")
    yield "digits, clock", ".mdl", mdl("a = 1~~|", last="9" * 5000)
    yield "equations", ".mdl", mdl("".join(f"a{n} = {n}~~|\n" for n in range(300_000)))
    yield "bytes", ".mdl", mdl("a = 1 ~~ " + "x" * 30_000_000 + "|")
    yield "bytes, XMILE", ".xmile", xmile(f'<aux name="a"><doc>{"x" * 30_000_000}</doc><eqn>1</eqn></aux>')


def deep() -> Iterator[tuple[str, str, str]]:
    """Brackets in brackets."""
    for depth in (300, 5_000, 100_000):
        yield f"brackets, {depth:,} deep", ".mdl", mdl(f"a = {'(' * depth}1{')' * depth}~~|")
        yield f"calls, {depth:,} deep", ".mdl", mdl(f"a = {'ABS(' * depth}1{')' * depth}~~|")
        yield f"signs, {depth:,} deep", ".mdl", mdl(f"a = {'- ' * depth}1~~|")
        yield f"powers, {depth:,} deep", ".mdl", mdl(f"a = {'1^' * depth}1~~|")
        yield (
            f"chain, {depth:,} long",
            ".mdl",
            mdl("a0 = 1~~|\n" + "".join(f"a{n + 1} = a{n}~~|\n" for n in range(min(depth, 5000)))),
        )
        yield (
            f"tags, {depth:,} deep",
            ".xmile",
            xmile("<group>" * depth + "</group>" * depth + '<aux name="a"><eqn>1</eqn></aux>'),
        )
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    yield (
        "entities",
        ".xmile",
        xmile('<aux name="a"><eqn>&b9;</eqn></aux>').replace(
            "?><xmile", f'?><!DOCTYPE x [<!ENTITY b0 "1">{bomb}]><xmile'
        ),
    )
    yield (
        "entity of a file",
        ".xmile",
        xmile('<aux name="a"><eqn>&f;</eqn></aux>').replace(
            "?><xmile", '?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><xmile'
        ),
    )
