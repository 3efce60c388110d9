/** The Dash side of the headline cards: policy_lab/components/headline_cards.py says what its properties are. */
import * as live from "../widgets/live-runs.js";
import { mountCards } from "../widgets/headline-cards.js";
import { adopt, release } from "./adoption.js";
import { frames, modelAt } from "./begin-model.js";
import { component } from "./component.js";
import { reports } from "./report.js";

export const HeadlineCards = component((host, props, report) => {
  let stop = () => {};
  let gone = false;
  const working = !props.model && adopt(host, props);
  modelAt(props.model).then(() => {
    if (gone) return;
    const ends = [reports(({ outcomes }) => report({ outcomes }))];
    if (!working) {
      adopt(host, { id: props.id, html: frames.HeadlineCards });
      const cards = mountCards(host);
      const draw = () => cards.paint(live.run("policy"), live.run("status-quo"), null, false);
      ends.push(live.view({ names: () => [], seen: () => !host.closest("[hidden]"), draw }));
    }
    stop = () => ends.forEach((end) => end());
  }).catch((error) => console.error(error));
  return {
    update: () => {},
    destroy: () => {
      gone = true;
      stop();
      release(props);
    },
  };
});
