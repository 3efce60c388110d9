/** Shapes that modules of several layers share. What Python sends is described as policy_lab/app/ sends it. */

/** A lever's value, start year, ramp and end year; null for what it does not have. The highest end year means no end. */
export type Setting = [number, number | null, number | null, number | null];
export type Levers = Record<string, Setting>;
/** Values of parameters by the name they have in the model. */
export type Constants = Record<string, number>;

/** A world, and the levers that do not stand as that world sets them. */
export interface Scenario {
  world: string;
  levers: Levers;
  /** What somebody called it. */
  name?: string;
}

/** A scenario that somebody keeps under a name of its own. */
export interface Saved extends Scenario {
  name: string;
  note: string;
}

/** One level of a choice: levers it sets, an amount that another choice's levels carry, and where it carries theirs. */
export interface Level {
  key: string;
  label: string;
  words: string;
  levers: Record<string, (number | null)[]>;
  amount: (number | null)[] | null;
  /** By choice, the levers that its amount is paid into with their shares. */
  carries: Record<string, Record<string, number>>;
}

/** Several levers that are decided together: a table of choices.toml. */
export interface Choice {
  key: string;
  label: string;
  words: string;
  levels: Level[];
}

/** What the page's link holds and undo goes back to; never changed in place. See core/state.js. */
export interface State {
  world: string;
  levers: Levers;
  assumptions: Record<string, number>;
  charts: string[];
  pins: Scenario[];
}

export interface Mark {
  time: number;
  label: string;
}

export interface Lever {
  name: string;
  short: string;
  label: string;
  unit: string;
  low: number;
  high: number;
  default: number;
  step: number;
  places: number;
  /** Of the value, the start year, the ramp and the end year. */
  ranges: [number, number][];
  group: string;
  heading: string;
  /** Names of the constants that hold its start year, ramp and end year. */
  timing: [string | null, string | null, string | null];
}

export interface World {
  title: string;
  rationale: string;
  levers: Levers;
  constants: Constants;
  marks: Mark[];
  /** Last moment of its runs. */
  until: number;
  /** Level by choice, where it is a point among the model's choices. */
  point: Record<string, string>;
}

export interface LoopAct {
  name: string;
  label: string;
  about: string;
  behind: { name: string; label: string }[];
}

/** Of a scenario, loops in the order of their drawings: see policy_lab/app/loop_strengths.py. */
export interface LoopScores {
  years: number[];
  links: number[][][];
  loops: number[][];
  sample: { year: number; circuits: { stock: string; score: number; path: string[] }[] }[];
}

export interface LoopExample {
  world: string;
  outcome: string;
  year: number;
  when_cut: string;
}

export interface Loop {
  name: string;
  kind: string;
  path: { step: string; found: boolean }[];
  acts: LoopAct[];
  shown: LoopExample | null;
}

/** An uncertain parameter, or the switch of a loop (which has `loop`). */
export interface Assumption {
  name: string;
  short: string;
  label: string;
  group: string;
  unit: string;
  low: number;
  high: number;
  default: number;
  distribution: string;
  grade: string;
  loop?: Loop;
}

/** A variable as a person reads it. */
export interface Variable {
  key: string;
  name: string;
  label: string;
  unit: string;
  group: string;
  /** Its range over all worlds and years; null where nobody knows. */
  low: number | null;
  high: number | null;
  /** Decimal places; null: as its size asks for. */
  places: number | null;
  better?: string;
  why?: string;
  /** What the two ends of its axis mean. */
  poles?: [string, string] | null;
  /** Known values that it is compared with, the weightiest first. */
  references?: Reference[];
  /** Variables that it is made of. */
  parts?: { name: string; label: string }[];
  /** Where its unit is money: how much one of it is, the sign of the currency, and whether it is a sum a year. */
  money?: { scale: number; sign: string; yearly: boolean } | null;
  /** It says when something is. */
  date?: boolean;
  /** It exists only where this holds; null: everywhere. */
  where?: Condition | null;
}

/** A known value; why: what it is of. */
export interface Reference {
  label: string;
  value: number;
  why: string;
}

/** A variable compared with a number (sign: >=, >, <= or <); `why`: what is the matter where it does not hold. */
export interface Condition {
  variable: string;
  sign: string;
  number: number;
  why: string;
}

/** What never changes while the page is open; policy_lab/app/page_data.py makes it. */
/** What a copy without a server has: its pages by language and key, the files of what Dash asks for, the stored studies. */
export interface Published {
  pages: Record<string, Record<string, string>>;
  dash: Record<string, string>;
  studies: string;
}

export interface Facts {
  model: string;
  hash: string;
  language: string;
  files: Record<string, string>;
  /** Of a copy without a server, else null. */
  published: Published | null;
  clock: { initial: number; final: number; unit: string };
  levers: Record<string, Lever>;
  choices: Choice[];
  worlds: Record<string, World>;
  assumptions: Record<string, Assumption>;
  headlines: string[];
  shown: Variable[];
  start: State;
  words: Record<string, string>;
  glossary: Term[];
  /** Words that are typed for one another when a variable is looked for, in small letters. */
  synonyms: string[][];
}

/** An entry of the glossary; forms: how texts have it, the longer before the shorter. */
export interface Term {
  key: string;
  term: string;
  forms: string[];
  means: string;
}

export type Numbers = Float64Array | Float32Array | number[];

/** One run: moments, and a variable's values at them; an outcome's are NaN where it does not exist, and `raw` has them all. */
export interface Run {
  time: Numbers;
  of(name: string): Numbers;
  raw(name: string): Numbers;
}

export interface Line {
  key: string;
  label: string;
  kind: string;
  values: Numbers;
  /** Short label at the line's end. */
  name?: string;
  /** No label at its end. */
  silent?: boolean;
}

export interface Band {
  key: string;
  label: string;
  kind: string;
  share: number;
  low: Numbers;
  high: Numbers;
  /** Of a policy before: shown faded. */
  stale?: boolean;
}

export interface Point {
  time: number;
  value: number;
  low: number;
  high: number;
  note?: string;
}

/** Figures of a record with their ranges. */
export interface Points {
  key: string;
  label: string;
  kind: string;
  points: Point[];
}

/** What a line chart shows, as plain data; chart/chart.js says what each part does. */
export interface Picture {
  title: string;
  unit: string;
  time: Numbers;
  lines: Line[];
  places?: number | null;
  /** What the two ends of the value axis mean. */
  poles?: [string, string] | null;
  /** What figures are written in, where that is not the unit: so many times as large, and its name. */
  amount?: { times: number, unit: string } | null;
  limits?: [number, number] | null;
  bands?: Band[];
  points?: Points[];
  /** Many thin lines without names, at moments of their own: they are seen together and not read off. */
  threads?: { time: Numbers, values: Numbers[] } | null;
  /** Lines that a hand will draw: the legend has them before, so that the chart does not move under the hand. */
  expected?: { kind: string, label: string }[];
  marks?: Mark[];
  /** Known values to compare with. */
  references?: Reference[];
  words?: { label: string };
}

/** What an exported picture says of itself. */
export interface Provenance {
  source: string;
  link: string;
  /** Words for "no unit". */
  unit: string;
}

/** An error whose text for a person is `told`. */
export type ToldError = Error & { told?: string };

/** A scenario as a line of a chart; `assumptions`: its own, instead of the state's. */
export interface Scene {
  key: string;
  kind: string;
  label: string;
  name: string;
  scenario: Scenario;
  silent?: boolean;
  assumptions?: Record<string, number>;
  run?: Run;
}

/** The median and the edges of the bands of a variable, each by time. */
export interface Fan {
  middle: Numbers;
  low90: Numbers;
  low50: Numbers;
  high50: Numbers;
  high90: Numbers;
}

/** What bands are wanted for: constants of the two policies, names of parameters that do not vary in them, variables for
 * fans, outcomes for effects, the moment that those are of, and the last one of the fans. */
export interface BandWish {
  key: string;
  policy: Constants;
  reference: Constants;
  held: string[];
  heldReference: string[];
  charts: string[];
  headlines: string[];
  /** Of each headline, the change that is seen as none. */
  grains: number[];
  /** Headlines of which it is told on which side of zero they are. */
  levels: string[];
  last: number;
  until: number;
  /** Where charts and headlines exist that do not exist everywhere. */
  where: Record<string, Condition>;
  /** Asked once and not again: nothing of it is remembered. */
  aside?: boolean;
  /** Moments of the fans, where everything of a policy at these is remembered, so that another year, outcome or pair of
   * policies needs no runs. Charts are among the headlines then. */
  years?: number[];
}

/** What a policy does to an outcome over the members, at the last moment: quantiles (5, 25, 50, 75 and 95%) of its level and
 * of its change against the reference, and of how many members each count is. */
export interface Effect {
  level: number[];
  change: number[];
  /** Up to which a change is seen as none. */
  grain: number;
  /** Members in which there is a change, those of which it goes up and down. */
  count: number;
  up: number;
  down: number;
  /** Members in which there is a level, those in which it is above and below zero. */
  levels: number;
  positive: number;
  negative: number;
}

/** An input that parts futures at a value: members on either side, how many of those go the `way` most do (1 up, −1 down),
 * and the middle one's value. `kind`: "change", or "level" where it is the sign of the level. */
export interface Split {
  outcome: string;
  kind: string;
  input: string;
  way: number;
  z: number;
  /** Shares that go that way where the input is lowest and highest. */
  tails: number[];
  at: number;
  low: { count: number; way: number; middle: number };
  high: { count: number; way: number; middle: number };
}

/** `there`: in how many of the members a variable exists at the last moment, for those that do not exist everywhere;
 * `whole`: these are all members there are, and only then are there splits. */
export interface BandAnswer {
  key: string;
  members: number;
  fans: Record<string, Fan>;
  effects: Record<string, Effect>;
  there: Record<string, number>;
  splits: Split[];
  whole: boolean;
}

/** An input, by its key, that turns what the verdict says of an outcome: at that value it is `after` instead of `before`
 * (directions of a change, or sides of a level). */
export interface Turn {
  key: string;
  value: number;
  split: Split;
  before: string;
  after: string;
}
