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

export interface Case {
  key: string;
  title: string;
  summary: string;
  currency: string;
  first_year: number;
  held_out: boolean;
  translated: boolean;
  record: Fate;
  outcome: Fate & { right: boolean; completion_error?: number | null };
  without_hindsight?: Fate | null;
  errors: { spending?: number | null; grade: string; points: number };
  leave_one_out?: { right: number | null } | null;
  facts: CaseFact[];
  fitted: { name: string; value: number; low: number; high: number }[];
  series: CaseSeries[];
  without: (Fate & { change: string; flips: boolean; least_standing: number })[];
  cancelled_above?: number | null;
  years: number[];
  runs: Record<string, (number | null)[]>;
  why: { year: number; terms: { name: string; log_odds: number }[] };
  live: CaseRun | null;
}

export interface Cases {
  hash: string;
  /** Limits that decide a fate. */
  rule: { stands: number; built: number };
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
