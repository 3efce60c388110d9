/** Quantiles over the members of an ensemble. */
/** @typedef {Float64Array | Float32Array} Reals */

/**
 * Quantiles of values[(member * times + t) * outputs + o] over members, as result[(quantile * outputs + o) * times + t],
 * with linear interpolation between members (Hyndman and Fan's type 7). Members whose value is no finite number are left
 * out of that moment; `failed` counts members that have any such value.
 * @param {Reals[]} parts lists of such values, each with some of the members
 * @param {number} times
 * @param {number} outputs
 * @param {number[]} quantiles shares of 1
 */
export function quantilesOf(parts, times, outputs, quantiles) {
  const width = times * outputs;
  const members = parts.reduce((sum, part) => sum + part.length / width, 0);
  const result = new Float64Array(quantiles.length * width);
  const single = parts.every((part) => part instanceof Float32Array);
  const column = single ? new Float32Array(members) : new Float64Array(members);
  const broken = new Set();
  for (let t = 0; t < times; t += 1) {
    for (let o = 0; o < outputs; o += 1) {
      let count = 0;
      let member = 0;
      for (const part of parts) {
        for (let at = t * outputs + o; at < part.length; at += width, member += 1) {
          if (Number.isFinite(part[at])) column[count++] = part[at];
          else broken.add(member);
        }
      }
      const sorted = column.subarray(0, count).sort();
      quantiles.forEach((share, q) => { result[(q * outputs + o) * times + t] = between(sorted, share); });
    }
  }
  return { values: result, failed: broken.size };
}

/** @param {Reals} sorted @param {number} share */
function between(sorted, share) {
  if (!sorted.length) return NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below];
  return place > below ? low + (sorted[below + 1] - low) * (place - below) : low;
}
