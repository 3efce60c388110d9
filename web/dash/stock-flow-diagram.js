/** The Dash side of a sector's diagram: policy_lab/components/stock_flow_diagram.py says what its properties are. */
import { mountDiagram } from "../widgets/diagram.js";
import { adopt, release } from "./adoption.js";
import { component } from "./component.js";

export const StockFlowDiagram = component((host, props, report) => {
  adopt(host, props);
  const diagram = mountDiagram(host, report);
  return { update: diagram.update, destroy: () => release(props) };
});
