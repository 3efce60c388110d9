/** The Dash side of a ranking: policy_lab/components/ranking_chart.py says what its properties are. */
import { mountRanking } from "../widgets/ranking.js";
import { adopt, release } from "./adoption.js";
import { component } from "./component.js";

export const RankingChart = component((host, props, report) => {
  adopt(host, props);
  const ranking = mountRanking(host, report);
  return { update: ranking.update, destroy: () => release(props) };
});
