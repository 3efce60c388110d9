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
  equation: { label: string; text: string };
  course: { label: string; explore: string; varies: boolean };
  table: string;
  tables: LookupTable[];
  texts: { label: string; text: string }[];
  essay: { label: string; quotes: { quote: string; section: string }[] };
  /** What it uses, then what uses it; each name with what it is called in the language of the page. */
  links: { label: string; names: [string, string][]; none: string }[];
}

/** name, kind, unit, range, about, label, what a search looks through besides, number of the group that has its entry */
export type VariableRow = [string, string, string, string, string, string, string, number];

/** The values of a sector's variables as texts, by year. */
export interface SectorValues {
  years: number[];
  policy: Record<string, string[]>;
  status_quo: Record<string, string[]>;
}
