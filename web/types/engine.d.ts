/** Shapes of the compiled model in the browser: what policy_lab/browser_files.py writes, and what a run is asked for. */

export type Reals = Float64Array | Float32Array;

export interface ModelParameter {
  name: string;
  slot: number;
  default: number;
}

export interface ModelVariable {
  name: string;
  slot: number;
  kind: string;
}

/** How a module is called and what stands where in its memory. */
export interface Layout {
  format: number;
  name: string;
  entry: string;
  ahead: string;
  heap: number;
  lanes: number;
  /** Bytes of a number. */
  real: number;
  slots: number;
  stocks: number;
  given: number[];
  clock: { initial: number; step: number; saveper: number; unit: string; method: string; moments: number[]; saved: number[] };
  parameters: ModelParameter[];
  variables: ModelVariable[];
  guards: { variable: string; construct: string }[];
  /** Numbers that follow from given ones and the clock alone: see policy_lab/compiler/exogenous.py. */
  outside: { columns: number[]; roots: [number, number[]][]; read: number[] };
}

/** A module as it is given: address, bytes or compiled. */
export type Code = string | BufferSource | WebAssembly.Module;
/** Also two, of which the one that fits the machine is taken. */
export type AnyCode = Code | { plain: Code; fused: Code };

/** A number, or one for each run. */
export type Values = Record<string, number | Reals | number[]>;

export interface Request {
  /** What is left out has its default. */
  values?: Values;
  /** Names of variables, any, others at every call; nothing is compiled anew. */
  outputs: string[];
  /** Moments to save; by default all that the model saves. */
  times?: number[] | null;
  /** Last moment of the runs, where no moments are named; by default the model's. */
  until?: number | null;
  /** "euler" (default) or "rk4". */
  integration?: string;
}

/** values[(run * times + t) * outputs + o]; in single precision of a module that is. */
export interface Result {
  runs: number;
  time: Float64Array;
  outputs: string[];
  values: Reals;
}

/** A request in the model's own terms. */
export interface Plan {
  fixed: Float64Array;
  varied: { slot: number; value: Reals | number[] }[];
  runs: number;
  rows: Int32Array;
  time: Float64Array;
  moments: Float64Array;
  method: number;
  slots: Int32Array;
}

/** What runs that go on from others know of those: stocks[vector of runs][mark][stock][lane] at the marked moments. */
export interface Kept {
  first: number;
  count: number;
  marks: Int32Array;
  stocks: Reals;
  values: Reals | null;
}

/** Whatever runs requests on the calling thread. */
export interface Runner {
  simulate(request: Request): Result;
}

/** An engine off the page's thread. */
export interface Thread {
  /** Settles when it can be asked. */
  ready: Promise<unknown>;
  simulate(request: Request, progress?: (done: number, runs: number) => void): Promise<Result>;
  stop(): void;
}

/** A model in one precision, as threads are given it. */
export interface LoadedModel {
  module: WebAssembly.Module;
  layout: Layout;
}

/** Some members' runs, the first of them `from`: curves[member][time][chart]; ends[member][headline][0] the value of the
 * last moment, [1] its change against the reference; there[conditional output]: in how many it exists at that moment;
 * `broken`: some computed value is no finite number. */
export interface BandPiece {
  from: number;
  there: Record<string, number>;
  broken: boolean;
  moments: number;
  curves: Reals;
  ends: Reals;
}

/** Which loops are strongest under a policy: its constants, parameters that do not vary, names of the switches, the outcome
 * and where it exists, and the moments. */
export interface StrongestWish {
  constants: Record<string, number>;
  held: string[];
  switches: string[];
  outcome: string;
  where: import("./page.js").Condition | null;
  /** What is seen as nothing of the outcome. */
  grain: number;
  times: number[];
}

type Wish = import("./page.js").BandWish;
type Answer = import("./page.js").BandAnswer;

/** What a thread of bands is sent; of `run` the latest number counts, and pieces of the same number queue. Several wishes are
 * answered together, member by member, and a piece has one part for each. */
export type ToBands =
  | { kind: "load"; models: LoadedModel[]; values: Float32Array; names: string[] }
  /** A number without wishes ends what is under way. */
  | { kind: "run"; number: number; wishes: Wish[]; pieces: [number, number][]; keeps?: boolean }
  /** The latest number counts, and it waits for bands. */
  | { kind: "strongest"; number: number; wish: StrongestWish | null; pieces: [number, number][] }
  /** Another thread's piece. */
  | { kind: "take"; number: number; parts: BandPiece[] }
  | { kind: "gather"; number: number; members: number };

/** What it sends back; the parts of a piece only where it is not the thread that keeps them. */
export type FromBands =
  | { kind: "ready"; number?: undefined }
  | { kind: "piece"; number: number; count: number; parts?: BandPiece[] }
  | { kind: "answer"; number: number; answers: Answer[] }
  | { kind: "strongest"; number: number; counts: Uint16Array; members: number }
  | { kind: "error"; number?: number; message: string };
