/** Where an outcome exists; elsewhere there is nothing to show. The same as policy_lab/model/conditions.py, and held to it by
 * tests/vectors/conditions.json. */
/** @import { Condition, Numbers } from "../types/page.js" */

/** @type {Record<string, (value: number, number: number) => boolean>} */
const SIGNS = { ">=": (a, b) => a >= b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, "<": (a, b) => a < b };

/** @param {Condition} where @param {number} value of its variable */
export const holds = ({ sign, number }, value) => SIGNS[sign](value, number);

/** Values with NaN wherever the condition does not hold. @param {Numbers} values @param {Numbers} by of its variable @param {Condition} where */
export const masked = (values, by, where) => Float64Array.from(values, (value, n) => (holds(where, by[n]) ? value : NaN));

/** Outputs, and behind them what decides whether they exist. @param {string[]} outputs @param {(name: string) => Condition | null} whereOf */
export const withConditions = (outputs, whereOf) => [...new Set([...outputs, ...outputs.flatMap((name) => whereOf(name)?.variable ?? [])])];
