/** What learn.json and learn/KEY.json hold: policy_lab/app/story_data.py and policy_lab/stories/page_data.py. */

export interface Listed {
  key: string;
  language: string;
  title: string;
  kind: string;
  minutes: number | null;
  level: string;
  teaches: string[];
}

/** text, strong, emphasis, link or figure; `target`: page of the app, with what follows its address. */
export interface Span {
  kind: string;
  text: string;
  target?: string;
}

/** paragraph (one item), bullets or numbers. */
export interface Passage {
  kind: string;
  items: Span[][];
}

export interface StoryCurve {
  label: string;
  times: number[];
  values: (number | null)[];
}

export interface StoryChart {
  name: string;
  label: string;
  unit: string;
  years: [number, number];
  /** The run of the step first, then those beside it; of a guess only those beside it. */
  curves: StoryCurve[];
}

export interface StoryRun {
  label: string;
  scenario: string | null;
  case: string;
  values: Record<string, number>;
}

export interface Guess extends StoryChart {
  knots: number[];
  axis: [number, number];
  words: string[];
}

export interface Demand {
  words: string;
  year: number;
  met?: boolean;
  value?: number;
}

export interface Step {
  title: string;
  words: Passage[];
  kind: string;
  run?: StoryRun | null;
  charts?: StoryChart[];
  sliders?: { name: string }[];
  predict?: Guess;
  chart?: StoryChart;
  of?: number;
  say?: Span[];
  ask?: string;
  options?: Span[][];
  answer?: number | null;
  because?: Span[];
  aim?: Demand[];
  red_line?: Demand[];
  demands?: Demand[];
  levers?: [string, string][];
}

export interface Story extends Listed {
  format: number;
  languages: string[];
  version: string;
  steps: Step[];
  /** Of a story that does not fit its model; it has nothing else then. */
  faults?: string[];
}

/** What a code is about: a step of a story, and what was asked there. */
export interface Question {
  story: string;
  step: number;
  name: string;
  knots: number[];
  axis: [number, number];
  /** How many there are to choose from. */
  options: number;
  run?: StoryRun | null;
}

/** One answer: the number of an option (0 for none), seven values or null, and what makes it different from others. */
export interface Answer {
  option: number;
  knots: number[] | null;
  chance: number;
}

/** What somebody did in a story, kept for this visit; by number of the step. */
export interface Work {
  guess: Record<number, number[]>;
  option: Record<number, number>;
  chance: Record<number, number>;
  shown: Record<number, boolean>;
  levers: Record<number, Record<string, number>>;
  notes: Record<number, string>;
  /** The column that a teacher pasted, and what came from a room. */
  pasted: Record<number, string>;
  /** The room that the answer was sent to. */
  sent: Record<number, string>;
}

/** A room of somebody who opened it: policy_lab/app/room_routes.py. */
export interface OwnRoom {
  room: string;
  key: string;
  /** Seconds since 1970. */
  until: number;
  /** Codes that came from it already. */
  taken: string[];
}
