/* Scenarios as plain data, and the constants they amount to: the same as Model.constants_of in Python.

   A scenario is {world, levers}: the key of a world, and the levers that do not stand as that world sets them, each
   {key: [value, start, ramp]}; start and ramp are null where a lever has none. A setting of all levers is such a
   mapping with every lever in it.

     const scenarios = PolicyLab.scenarios(facts)
     scenarios.whole(scenario)                    all levers, those not moved as the world sets them
     scenarios.moved(world, levers)               only those that do not stand as the world sets them
     scenarios.of(state), .statusQuo()            the current policy, status quo
     scenarios.constants(scenario, assumptions)   {constant's name: value}: the world's own, the levers', the changed
                                                  assumptions' {key: value} on top
     scenarios.held(scenario, assumptions)        names of uncertain parameters that a scenario or a person has set
     scenarios.same(a, b), .isStatusQuo(scenario)
     scenarios.name(scenario)                     in words: "CERN for AI, 2 levers moved"
     scenarios.marks(scenario)                    dated events of its world: [{time, label}] */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});

  const near = (a, b) => a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)));
  const sameSetting = (a, b) => a.every((value, place) => near(value, b[place]));

  function scenarios(facts) {
    const worldOf = (key) => facts.worlds[key] || facts.worlds[facts.start.world];

    function whole(scenario) {
      return Object.assign({}, worldOf(scenario.world).levers, scenario.levers);
    }

    function moved(world, levers) {
      const standing = worldOf(world).levers;
      const found = {};
      for (const [key, setting] of Object.entries(levers)) if (!sameSetting(setting, standing[key])) found[key] = setting;
      return found;
    }

    const of = (state) => ({ world: state.world, levers: moved(state.world, state.levers) });
    const statusQuo = () => ({ world: facts.start.world, levers: {} });

    function constants(scenario, assumptions) {
      const found = Object.assign({}, worldOf(scenario.world).constants);
      for (const [key, [value, start, ramp]] of Object.entries(scenario.levers)) {
        const lever = facts.levers[key];
        found[lever.name] = value;
        if (lever.start && start !== null) found[lever.start] = start;
        if (lever.ramp && ramp !== null) found[lever.ramp] = ramp;
      }
      for (const [key, value] of Object.entries(assumptions || {})) found[facts.assumptions[key].name] = value;
      return found;
    }

    function held(scenario, assumptions) {
      const set = constants(scenario, assumptions);
      return Object.values(facts.assumptions).map((about) => about.name).filter((name) => name in set);
    }

    function same(a, b) {
      const keys = Object.keys(a.levers);
      return a.world === b.world && keys.length === Object.keys(b.levers).length
        && keys.every((key) => b.levers[key] && sameSetting(a.levers[key], b.levers[key]));
    }

    function name(scenario) {
      const title = worldOf(scenario.world).title;
      const count = Object.keys(scenario.levers).length;
      if (!count) return title;
      return lab.say("explore.policy_moved." + (count === 1 ? "one" : "many"), { world: title, count });
    }

    return {
      whole, moved, of, statusQuo, constants, held, same, name,
      isStatusQuo: (scenario) => same(scenario, statusQuo()),
      marks: (scenario) => worldOf(scenario.world).marks,
    };
  }

  Object.assign(lab, { scenarios, near, sameSetting });
  if (typeof module === "object" && module.exports) module.exports = lab;
})(typeof globalThis === "object" ? globalThis : self);
