/** Colours of the light theme from the style sheet, whatever the page wears now: for files. */

/**
 * @param {Record<string, string>} names what each is called by, and its property without the dashes
 * @returns {Record<string, string>}
 */
export function lightColours(names) {
  const probe = document.createElement("div");
  probe.dataset.theme = "light";
  probe.hidden = true;
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const found = Object.fromEntries(Object.entries(names).map(([name, property]) => [name, style.getPropertyValue("--" + property).trim() || "#555555"]));
  probe.remove();
  return found;
}
