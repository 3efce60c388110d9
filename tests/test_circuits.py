"""Circuits of loops against models whose links, gains and effects are known by formula."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_lab.catalogue import english
from policy_lab.checks import check_model
from policy_lab.checks.loops import Closed, close_loops
from policy_lab.checks.settings_or_feedback import settings_or_feedback, spearman
from policy_lab.errors import ModelError, PolicyLabError, UnknownName
from policy_lab.model import Model, load_model
from policy_lab.model.circuits import circuit_of
from policy_lab.model.loops import loop_rows, read_circuit

CLOCK = """
INITIAL TIME = 0 ~ year ~ |
FINAL TIME = 20 ~ year ~ |
TIME STEP = 0.25 ~ year ~ |
SAVEPER = 1 ~ year ~ |
"""
HEADER = "name,kind,switch,circuit,world,outcome,year,when_cut\n"
SWITCH = "on = 1 ~ Dmnl [0,1] ~ |\n"
#: At rest from the start: S = u + g S, followed with delay T.
LINEAR = (
    """{UTF-8}
target = u + on * g * S ~ thing ~ |
change = ( target - S ) / T ~ thing/year ~ |
S = INTEG ( change , u / ( 1 - g ) ) ~ thing ~ |
u = 10 ~ thing [0,100] ~ |
g = 0.3 ~ Dmnl [-5,0.9] ~ |
T = 2 ~ year [1,5] ~ |
"""
    + SWITCH
    + CLOCK
)
AROUND = "S > target > change > S"
LOGISTIC = (
    """{UTF-8}
births = r * P ~ person/year ~ |
room = MAX ( 0 , 1 - on * P / K ) ~ Dmnl ~ |
growth = births * room ~ person/year ~ |
P = INTEG ( growth , P0 ) ~ person ~ |
r = 0.5 ~ 1/year [0,1] ~ |
K = 100 ~ person [1,1000] ~ |
P0 = 5 ~ person [1,100] ~ |
"""
    + SWITCH
    + CLOCK
)
CHAIN = (
    """{UTF-8}
A = INTEG ( grow , 1 ) ~ thing ~ |
grow = rate * A ~ thing/year ~ |
middle = on * A ~ thing ~ |
end = 1 + on * middle ~ thing ~ |
rate = 0.1 ~ 1/year [0,1] ~ |
"""
    + SWITCH
    + CLOCK
)
ARRAYS = (
    """{UTF-8}
Place: here, there ~ ~ |
k[here] = INTEG ( m[there] , 1 ) ~ thing ~ |
k[there] = INTEG ( m[here] , 1 ) ~ thing ~ |
m[Place] = seen[Place] / T ~ thing/year ~ |
seen[Place] = SMOOTH ( k[Place] , T ) ~ thing ~ |
own[here] = k[there] / T ~ thing/year ~ |
own[there] = T0 ~ thing/year ~ |
back = own[there] ~ thing/year ~ |
Q = INTEG ( back , T0 * k[here] ) ~ thing ~ |
T = 10 ~ year [1,20] ~ |
T0 = 1 ~ thing/year [0,2] ~ |
"""
    + CLOCK
)


def made(folder: Path, text: str, rows: str, outcome: str, constant: str) -> Model:
    """A model with one headline outcome and four scenarios that differ in one constant."""
    folder = folder / "small"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "small.mdl").write_text(text, encoding="utf-8")
    (folder / "loops.csv").write_text(HEADER + rows, encoding="utf-8")
    words = "name,label,group,headline,better,decimals,why\n"
    (folder / "outcomes.csv").write_text(f"{words}{outcome},{outcome},g,yes,higher,1,w\n", encoding="utf-8")
    for number, value in enumerate((1.0, 1.3, 0.7, 1.1)):
        value *= load_model(folder).program.constants[constant]
        name = "status_quo" if not number else f"other_{number}"
        toml = f'title = "{name}"\nrationale = "r"\n[assumptions]\n{constant} = {value}\n'
        (folder / "scenarios" / f"{name}.toml").write_text(toml, encoding="utf-8")
    return load_model(folder)


def row(kind: str, circuit: str, outcome: str) -> str:
    return f"Loop,{kind},on,{circuit},status_quo,{outcome},20,lower\n"


def only(model: Model) -> Closed:
    (found,) = close_loops(model)
    return found


def told(model: Model) -> dict[str, str]:
    """Kind to words of the findings about loops."""
    found = check_model(model.folder or "").findings
    return {f.kind: english().in_words(f.words) for f in found if f.file == "loops.csv"}


@pytest.mark.parametrize(("gain", "kind"), [(0.3, "R"), (0.02, "R"), (-0.5, "B")])
def test_the_closure_of_a_linear_loop_is_its_gain(tmp_path: Path, gain: float, kind: str) -> None:
    """S starts at u/(1-g); cut, it goes to u by a factor (1 - dt/T) a step: g (1 - (1 - 0.25/2)^80) of S comes back."""
    text = LINEAR.replace("g = 0.3", f"g = {gain}")
    model = made(tmp_path, text, row(kind, AROUND, "S"), "S", "u")
    loop = only(model)
    assert loop.closure == pytest.approx(abs(gain) * (1 - (1 - 0.125) ** 80), rel=1e-9)
    assert loop.cause == "S"
    assert [link.sign for link in loop.signs] == [1 if gain > 0 else -1, 1, 1]
    assert all(link.share == 1 for link in loop.signs)
    assert ("loop hardly closes" in told(model)) is (abs(gain) < 0.05)
    assert "loop sign" not in told(model)


def test_an_r_loop_with_another_sign_is_an_error(tmp_path: Path) -> None:
    text = LINEAR.replace("g = 0.3", "g = -0.5")
    found = told(made(tmp_path, text, row("R", AROUND, "S"), "S", "u"))
    assert set(found) == {"loop sign"}
    assert "S > target" in found["loop sign"]


def test_logistic_growth_holds_both_its_loops(tmp_path: Path) -> None:
    """Uncut, P grows by r dt a step: P0 1.125^80 at the end, far above the limit K."""
    model = made(tmp_path, LOGISTIC, row("B", "P > room > growth > P", "P"), "P", "r")
    loop = only(model)
    assert [link.sign for link in loop.signs] == [-1, 1, 1]
    assert loop.closure == pytest.approx((5 * 1.125**80 - 100) / 100, rel=0.01)
    assert told(model) == {}
    births = circuit_of(model, "P > births > growth > P")
    assert births.names == ("P", "births", "growth", "P")


def test_a_chain_that_is_called_a_loop_does_not_pass(tmp_path: Path) -> None:
    """Every link is there but the one back; with a link back that carries nothing nothing comes back either."""
    found = told(made(tmp_path, CHAIN, row("R", "A > middle > end > A", "end"), "end", "rate"))
    assert "no link 'end' > 'A'" in found["table does not fit"]
    weak = CHAIN.replace("grow = rate * A", "grow = rate * A + 0 * end * rate")
    model = made(tmp_path / "weak", weak, row("R", "A > middle > end > grow > A", "end"), "end", "rate")
    assert only(model).closure == 0
    assert only(model).cause == "A"
    assert only(model).effect > 0.02
    assert {"loop hardly closes", "loop sign"} <= set(told(model))


def test_what_is_called_a_chain_need_not_close(tmp_path: Path) -> None:
    model = made(tmp_path, CHAIN, row("chain", "A > middle > end", "end"), "end", "rate")
    assert told(model) == {}
    assert close_loops(model) == []
    assert [(loop.kind, loop.circuit is not None) for loop in model.loops] == [("chain", True)]


def test_a_link_whose_sign_changes_is_mixed(tmp_path: Path) -> None:
    """S rises from 1 through 5 to 8: half of the moments lie on either side of the parabola's top."""
    text = LINEAR.replace("u + on * g * S", "u + on * g * S * ( 10 - S ) / u").replace("u / ( 1 - g )", "1")
    text = text.replace("u = 10", "u = 6").replace("T = 2", "T = 5")
    loop = only(made(tmp_path, text, row("R", AROUND, "S"), "S", "u"))
    assert loop.signs[0].share < 0.9
    assert "the same in only" in told(load_model(tmp_path / "small"))["loop sign"]


def test_a_switch_beside_the_circuit_cuts_nothing_of_it(tmp_path: Path) -> None:
    text = LOGISTIC.replace("births = r * P", "births = r * P * ( 1 + 0 * on )")
    found = told(made(tmp_path, text, row("R", "P > births > growth > P", "P"), "P", "r"))
    assert "is in no link" in found["loop hardly closes"]


def test_a_loop_that_moves_no_headline_is_an_error(tmp_path: Path) -> None:
    text = LINEAR + "\n"
    text = text.replace("u = 10", "shown = u + 0.001 * S ~ thing ~ |\nu = 10")
    assert set(told(made(tmp_path, text, row("R", AROUND, "S"), "shown", "u"))) == {"loop moves nothing"}


@pytest.mark.parametrize(
    ("circuit", "says"),
    [
        ("S > tarket > change > S", "tarket"),
        ("S > change > target > S", "no link 'change' > 'target'"),
        ("S > target > change", "is not closed"),
        ("S > S", "two links"),
        ("S > target > change > S > target > change > S", "passes 'S' twice"),
        ("u > S > target > change > S", "is not closed"),
        ("", "is empty"),
    ],
)
def test_a_circuit_that_is_not_in_the_equations_says_where_and_why(tmp_path: Path, circuit: str, says: str) -> None:
    model = made(tmp_path, LINEAR, row("R", circuit, "S"), "S", "u")
    with pytest.raises(ModelError) as wrong:
        read_circuit(model, loop_rows(model)[0])
    assert "loops.csv, row 2, column 'circuit'" in str(wrong.value)
    assert says in str(wrong.value)
    assert says in told(model)["table does not fit"]


def test_what_only_an_initial_value_reads_is_no_link(tmp_path: Path) -> None:
    model = made(tmp_path, LINEAR, "", "S", "u")
    with pytest.raises(PolicyLabError, match="no link 'g' > 'S'"):
        circuit_of(model, "g > S", closed=False)


def test_elements_count_one_by_one_and_smooths_belong_to_their_equation(tmp_path: Path) -> None:
    model = made(tmp_path, ARRAYS, "", "Q", "T")
    across = circuit_of(model, "k[here] > seen[here] > m[here] > k[there] > seen[there] > m[there] > k[here]")
    assert [len(step) for step in across.steps] == [1] * 6
    assert len(across.steps[0][0].route) > 2  # through the stock inside the smooth
    with pytest.raises(PolicyLabError, match=r"no link 'm\[here\]' > 'k\[here\]'"):
        circuit_of(model, "k[here] > seen[here] > m[here] > k[here]")
    with pytest.raises(PolicyLabError, match="no element of 'k'"):
        circuit_of(model, "k > seen > m > k")
    with pytest.raises(UnknownName):
        circuit_of(model, "k[nowhere] > seen > m > k[nowhere]")


def test_what_settings_decide_alone_keeps_order_and_spread(tmp_path: Path) -> None:
    """Without its loop S ends at u (in 80 steps of 1 - dt/T); with it at u/(1-g): the spread is 1-g as wide."""
    (share,) = settings_or_feedback(made(tmp_path, LINEAR, row("R", AROUND, "S"), "S", "u"))
    assert share.same_order == 1
    left = (1 - 0.125) ** 80
    assert share.spread_kept == pytest.approx(((1 - left) + left / 0.7) * 0.7, rel=1e-9)


def test_spearman_gives_ties_their_mean_rank() -> None:
    """By hand: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4 correlate by 4.5 / sqrt(4.5 * 5)."""
    assert spearman([1, 2, 2, 3], [10, 20, 30, 40]) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)  # type: ignore[arg-type]
