/** Pictures and tables that a page can give as files, for the Share menu. Each page says what it has on show. */

/** @typedef {{ label: string, kinds: string[], save: (kind: string) => void }} Offer kinds: "png", "svg", "csv" */

/** @type {Map<string, () => Offer[]>} */
const offered = new Map();

/** @param {string} page @param {() => Offer[]} list what it has now */
export const offer = (page, list) => void offered.set(page, list);

/** @param {string} page */
export const offersOf = (page) => offered.get(page)?.() ?? [];
