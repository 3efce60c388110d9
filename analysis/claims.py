"""Claims: what our documents say of `big_science`, each statement as something to test in a future.

Statements of the README and of its table of scenarios stand here; those of the essay are the predicates of
``checks.yaml`` that are derived from it, the loops' among them, taken over as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from analysis.claim_forms import Claim, Given, Policy, Term, above, after, gain, grows, less, more
from policy_lab.model import Model
from policy_lab.model.checks import Check

WORLDS, SURPRISES, ESSAY, LOOPS = "worlds", "surprises", "essay", "loops"
#: The documents that say so, by their names in translations.
DOCUMENTS = {
    WORLDS: "README, scenarios",
    SURPRISES: "README, surprises",
    ESSAY: "checks.yaml, the essay's claims",
    LOOPS: "loops.csv",
}
#: What a statement is: it follows from a definition; it holds in all futures or in none, by construction; or there are
#: futures on both sides.
DEFINITION, STRUCTURE, FINDING = "by definition", "structure", "finding"
#: Choice and outcome where the words of a lever say already which way it goes. Scientists come with diplomacy, which is
#: to lower tension; a mission programme brings secrecy. Open and broad rules are to lower secrecy, to close the gap in
#: access, to keep agendas alive and to bring disciplines in. Money hires and is spent.
BY_DEFINITION = {
    ("route", "Tension"),
    ("route", "secrecy index"),
    ("rules", "secrecy index"),
    ("rules", "access gap"),
    ("rules", "Effective Agendas"),
    ("rules", "engagement of cultures"),
    ("rules", "breadth of focus"),
    ("money", "technical researchers"),
    ("money", "public spending"),
    ("money", "Cumulative Public Cost"),
}
#: Choices of the model and their levels.
ROUTE, RULES, MONEY = "route", "rules", "money"
TOP_DOWN, BOTTOM_UP = "state", "scientists"
CLOSED, AS_TODAY, OPEN = "closed", "as_today", "open"
OFFERED = "5bn"
BASIC_PACKAGE = (("basic share of grants", 0.45), ("training fellowships", 0.03))
CUT = "loop active["


def claims_of(model: Model) -> tuple[Claim, ...]:
    """Everything our documents say, in their order; a claim whose words stand twice is asked once."""
    every = [*SAID, *of_choices(model), *from_checks(model)]
    return tuple({claim.words: where_shown(model, claim) for claim in reversed(every)}.values())[::-1]


def where_shown(model: Model, claim: Claim) -> Claim:
    """The claim, asked only in futures in which the model shows the outcomes that it compares."""
    conditions = model.conditions
    given = {
        Given(Term(t.policy, conditions[t.outcome].variable, t.year), conditions[t.outcome]): None
        for t in claim.terms
        if t.outcome in conditions
    }
    return replace(claim, given=(*claim.given, *given))


def from_checks(model: Model) -> Iterator[Claim]:
    """The essay's predicates that compare two runs at one moment; the others are said in words below."""
    for check in model.checks:
        if check.derived == "essay" and check.test in ("above", "below") and check.window[0] == check.window[1]:
            yield _from_check(check)


def _from_check(check: Check) -> Claim:
    (worlds, names), year = check.other, check.window[0]
    mine, theirs = (Policy(w.key, w.settings) for w in (check.worlds[0], worlds[0]))
    terms = (Term(mine, check.names[0], year), Term(theirs, names[0], year, -check.given["times"]))
    said = LOOPS if any(name.startswith(CUT) for name, _ in mine.extra) else ESSAY
    return Claim(check.key, check.says, said, terms, check.given["plus"], 1 if check.test == "above" else -1,
                 check.definition)  # fmt: skip


def point(model: Model, leader: str, rules: str, money: str, extra: Mapping[str, float] | None = None) -> Policy:
    """A combination of the levels of the three choices, with constants on top."""
    settings = model.at_point({ROUTE: leader, RULES: rules, MONEY: money})
    constants = {**model.constants_of(None, settings), **(extra or {})}
    return Policy(QUO.world, tuple(sorted(constants.items())))


def of_choices(model: Model) -> Iterator[Claim]:
    """What is said of rules against route and of a state against scientists, at 5 bn$ a year."""
    levels = (TOP_DOWN, OPEN), (TOP_DOWN, AS_TODAY), (BOTTOM_UP, OPEN), (BOTTOM_UP, AS_TODAY), (BOTTOM_UP, CLOSED)
    state_open, state, scientists_open, scientists, scientists_closed = (point(model, *at, OFFERED) for at in levels)
    yield more("rules_decide_coherence",
               "A state with open rules has more coherence than scientists with closed ones", SURPRISES, FIELD, 2050,
               state_open, scientists_closed)  # fmt: skip
    yield more("rules_decide_assurance",
               "A state with open rules assures more than scientists with closed ones", SURPRISES, LEAD, 2050,
               state_open, scientists_closed)  # fmt: skip
    yield more("state_unites_better",
               "With rules as today a state has the broader and more unifying focus in 2040", SURPRISES, FOCUS, 2040,
               state, scientists)  # fmt: skip
    yield more("scientists_unite_better_later",
               "Under open rules scientists have the broader and more unifying focus in 2050", SURPRISES, FOCUS, 2050,
               scientists_open, state_open)  # fmt: skip
    for key, words, size in (("least", "no", 0.0), ("most", "the most", model.uncertainties[DUAL_USE].high)):
        these, those = (point(model, TOP_DOWN, rules, OFFERED, {DUAL_USE: size}) for rules in (OPEN, CLOSED))
        yield more(f"open_rules_assure_more_{key}_dual_use",
                   f"Open rules assure more than closed ones where understanding has {words} dual use", SURPRISES, LEAD,
                   2040, these, those)  # fmt: skip


def basic(world: str) -> Policy:
    """The basic-science package on top of a world."""
    return Policy(world, BASIC_PACKAGE)


def industry(world: str, times: float = 3.0) -> Policy:
    """Another industry commitment on top of a world."""
    return Policy(world, (("industry safety commitment", times),))


def with_one(name: str, value: float, world: str = "status_quo") -> Policy:
    """One constant on top of a world."""
    return Policy(world, ((name, value),))


QUO, CERN, MANHATTAN = Policy("status_quo"), Policy("cern_for_ai"), Policy("manhattan_for_ai")
ZONES, GENOME, ACCIDENT = Policy("trading_zones_first"), Policy("open_state_programme"), Policy("soft_nationalisation")
INSTITUTES, DRY, ESCALATION = Policy("aisi_style"), Policy("leads_run_dry"), Policy("escalation")
ENGINEERING, BREAKTHROUGH = Policy("engineering_breakthrough"), Policy("basic_breakthrough")
OPEN_RULES, PUSH = Policy("open_rules"), Policy("push_and_let_go")
NO_PROGRAMME = with_one("public science programme", 0, "cern_for_ai")
FIELD, LEAD, AGENDAS, STRENGTH = "Coherence[field]", "assurance lead", "Effective Agendas", "big science strength"
APPLIED = "usable applied knowledge"
COST, TENSION, RIVAL = "Cumulative Public Cost", "Tension", "Rival Programme"
SCORE, ARRIVAL = "Score at Transformation[assurance score]", "year of transformation"
FOCUS, DUAL_USE = "breadth of focus", "dual use elasticity"
#: Coherence of critical mass, and strength below which there is no big science.
CRITICAL, WEAK = 0.3, 0.3

SAID = (
    # What arises
    above("if_nothing_decided_weak",
          "If nothing is decided there is no big science by 2040: its strength stays below 0.3", WORLDS, STRENGTH,
          2040, QUO, WEAK, -1),
    less("status_quo_less_half_strength",
         "Status quo has less than half of the strength of CERN for AI", WORLDS, STRENGTH, 2040, QUO, CERN, 0.5),
    above("if_nothing_decided_arises_more",
          "If nothing is decided, what arises is more top-down than bottom-up", SURPRISES, "pathway index", 2050, QUO,
          0, -1),
    above("after_large_accident_arises_top",
          "After a large accident what arises is top-down", SURPRISES, "pathway index", 2040, ACCIDENT, 0, -1),
    above("after_escalation_arises_top",
          "After an escalation between states what arises is top-down", WORLDS, "pathway index", 2040, ESCALATION, 0,
          -1),
    above("open_state_programme_top_down",
          "An open state programme is top-down all the same", WORLDS, "pathway index", 2040, GENOME, 0, -1),
    above("cern_ai_bottom_up",
          "A CERN for AI is bottom-up", WORLDS, "pathway index", 2050, CERN, 0),
    more("basic_science_breakthrough_moves_pathway",
         "A basic-science breakthrough moves the pathway bottom-up", SURPRISES, "pathway index", 2050, BREAKTHROUGH,
         QUO),
    grows("if_nothing_decided_state_programme",
          "If nothing is decided, a state programme creeps in", WORLDS, "public spending", (2026, 2045), QUO, 3.0),
    # Agendas
    more("cern_ai_keeps_more_agendas",
         "CERN for AI keeps more agendas alive than an open state programme", WORLDS, AGENDAS, 2050, CERN, GENOME,
         definition=True),
    Claim("open_rules_half_agendas",
          "Open rules without a programme bring at least half of CERN for AI's gain in agendas", SURPRISES,
          (*gain(AGENDAS, 2050, OPEN_RULES, QUO), *gain(AGENDAS, 2050, CERN, QUO, -0.5))),
    grows("if_nothing_decided_agendas_fall",
          "If nothing is decided there are fewer agendas in 2040 than in 2025", WORLDS, AGENDAS, (2040, 2025), QUO),
    more("basic_science_breakthrough_doubles_agendas",
         "A basic-science breakthrough doubles the agendas", WORLDS, AGENDAS, 2035, BREAKTHROUGH, QUO, 2.0),
    grows("basic_science_breakthrough_opened_ebbs",
          "What a basic-science breakthrough opened ebbs again when no policy keeps it", WORLDS, AGENDAS,
          (2050, 2036), BREAKTHROUGH),
    # Coherence
    above("field_reaches_critical_mass_2050",
          "The field reaches critical mass by 2050 if nothing is decided", SURPRISES, FIELD, 2050, QUO, CRITICAL),
    above("field_reaches_critical_mass_2050_under",
          "The field reaches critical mass by 2050 under CERN for AI", SURPRISES, FIELD, 2050, CERN, CRITICAL),
    above("field_reaches_critical_mass_2050_trading",
          "The field reaches critical mass by 2050 with trading zones first", SURPRISES, FIELD, 2050, ZONES, CRITICAL),
    above("field_reaches_critical_mass_2050_rules",
          "The field reaches critical mass by 2050 under open rules without a programme", SURPRISES, FIELD, 2050,
          OPEN_RULES, CRITICAL),
    above("under_manhattan_project_field_reach",
          "Under a Manhattan Project the field does not reach critical mass by 2050", WORLDS, FIELD, 2050, MANHATTAN,
          CRITICAL, -1),
    more("trading_zones_first_reach_more",
         "Trading zones first reach more coherence by 2040 than CERN for AI", SURPRISES, FIELD, 2040, ZONES, CERN),
    above("push_reaches_critical_mass_2040",
          "A push from 2026 to 2032 brings the field to critical mass by 2040", SURPRISES, FIELD, 2040, PUSH, CRITICAL),
    after("pushed_field_stays",
          "A field that a push brought to critical mass by 2040 is still there in 2060", SURPRISES, FIELD, (2040, 2060),
          PUSH, CRITICAL),
    after("pushed_field_gets_there",
          "Where a push brings the field to critical mass by 2040, it gets there by 2050 without one", SURPRISES, FIELD,
          (2040, 2050), PUSH, CRITICAL, QUO),
    more("push_leaves_more_coherence",
         "Eighteen years after a push the field is more coherent, by a tenth, than if nothing is decided", SURPRISES,
         FIELD, 2050, PUSH, QUO, plus=0.1),
    above("frontier_runs_capped_20_bn",
          "Frontier runs capped at 20 bn$ let the field cohere if nothing is decided", SURPRISES, FIELD, 2050,
          with_one("run cost cap", 20_000), CRITICAL),
    above("labs_giving_safety_third_today",
          "With labs giving safety a third of today's share the field coheres by itself", SURPRISES, FIELD, 2050,
          industry("status_quo", 0.3), CRITICAL),
    above("cern_ai_coheres_without_programme",
          "CERN for AI coheres without its programme's budget", SURPRISES, FIELD, 2050, NO_PROGRAMME, CRITICAL),
    less("more_industry_money_safety_lowers",
         "More industry money for safety lowers coherence (status quo)", SURPRISES, "Coherence[regional]", 2045,
         industry("status_quo"), QUO),
    less("more_industry_money_safety_lowers_coherence",
         "More industry money for safety lowers coherence (trading zones first)", SURPRISES, "Coherence[regional]",
         2040, industry("trading_zones_first"), ZONES),
    # Assurance
    more("cern_ai_assures_more_manhattan",
         "CERN for AI assures more than a Manhattan Project in 2050", SURPRISES, LEAD, 2050, CERN, MANHATTAN),
    more("cern_ai_assures_more_manhattan_then",
         "CERN for AI assures more than a Manhattan Project when transformative AI comes", SURPRISES, SCORE, 2050, CERN,
         MANHATTAN),
    more("manhattan_project_assures_more_status",
         "A Manhattan Project assures more than status quo when transformative AI comes", SURPRISES, SCORE, 2050,
         MANHATTAN, QUO),
    more("open_rules_assure_more",
         "Open rules without a programme assure more than status quo", SURPRISES, LEAD, 2050, OPEN_RULES, QUO),
    Claim("open_rules_half_assurance",
          "Open rules without a programme bring at least half of CERN for AI's gain in assurance", SURPRISES,
          (*gain(LEAD, 2050, OPEN_RULES, QUO), *gain(LEAD, 2050, CERN, QUO, -0.5))),
    more("cern_ai_assures_more_trading",
         "CERN for AI assures more than trading zones first", WORLDS, LEAD, 2050, CERN, ZONES),
    Claim("trading_zones_first_bring_quarter",
          "Trading zones first bring at least a quarter of CERN for AI's gain in assurance", WORLDS,
          (*gain(LEAD, 2050, ZONES, QUO), *gain(LEAD, 2050, CERN, QUO, -0.25))),
    more("push_still_assures_more",
         "A push that was let go in 2032 still assures more than status quo in 2050", WORLDS, LEAD, 2050, PUSH, QUO),
    more("state_institutes_assure_more_status",
         "State institutes assure more than status quo", WORLDS, LEAD, 2050, INSTITUTES, QUO),
    less("escalation_lowers_assurance",
         "An escalation between states lowers assurance", WORLDS, LEAD, 2050, ESCALATION, QUO),
    less("engineering_breakthrough_lowers_assurance",
         "An engineering breakthrough lowers assurance", WORLDS, LEAD, 2035, ENGINEERING, QUO),
    less("cern_ai_assures_less_without",
         "CERN for AI assures less without its programme's budget", SURPRISES, LEAD, 2050, NO_PROGRAMME, CERN),
    more("more_industry_money_safety_raises",
         "More industry money for safety raises assurance (status quo)", SURPRISES, LEAD, 2045,
         industry("status_quo"), QUO),
    more("package_basic_science_raises_assurance",
         "A package for basic science raises assurance (status quo)", SURPRISES, LEAD, 2045, basic("status_quo"),
         QUO),
    Claim("basic_science_matters_more_leads",
          "Basic science matters more when leads run dry (gain dry minus gain wet)", SURPRISES,
          (*gain(LEAD, 2045, basic("leads_run_dry"), DRY), *gain(LEAD, 2045, basic("status_quo"), QUO, -1.0))),
    Claim("basic_science_matters_more_knowledge",
          "Basic science adds more to applied knowledge when leads run dry (gain dry minus gain wet)", SURPRISES,
          (*gain(APPLIED, 2045, basic("leads_run_dry"), DRY), *gain(APPLIED, 2045, basic("status_quo"), QUO, -1.0))),
    less("leads_run_dry_lower_assurance",
         "Leads that run dry lower assurance", SURPRISES, LEAD, 2035, DRY, QUO),
    less("leads_run_dry_take_half",
         "Leads that run dry take half of applied knowledge", WORLDS, APPLIED, 2035, DRY, QUO, 0.5),
    # The field
    grows("if_nothing_decided_field_grows",
          "If nothing is decided the field grows tenfold by 2040", WORLDS, "field size", (2025, 2040), QUO, 10.0),
    more("manhattan_project_larger_field_2032",
         "A Manhattan Project has a larger field in 2032 than status quo", WORLDS, "field size", 2032, MANHATTAN, QUO,
         definition=True),
    more("manhattan_project_larger_field_2032_cern",
         "A Manhattan Project has a larger field in 2032 than CERN for AI", WORLDS, "field size", 2032, MANHATTAN,
         CERN, definition=True),
    less("pay_parity_lowers_share_labs",
         "Pay parity lowers the share of labs in the staff", SURPRISES, "lab share of staff", 2040,
         with_one("public pay parity", 1.0), QUO, definition=True),
    # Access and secrecy
    Claim("state_institutes_close_access_gap",
          "State institutes close the access gap by an order of magnitude", WORLDS,
          gain("access gap", 2035, QUO, INSTITUTES), 1.0),
    less("open_state_programme_takes_fifth",
         "An open state programme takes a fifth off secrecy", WORLDS, "secrecy index", 2040, GENOME, QUO, 0.8),
    less("disclosure_rules_lower_secrecy_labs",
         "Disclosure rules lower the secrecy of labs (to 0.8)", SURPRISES, "Lab Secrecy", 2040,
         with_one("disclosure rules", 0.8), QUO, definition=True),
    grows("if_nothing_decided_secrecy_labs",
          "If nothing is decided, secrecy of labs grows", ESSAY, "Lab Secrecy", (2025, 2050), QUO),
    grows("if_nothing_decided_transformative_ai",
          "If nothing is decided, transformative AI is perceived as nearer in 2035 than in 2025", ESSAY,
          "Perceived Nearness", (2025, 2035), QUO),
    # Race and power
    less("cern_ai_lowers_tension",
         "CERN for AI lowers tension", SURPRISES, TENSION, 2045, CERN, QUO, definition=True),
    more("escalation_calls_up_programme",
         "An escalation between states calls up a state programme three times that of status quo", WORLDS,
         "public spending", 2035, ESCALATION, QUO, 3.0),
    more("escalation_doubles_rival",
         "Seven years after an escalation the rival state's programme is twice that of status quo", WORLDS, RIVAL,
         2035, ESCALATION, QUO, 2.0),
    more("escalation_tension_lasts",
         "Tension is still raised in 2045, long after an escalation in 2028", WORLDS, TENSION, 2045, ESCALATION, QUO,
         plus=0.1),
    less("manhattan_project_brings_transformative_ai",
         "A Manhattan Project brings transformative AI sooner", WORLDS, ARRIVAL, 2050, MANHATTAN, QUO),
    less("engineering_breakthrough_brings_transformative_ai",
         "An engineering breakthrough brings transformative AI three years sooner", WORLDS, ARRIVAL, 2050, ENGINEERING,
         QUO, plus=-3.0),
    more("leads_run_dry_delay_transformative",
         "Leads that run dry delay transformative AI", WORLDS, ARRIVAL, 2050, DRY, QUO),
    above("after_large_accident_state_holds",
          "After a large accident the state holds a fifth of the labs in 2034", WORLDS, "Nationalised Share", 2034,
          ACCIDENT, 0.2),
    more("manhattan_project_concentrates",
         "A Manhattan Project puts more of frontier computing into one hand", WORLDS, "strategic advantage", 2050,
         MANHATTAN, QUO),
    above("manhattan_project_loses_standing",
          "A Manhattan Project has lost more than half of its standing by 2040", SURPRISES, "Standing[top down]", 2040,
          MANHATTAN, 0.5, -1),
    # Money
    more("cern_ai_costs_public_twice",
         "CERN for AI costs the public twice as much as status quo", WORLDS, COST, 2050, CERN, QUO, 2.0),
    less("trading_zones_first_cost_public",
         "Trading zones first cost the public less than half of what CERN for AI costs", WORLDS, COST, 2050, ZONES,
         CERN, 0.5),
    less("open_rules_cost_little",
         "Open rules without a programme cost the public at most a tenth more than status quo", WORLDS, COST, 2050,
         OPEN_RULES, QUO, 1.1),
    above("cern_ai_draws_less_half",
          "CERN for AI draws less than half of its 5 bn$ a year in 2035", WORLDS, "public spending", 2035, CERN, 2500,
          -1),
)  # fmt: skip
