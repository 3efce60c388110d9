/** What others put on `window`, and what we do. */
export {};

declare global {
  interface Window {
    /** Dash's renderer, once its scripts have run. */
    DashRenderer: new () => unknown;
    renderer?: unknown;
    /** Dash's callbacks in this browser: ours by the name that Python gives them, and its own tool to set properties. */
    dash_clientside: { set_props: (id: string, props: Record<string, unknown>) => void } & Record<string, unknown>;
    /** For the console and for tests: see pages/inspect.js. */
    PolicyLab: Record<string, unknown>;
  }
}
