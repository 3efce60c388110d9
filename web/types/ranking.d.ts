/** What the addresses below "studies" answer: policy_lab/app/rank_routes.py, ranking_view.py and study_form.py. */
import type { Picture } from "./page.js";

export interface Choice {
  value: string;
  label: string;
}

/** A study to look at; one's own has `share`, and `said` how it stands. */
export interface StudyState {
  id: string;
  title: string;
  state: string;
  open?: boolean;
  share?: number;
  said?: string;
  /** In a copy without a server: addresses of the views by outcome, and of the files to take along by name. */
  views?: Record<string, string>;
  files?: Record<string, string>;
}

/** All that is drawn of a study for an outcome and a year. */
export interface StudyView {
  study: string;
  title: string;
  caution: string;
  outcomes: Choice[];
  outcome: string;
  times: Choice[];
  time: string;
  told: string;
  choice: boolean;
  /** SVG. */
  bars: string;
  bars_title: string;
  lines: Picture;
  table: { caption: string; head: string[]; body: string[][] };
  made: string[];
  source: string;
}

/** What can vary in a study of one's own. */
export interface OfferedFactor {
  name: string;
  label: string;
  unit: string;
  low: number;
  high: number;
  base: number;
  least?: number | null;
  most?: number | null;
  why?: string;
}

/** What the form offers. */
export interface StudyOffer {
  texts: Record<string, string>;
  questions: Choice[];
  worlds: (Choice & { values: Record<string, number> })[];
  outcomes: { name: string; label: string; chosen: boolean }[];
  sizes: Choice[];
  size: string;
  points: Record<string, [number, number]>;
  groups: { kind: string; name: string; factors: OfferedFactor[] }[];
  last_seed: number;
  cost: { run: number; rest: number };
  runs: number;
}
