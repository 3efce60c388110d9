/* What tests in a real browser call: the engine's modules as one object, since a test's text cannot import. */
import { load } from "./engine/engine.js";
import { fused } from "./engine/support.js";
import { startThread } from "./engine/threads.js";

globalThis.PolicyLabEngine = { load, fused, workers: startThread };
