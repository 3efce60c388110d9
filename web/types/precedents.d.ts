/** What precedents.json holds: policy_lab/app/precedent_data.py. */

export interface Fate {
  fate: string;
  year: number | null;
}

export interface CaseFact {
  name: string;
  value: number | string;
  low: number;
  high: number;
  unit: string;
  grade: string;
  hindsight: boolean;
  why: string;
  source: string;
}

export interface CasePoint {
  year: number;
  value: number;
  low: number;
  high: number;
  source: string;
  grade: string;
  status?: string;
}

export interface CaseSeries {
  series: string;
  variable: string;
  unit: string;
  points: CasePoint[];
}

/** A fact that can be changed on the page. */
export interface CaseControl {
  name: string;
  constant: string;
  /** In words; empty for none. */
  unit: string;
  value: number;
  low: number;
  high: number;
  step: number;
}

/** How to run a case in the browser. */
export interface CaseRun {
  constants: Record<string, number>;
  /** Variables by curve. */
  outputs: Record<string, string>;
  /** Cause of the opposition, its variable, its sign. */
  terms: [string, string, number][];
  controls: CaseControl[];
  /** Changes that the controls can make: value by control, by change. */
  tries: Record<string, Record<string, number>>;
}

/** A way to read a record: a case, or what another reading of it states otherwise and gives. */
export interface CaseReading {
  reading: string;
  facts: CaseFact[];
  outcome: Fate & { right: boolean; completion_error?: number | null; least_standing: number };
  errors: { spending?: number | null; points: number };
}

export interface Case extends CaseReading {
  key: string;
  title: string;
  summary: string;
  currency: string;
  first_year: number;
  held_out: boolean;
  translated: boolean;
  record: Fate;
  without_hindsight?: Fate | null;
  errors: { spending?: number | null; grade: string; points: number };
  leave_one_out?: { right: number | null } | null;
  readings: CaseReading[];
  fitted: { name: string; value: number; low: number; high: number }[];
  series: CaseSeries[];
  without: (Fate & { change: string; flips: boolean; least_standing: number })[];
  years: number[];
  runs: Record<string, (number | null)[]>;
  why: { year: number; terms: { name: string; log_odds: number }[] };
  live: CaseRun | null;
}

/** A curve of every case, drawn in a chart of its own. */
export interface CaseCurve {
  key: string;
  unit: string;
  decimals: number;
  limits: [number, number] | null;
  /** Whether figures of the record stand beside it: series of the variable `figures`, in parts of the fact `per`. */
  record: boolean;
  figures: string;
  per: string | null;
  /** Whether it goes on after a cancellation, which it decides. */
  goes_on: boolean;
}

/** Which curves a fate is read from, and at which levels: core/fates.js. */
export interface FateRule {
  finished: string;
  cancelled: string;
  built: number;
  stands: number;
}

export interface Cases {
  hash: string;
  fate: FateRule;
  /** The curve whose causes are told. */
  cause_of: string | null;
  curves: CaseCurve[];
  /** What facts, choices, causes, changes, curves and units are called. */
  words: Record<string, Record<string, string>>;
  cases: Case[];
  sources: Record<string, string>;
}

/** One run of a case as it is drawn. */
export interface DrawnRun {
  kind: string;
  label: string;
  name: string;
  years: number[];
  curves: Record<string, number[]>;
  fate: Fate;
  /** Causes of the opposition in the year `at`. */
  terms: [string, number][];
  at: number;
}
