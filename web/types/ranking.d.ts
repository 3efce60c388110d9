/** What the addresses below "studies" answer: policy_lab/app/rank_routes.py, ranking_view.py and study_form.py. */
import type { Picture } from "./page.js";

export interface Choice {
  value: string;
  label: string;
}

/** A study to look at; one's own has `share`, and `said` how it stands. */
export interface StudyState {
  id: string;
  /** Key of the question that it answers. */
  question: string;
  title: string;
  state: string;
  open?: boolean;
  share?: number;
  said?: string;
  /** In a copy without a server: addresses of the views by outcome, and of the files to take along by name. */
  views?: Record<string, string>;
  files?: Record<string, string>;
}

/** `named`: the column that names its row; the first if it does not say. */
export interface StudyTable {
  caption: string;
  head: string[];
  body: string[][];
  named?: number;
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
  question: string;
  /** Sentences, the answer first. */
  told: string[];
  /** Policy choices vs uncertainty: shares in whole points that add up to 100; none where the sample cannot tell. */
  split?: { told: string; parts: { key: string; label: string; share: number; said: string }[] } | null;
  choice?: boolean;
  /** SVG, of a ranking. */
  bars?: string;
  bars_title?: string;
  lines?: Picture;
  /** SVG, of any other study. */
  figures?: { title: string; key: string; svg: string }[];
  tables: StudyTable[];
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

/** A box of the form for what only one question needs; `kind` as in policy_lab/ensemble/questions.py. */
export interface OfferedBox {
  name: string;
  kind: string;
  label: string;
  value: unknown;
}

export interface OfferedQuestion extends Choice {
  how: string;
  varies: string[];
  sizes: Choice[];
  size: string;
  /** Whether outcomes must be chosen; else its boxes name them. */
  outcomes: boolean;
  boxes: OfferedBox[];
}

/** What the form offers. */
export interface StudyOffer {
  texts: Record<string, string>;
  questions: OfferedQuestion[];
  worlds: (Choice & { values: Record<string, number> })[];
  /** `scale`: how many of the model's own unit one of `unit` is. */
  outcomes: { name: string; label: string; chosen: boolean; unit: string; scale: number }[];
  times: number[];
  groups: { kind: string; name: string; factors: OfferedFactor[] }[];
  last_seed: number;
}
