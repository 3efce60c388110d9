"""Feedback loops of any model: circuits, link scores, loop scores, knock-outs.

``graph`` finds circuits in the equations; ``link_scores`` and ``loop_scores`` follow them through a run (Loops that
Matter); ``knock_outs`` cuts the loops that a modeller gave a switch, and says what would be different without them.
Both are descriptions of one run; neither ranks levers, which is what sensitivity studies are for.
"""

from policy_lab.loops.graph import CausalGraph, Circuits, causal_graph, circuits_of
from policy_lab.loops.knock_outs import KnockOuts, knock_outs
from policy_lab.loops.link_scores import LinkScores, link_scores
from policy_lab.loops.loop_scores import LoopScores, Strongest, loop_scores, strongest_circuits

__all__ = ["CausalGraph", "Circuits", "KnockOuts", "LinkScores", "LoopScores", "Strongest", "causal_graph",
           "circuits_of", "knock_outs", "link_scores", "loop_scores", "strongest_circuits"]  # fmt: skip
