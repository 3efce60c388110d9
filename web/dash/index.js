/** Our components for somebody else's Dash app: policy_lab/components/policy_lab_components.js is made from this. */
import { register } from "./components.js";

register();
