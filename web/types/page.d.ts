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
}

export interface LoopAct {
  name: string;
  label: string;
  about: string;
  behind: { name: string; label: string }[];
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
  source: string;
  why: string;
  about: string;
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
  /** It exists only where this holds; null: everywhere. */
  where?: Condition | null;
}

/** A variable compared with a number (sign: >=, >, <= or <); `why`: what is the matter where it does not hold. */
export interface Condition {
  variable: string;
  sign: string;
  number: number;
  why: string;
}

/** What never changes while the page is open; policy_lab/app/page_data.py makes it. */
export interface Facts {
  model: string;
  hash: string;
  language: string;
  files: Record<string, string>;
  clock: { initial: number; final: number };
  levers: Record<string, Lever>;
  worlds: Record<string, World>;
  assumptions: Record<string, Assumption>;
  headlines: string[];
  shown: Variable[];
  start: State;
  words: Record<string, string>;
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
  limits?: [number, number] | null;
  bands?: Band[];
  points?: Points[];
  marks?: Mark[];
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

/** Edges of the bands of a variable, each by time. */
export interface Fan {
  low90: Numbers;
  low50: Numbers;
  high50: Numbers;
  high90: Numbers;
}

/** What bands are wanted for: constants of the two policies, names of parameters that do not vary in them, variables for
 * fans, outcomes for ranges, the moment that ranges are of, and the last one of the fans. */
export interface BandWish {
  key: string;
  policy: Constants;
  reference: Constants;
  held: string[];
  heldReference: string[];
  charts: string[];
  headlines: string[];
  last: number;
  until: number;
  /** Where charts and headlines exist that do not exist everywhere. */
  where: Record<string, Condition>;
}

/** Ranges: 90 % of the changes of the last moment against the reference, by outcome; `there`: in how many of the members a
 * variable exists at that moment, for those that do not exist everywhere. */
export interface BandAnswer {
  key: string;
  members: number;
  fans: Record<string, Fan>;
  ranges: Record<string, [number, number]>;
  there: Record<string, number>;
}
