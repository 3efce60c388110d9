/* Runs members of an ensemble for bands.js, off the page's thread. */
if (typeof importScripts === "function" && typeof document === "undefined") {
  if (!self.PolicyLabEngine) importScripts("engine.js"); // the server may send both as one script

  let engine = null;
  let members = null; // Map: name of a parameter -> value[member]
  let references = new Map(); // pieces of the reference, by what decides them

  async function load({ module, layout, values, names }) {
    engine = await self.PolicyLabEngine.load(module, layout);
    engine.warm(4, 2);
    const all = new Float32Array(values);
    const count = all.length / names.length;
    members = new Map(names.map((name, place) => [name, all.subarray(place * count, (place + 1) * count)]));
  }

  /* Values of some members on top of what a policy sets; parameters that are held stay as they are. */
  function settings(constants, held, from, to) {
    const values = { ...constants };
    for (const [name, drawn] of members) {
      if (!held.includes(name)) values[name] = Float64Array.from(drawn.subarray(from, to));
    }
    return values;
  }

  function simulated(constants, held, from, to, outputs, times) {
    const result = engine.simulate({ values: settings(constants, held, from, to), outputs, times });
    // Where nothing varies there is one run, and every member is that run.
    const width = result.time.length * outputs.length;
    const at = result.runs === 1 ? () => 0 : (member) => member * width;
    return { time: result.time, width, values: result.values, at };
  }

  /* Headlines of the reference at the last moment, value[member * headlines + outcome], remembered. */
  function reference(wish, from, to) {
    const key = JSON.stringify([wish.reference, wish.heldReference, wish.headlines, from, to]);
    if (!references.has(key)) {
      if (references.size > 200) references = new Map();
      const run = simulated(wish.reference, wish.heldReference, from, to, wish.headlines, [wish.last]);
      const values = new Float64Array((to - from) * wish.headlines.length);
      for (let member = 0; member < to - from; member++) {
        for (let n = 0; n < wish.headlines.length; n++) values[member * wish.headlines.length + n] = run.values[run.at(member) + n];
      }
      references.set(key, values);
    }
    return references.get(key);
  }

  /* {count, curves: value[member][time][chart], changes: value[member][headline]} */
  function piece(wish, from, to) {
    const outputs = [...new Set([...wish.charts, ...wish.headlines])];
    const run = simulated(wish.policy, wish.held, from, to, outputs, null);
    const theirs = reference(wish, from, to);
    const count = to - from;
    const moments = run.time.length;
    const charts = wish.charts.map((name) => outputs.indexOf(name));
    const headlines = wish.headlines.map((name) => outputs.indexOf(name));
    const curves = new Float64Array(count * moments * charts.length);
    const changes = new Float64Array(count * headlines.length);
    let at = 0;
    for (let member = 0; member < count; member++) {
      const start = run.at(member);
      for (let t = 0; t < moments; t++) {
        for (const place of charts) curves[at++] = run.values[start + t * outputs.length + place];
      }
      const end = start + (moments - 1) * outputs.length;
      headlines.forEach((place, n) => { changes[member * headlines.length + n] = run.values[end + place] - theirs[member * headlines.length + n]; });
    }
    return { count, moments, curves, changes };
  }

  /* Quantiles of sorted values, between two of them in proportion: the same as NumPy's default. */
  function quantile(sorted, share) {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
  }

  function columns(pieces, kind, width, offset) {
    const found = [];
    for (const part of pieces) for (let at = offset; at < part[kind].length; at += width) found.push(part[kind][at]);
    return Float64Array.from(found).sort();
  }

  function answer(wish, pieces, count) {
    const { moments } = pieces[0];
    const charts = wish.charts.length;
    const fans = {};
    wish.charts.forEach((name, chart) => {
      const fan = { low90: new Float64Array(moments), low50: new Float64Array(moments), high50: new Float64Array(moments), high90: new Float64Array(moments) };
      for (let t = 0; t < moments; t++) {
        const sorted = columns(pieces, "curves", moments * charts, t * charts + chart);
        fan.low90[t] = quantile(sorted, 0.05);
        fan.low50[t] = quantile(sorted, 0.25);
        fan.high50[t] = quantile(sorted, 0.75);
        fan.high90[t] = quantile(sorted, 0.95);
      }
      fans[name] = fan;
    });
    const ranges = {};
    wish.headlines.forEach((name, n) => {
      const sorted = columns(pieces, "changes", wish.headlines.length, n);
      ranges[name] = [quantile(sorted, 0.05), quantile(sorted, 0.95)];
    });
    return { key: wish.key, members: count, fans, ranges };
  }

  self.onmessage = async ({ data }) => {
    try {
      if (data.kind === "load") {
        await load(data);
        self.postMessage({ kind: "ready" });
      } else if (data.kind === "run") {
        const made = piece(data.wish, data.from, data.to);
        self.postMessage({ kind: "piece", number: data.number, piece: made }, [made.curves.buffer, made.changes.buffer]);
      } else if (data.kind === "gather") {
        self.postMessage({ kind: "answer", number: data.number, answer: answer(data.wish, data.pieces, data.members) });
      }
    } catch (error) {
      self.postMessage({ kind: "error", number: data.number, message: error.message });
    }
  };
}
