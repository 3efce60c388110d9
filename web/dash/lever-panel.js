/** The Dash side of the levers: policy_lab/components/lever_panel.py says what its properties are. */
import * as levers from "../widgets/levers.js";
import { adopt, release } from "./adoption.js";
import { frames, modelAt } from "./begin-model.js";
import { component } from "./component.js";
import { receive, reports } from "./report.js";

let begun = false;

export const LeverPanel = component((host, props, report) => {
  let stop = () => {};
  let gone = false;
  let latest = props;
  const working = !props.model && adopt(host, props);
  modelAt(props.model).then(() => {
    if (gone) return;
    const there = working || adopt(host, { id: props.id, html: frames.LeverPanel });
    if (!there && !begun) levers.begin();
    begun = true;
    receive(latest.policy);
    stop = reports(report);
  }).catch((error) => console.error(error));
  return {
    update: (next) => {
      latest = next;
      if (begun || working) receive(next.policy);
    },
    destroy: () => {
      gone = true;
      stop();
      release(props);
    },
  };
});
