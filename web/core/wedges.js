/* Where the difference between two scenarios comes from: all mixes of what sets them apart are run, so nothing is
   estimated. The same arithmetic as policy_lab/studies/shapley.py, which says what the words mean.

     const w = PolicyLab.wedges
     w.players(before, after, owners, defaults)
                  before, after: {constant: value} of the two scenarios; owners: {constant: {key, label}}, who decides
                  it; defaults(name): the model's own value. Gives [{key, label, constants: {name: [before, after]}}];
                  constants that nobody owns are one player, the key of which is "".
     w.mixes(before, players)      settings of all 2^k mixes; bit i of a mix's number: player i has joined
     w.shares(values, count)       values[mix] -> {shapley, alone, last: [player], whole, together}
                  alone: what a player does by itself; last: what is lost without it; shapley: its fair share, the mean
                  over all orders of joining; together: what the players do only in company, whole less all of alone */
export function players(before, after, owners, defaults) {
  const found = new Map();
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const pair = [before, after].map((settings) => (name in settings ? settings[name] : defaults(name)));
    if (pair[0] === pair[1]) continue;
    const owner = owners[name] || { key: "", label: "" };
    if (!found.has(owner.key)) found.set(owner.key, { ...owner, constants: {} });
    found.get(owner.key).constants[name] = pair;
  }
  return [...found.values()];
}

export function mixes(before, joining) {
  return Array.from({ length: 2 ** joining.length }, (_, mix) => {
    const settings = { ...before };
    joining.forEach(({ constants }, player) => {
      for (const [name, pair] of Object.entries(constants)) settings[name] = pair[(mix >> player) & 1];
    });
    return settings;
  });
}

export function shares(values, count) {
  const factorial = (n) => (n < 2 ? 1 : n * factorial(n - 1));
  const weight = Array.from({ length: count }, (_, size) => (factorial(size) * factorial(count - size - 1)) / factorial(count));
  const bits = (mix) => mix.toString(2).replace(/0/g, "").length;
  const last = values.length - 1;
  const found = { shapley: [], alone: [], last: [], whole: values[last] - values[0], together: 0 };
  for (let player = 0; player < count; player++) {
    let share = 0;
    for (let mix = 0; mix <= last; mix++) {
      if (!((mix >> player) & 1)) share += weight[bits(mix)] * (values[mix | (1 << player)] - values[mix]);
    }
    found.shapley.push(share);
    found.alone.push(values[1 << player] - values[0]);
    found.last.push(values[last] - values[last ^ (1 << player)]);
  }
  found.together = found.whole - found.alone.reduce((sum, value) => sum + value, 0);
  return found;
}
