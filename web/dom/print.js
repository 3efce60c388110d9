/** A printed page says where it comes from: the link of what it shows stands at its foot. */
import { element, one, write } from "./elements.js";
import * as router from "./router.js";

function sign() {
  const foot = one(".foot");
  write(one(".foot__link", foot) ?? foot.appendChild(element("p", { class: "foot__link" })), router.link());
}

export const begin = () => window.addEventListener("beforeprint", sign);
