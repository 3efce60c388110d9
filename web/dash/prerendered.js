/** The Dash side of a part of a page that has its own scripts: policy_lab/components/prerendered.py. */
import { adopt, release } from "./adoption.js";
import { component } from "./component.js";

export const Prerendered = component((host, props) => {
  adopt(host, props);
  return { update: () => {}, destroy: () => release(props) };
});
