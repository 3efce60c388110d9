/** What the Model page's addresses answer: policy_lab/app/variable_detail.py and policy_lab/app/panels/. */

/** A table that equations read. */
export interface LookupTable {
  label: string;
  x: number[];
  y: number[];
}

/** All there is to tell of a variable. */
export interface VariableDetail {
  name: string;
  /** What it is called in the language of the page. */
  label: string;
  kind: string;
  unit: string;
  about: string;
  /** The constants that its equation uses, with their sources. */
  numbers: { label: string; rows: { name: string; label: string; value: string; source: string }[] };
  equation: { label: string; text: string };
  course: { label: string; explore: string; varies: boolean };
  table: string;
  tables: LookupTable[];
  texts: { label: string; text: string }[];
  essay: { label: string; quotes: { quote: string; section: string }[] };
  /** What it uses, then what uses it; each name with what it is called in the language of the page. */
  links: { label: string; names: [string, string][]; none: string }[];
}

/** name, kind, unit, range, about, label, what a search looks through besides, number of the group that has its entry, and of
 * the sector that draws it */
export type VariableRow = [string, string, string, string, string, string, string, number, number | null];

/** The values of a sector's variables as texts, by year. */
export interface SectorValues {
  years: number[];
  policy: Record<string, string[]>;
  status_quo: Record<string, string[]>;
}

/** A box of a causal-loop diagram: a variable, and where it goes if it has a place of its own. */
export interface LoopNode {
  name: string;
  label: string;
  stock: boolean;
  sector: string;
  x?: number;
  y?: number;
}

/** An arrow; `via`: what is passed over between its ends, `loops`: numbers of those it is on, `width` in pixels. */
export interface LoopLink {
  from: number;
  to: number;
  sign: -1 | 0 | 1;
  delay: boolean;
  via: string[];
  loops: number[];
  width?: number;
}

/** `told`: its steps in words, `key`: that of its switch among the assumptions, `own`: its number in the model itself. */
export interface DrawnLoop {
  name: string;
  kind: string;
  told: string[];
  key: string;
  nodes: number[];
  own?: number | null;
}

/** One or more loops to be drawn. */
export interface LoopPicture {
  nodes: LoopNode[];
  links: LoopLink[];
  loops: DrawnLoop[];
}

/** The loops of a small model together; `entries` has those of its variables where that is another model. */
export interface LoopOverview extends LoopPicture {
  entries: Record<string, VariableDetail>;
  model: string;
}

/** policy_lab/app/loop_pictures.py makes it. */
export interface LoopPictures {
  overview: LoopOverview | null;
  loops: LoopPicture[];
}
