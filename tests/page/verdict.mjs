/* The verdict of some states in node, from the compiled model: verdict.mjs FACTS CODE LAYOUT MEMBERS, with {states, count, turns,
   year} as JSON on standard input. Of each state: its sentences, what they are about, the cards, and the inputs that turn it; with
   a year, instead of those what Compare says in that year of the state and its pins: the answer of the pair, and every cell. */
import { readFileSync } from "node:fs";
import { wishOf } from "../../web/core/band-wish.js";
import { cardOf } from "../../web/core/card.js";
import * as comparison from "../../web/core/comparison.js";
import { pairOf } from "../../web/core/compare-view.js";
import { facts, learn, learnVariables } from "../../web/core/facts.js";
import { unpacked } from "../../web/core/members.js";
import { plain, verdict } from "../../web/core/verdict.js";
import { load } from "../../web/engine/engine.js";
import { Ensemble } from "../../web/engine/ensemble.js";
import { turnsOf } from "../../web/engine/turning.js";

const PIECE = 64;
const [told, code, layout, drawn] = process.argv.slice(2);
const given = JSON.parse(readFileSync(told, "utf-8"));
learn(given.facts);
learnVariables(given.variables);
const { states, count, turns, year } = JSON.parse(readFileSync(0, "utf-8"));
const names = Object.values(facts.assumptions).filter((about) => !about.loop).map((about) => about.name);
const all = unpacked(new Uint8Array(readFileSync(drawn)).buffer, names.length);
const each = all.length / names.length;
const members = new Map(names.map((name, place) => [name, all.slice(place * each, place * each + count)]));
const ensemble = new Ensemble(await load(readFileSync(code), JSON.parse(readFileSync(layout, "utf-8"))), members);

function answer(wish, most = count) {
  const pieces = [];
  for (let from = 0; from < most; from += PIECE) pieces.unshift(ensemble.piece(wish, from, Math.min(most, from + PIECE)));
  return ensemble.answer(wish, pieces, most);
}

async function toldOf(state) {
  const found = answer(wishOf(state, facts.clock.final));
  const { sentences, subjects } = verdict(found, state);
  const cards = Object.fromEntries(facts.headlines.map((name) => [name, cardOf(name, { value: 0, reference: 0 }, found)]));
  let turning = [];
  const asked = [];
  const ask = async (wish, most) => {
    asked.push(wish);
    return answer({ ...wish, charts: [], aside: true }, most);
  };
  if (turns) await turnsOf(state, found, subjects, (some) => { turning = some; }, ask);
  return { sentences: sentences.map(plain), subjects, cards, splits: found.splits, turns: turning, asked: asked.length };
}

function comparedOf(state) {
  const entries = comparison.entriesOf(state);
  const pair = pairOf(entries, { from: "", to: "" });
  const looked = { outcomes: facts.headlines, outcome: facts.headlines[0], year, years: [year - 10, year] };
  const [last, ...others] = comparison.wishesOf(entries, pair, state.assumptions, looked).map((wish) => answer(wish)).reverse();
  const cells = (found, against) => Object.fromEntries(facts.headlines.map((name) => [name, comparison.cellOf(name, found, year, against)]));
  return {
    pair: [pair.to.key, pair.from.key],
    answer: comparison.answerOf(pair, last, year).map(plain),
    keys: entries.map(({ key }) => key),
    cells: others.reverse().map((found, n) => cells(found, n > 0)),
    tallies: others.map((found) => comparison.tallyWords(found)),
    versus: cells(last, true),
  };
}

const answers = [];
for (const state of states) answers.push(year ? comparedOf(state) : await toldOf(state));
process.stdout.write(JSON.stringify(answers));
