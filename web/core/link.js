/* The page's state as a link of at most 2,000 characters: only what differs from the page as it opens.

     ?m=1a2b3c4d&w=cern_for_ai&l=shared-facility~0.5~2028~5_diplomacy~0.4&a=run-cost-cap~3e5&c=access-gap~secrecy
      &p=manhattan_for_ai&p=status_quo~~q7x~0.6

     m   beginning of the model's hash: the version the link was made with
     w   world of the current policy
     l   levers moved since: key, value, start year, ramp; what is left out stands as in the world
     a   changed assumptions: key, value
     c   variables of the two charts
     p   pinned scenarios, one part each: the world, and after "~~" the levers moved in it
     lang  the page's language, and
     v   what Compare looks at (compare.js),
     h   what Precedents looks at (precedents.js): they decide no setting and are kept as they are

   Keys depend on the name alone, so that links outlive additions to the model. Levers and assumptions have a readable
   key and a short one of three letters; both are read. Pins are written with short ones, the rest too where the
   readable link would be too long. Pins that would take more than MOST_PINNED characters are refused when they are
   made (fits), which bounds the longest link there is.

     const links = PolicyLab.links(facts, variables)   variables: [{key, name}] of all that charts can show
     links.write(state)      the query with its "?", "" for the page as it opens
     links.read(query)       {state, notice}: a damaged, foreign or over-long link gives the page as it opens and a
                             sentence that says so; one of another model version opens, and the sentence says what changed
     links.fits(pins)        whether pinned scenarios leave room for everything else */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const LONGEST = 2000;
  const MOST_PINNED = 520;
  const MOST_PINS = 3;
  const VERSION = 8; // characters of the hash
  const KEY = /^[a-z0-9-]{1,16}$/;
  const NUMBER = /^-?\d{1,9}(\.\d{1,9})?(e-?\d{1,2})?$/;

  class BadLink extends Error {}

  /* Five significant figures, in the shortest of the forms that say the same. */
  function short(value) {
    if (value === null) return "";
    const rounded = Number(value.toPrecision(5));
    const plain = String(rounded);
    const [digits, power] = rounded.toExponential().replace("e+", "e").split("e");
    const scientific = digits.replace(".", "") + "e" + (Number(power) - (digits.split(".")[1] || "").length);
    if (!NUMBER.test(plain)) return scientific;
    return scientific.length < plain.length ? scientific : plain;
  }

  function number(text) {
    if (!text) return null;
    if (!NUMBER.test(text)) throw new BadLink("not a number");
    return Number(text);
  }

  function item(key, setting, standing) {
    const fields = setting.map((value, place) => (lab.near(value, standing[place]) ? "" : short(value)));
    while (fields.length > 1 && fields[fields.length - 1] === "") fields.pop();
    return [key, ...fields].join("~");
  }

  function links(facts, variables) {
    const scenarios = lab.scenarios(facts);
    const table = (entries) => {
      const found = new Map();
      for (const [key, about] of Object.entries(entries)) found.set(about.short, key);
      for (const key of Object.keys(entries)) found.set(key, key);
      return found;
    };
    const leverKeys = table(facts.levers);
    const assumptionKeys = table(facts.assumptions);
    const chartNames = new Map(variables.map(({ key, name }) => [key, name]));
    const chartKeys = new Map(variables.map(({ key, name }) => [name, key]));

    // --- writing -----------------------------------------------------------------------------------------------

    function items(scenario, brief) {
      const standing = (facts.worlds[scenario.world] || facts.worlds[facts.start.world]).levers;
      return Object.entries(scenario.levers).map(([key, setting]) => item(brief ? facts.levers[key].short : key, setting, standing[key])).join("_");
    }

    function pinned(pin) {
      const moved = items(pin, true);
      return encodeURIComponent(pin.world) + (moved ? "~~" + moved : "");
    }

    const fits = (pins) => pins.map((pin) => "&p=" + pinned(pin)).join("").length <= MOST_PINNED;

    function written(state, brief) {
      const policy = scenarios.of(state);
      const parts = [];
      if (state.world !== facts.start.world) parts.push("w=" + encodeURIComponent(state.world));
      const moved = items(policy, brief);
      if (moved) parts.push("l=" + moved);
      const changed = Object.entries(state.assumptions).map(([key, value]) => (brief ? facts.assumptions[key].short : key) + "~" + short(value));
      if (changed.length) parts.push("a=" + changed.join("_"));
      if (state.charts.some((name, side) => name !== facts.start.charts[side])) parts.push("c=" + state.charts.map((name) => chartKeys.get(name) || "").join("~"));
      for (const pin of state.pins) parts.push("p=" + pinned(pin));
      return parts.length ? "?m=" + facts.hash.slice(0, VERSION) + "&" + parts.join("&") : "";
    }

    function write(state) {
      const readable = written(state, false);
      return readable.length <= LONGEST - 10 ? readable : written(state, true);
    }

    // --- reading -----------------------------------------------------------------------------------------------

    function partsOf(query) {
      const found = { p: [] };
      for (const part of query.replace(/^\?/, "").split("&")) {
        const [, key, text] = /^([a-z]+)=([^=]*)$/.exec(part) || [];
        if (["lang", "v", "h"].includes(key)) continue;
        if (!"mwlacp".includes(key) || !key || key.length !== 1) throw new BadLink("unknown part");
        const value = decoded(text);
        if (key === "p") found.p.push(text);
        else if (key in found) throw new BadLink("repeated part");
        else found[key] = value;
      }
      if (found.m !== undefined && !/^[0-9a-f]{8}$/.test(found.m)) throw new BadLink("not a model version");
      return found;
    }

    function decoded(text) {
      try {
        return decodeURIComponent(text.replace(/\+/g, " "));
      } catch (error) {
        throw new BadLink("not an address");
      }
    }

    function reader(older) {
      const changes = [];
      return {
        changes,
        missing: (text) => {
          if (!older) throw new BadLink(text);
          if (!changes.includes(text)) changes.push(text);
        },
      };
    }

    function world(news, key) {
      if (Object.hasOwn(facts.worlds, key)) return key;
      news.missing(lab.say("link.no_world", { world: key.slice(0, 60) }));
      return facts.start.world;
    }

    function levers(news, text, where) {
      const standing = facts.worlds[where].levers;
      const found = {};
      for (const piece of text ? text.split("_") : []) {
        const [asked, ...numbers] = piece.split("~");
        if (!KEY.test(asked) || numbers.length < 1 || numbers.length > 3) throw new BadLink("not a lever");
        const values = numbers.map(number);
        const key = leverKeys.get(asked);
        if (key === undefined) news.missing(lab.say("link.no_lever", { lever: asked }));
        else found[key] = setting(news, facts.levers[key], values, standing[key]);
      }
      return found;
    }

    function setting(news, lever, values, standing) {
      return standing.map((stands, place) => {
        const value = values[place];
        if (value === null || value === undefined || stands === null) return stands;
        return inRange(news, lever.label, value, ...lever.ranges[place]);
      });
    }

    function inRange(news, label, value, low, high) {
      const air = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
      if (value < low - air || value > high + air) news.missing(lab.say("link.out_of_range", { lever: label }));
      return Math.min(Math.max(value, low), high);
    }

    function assumptions(news, text) {
      const found = {};
      for (const piece of text ? text.split("_") : []) {
        const [asked, value, ...more] = piece.split("~");
        if (!KEY.test(asked) || !value || more.length) throw new BadLink("not an assumption");
        const wanted = number(value);
        const key = assumptionKeys.get(asked);
        if (key === undefined) {
          news.missing(lab.say("link.no_assumption", { assumption: asked }));
          continue;
        }
        const { label, low, high } = facts.assumptions[key];
        found[key] = inRange(news, label, wanted, low, high);
      }
      return found;
    }

    function charts(news, text) {
      if (!text) return facts.start.charts.slice();
      const asked = text.split("~");
      if (asked.length !== 2 || !asked.every((key) => KEY.test(key))) throw new BadLink("not two charts");
      return asked.map((key, side) => {
        if (!chartNames.has(key)) news.missing(lab.say("link.no_variable", { variable: key }));
        return chartNames.get(key) || facts.start.charts[side];
      });
    }

    function pins(news, texts) {
      if (texts.length > MOST_PINS) throw new BadLink("too many pinned scenarios");
      const found = [];
      for (const text of texts) {
        const cut = text.indexOf("~~");
        const before = decoded(cut < 0 ? text : text.slice(0, cut));
        const moved = cut < 0 ? "" : text.slice(cut + 2);
        const where = world(news, before);
        if (where !== before) continue;
        const pin = { world: where, levers: scenarios.moved(where, levers(news, decoded(moved), where)) };
        if (!found.some((other) => scenarios.same(other, pin))) found.push(pin);
      }
      return found;
    }

    function settings(news, parts) {
      const where = parts.w === undefined ? facts.start.world : world(news, parts.w);
      const moved = levers(news, parts.l, where);
      return {
        world: where,
        levers: Object.assign({}, facts.worlds[where].levers, moved),
        assumptions: assumptions(news, parts.a),
        charts: charts(news, parts.c),
        pins: pins(news, parts.p),
      };
    }

    function start() {
      return { ...facts.start, levers: { ...facts.start.levers }, charts: facts.start.charts.slice(), pins: [], assumptions: {} };
    }

    function read(query) {
      if (!query.replace(/^\?/, "").replace(/(^|&)(lang|v|h)=[^&]*/g, "")) return { state: start(), notice: "" };
      if (query.length > LONGEST) return { state: start(), notice: lab.say("link.long", { longest: LONGEST }) };
      try {
        const parts = partsOf(query);
        const now = facts.hash.slice(0, VERSION);
        const older = parts.m !== undefined && parts.m !== now;
        const news = reader(older);
        const state = settings(news, parts);
        const changes = news.changes.join(" ") || lab.say("link.same_names");
        return { state, notice: older ? lab.say("link.older", { made_with: parts.m, now, changes }) : "" };
      } catch (error) {
        if (!(error instanceof BadLink)) throw error;
        return { state: start(), notice: lab.say("link.bad") };
      }
    }

    return { write, read, fits, start };
  }

  Object.assign(lab, { links, MOST_PINS });
  if (typeof module === "object" && module.exports) module.exports = lab;
})(typeof globalThis === "object" ? globalThis : self);
