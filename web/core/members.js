/** The members of the ensemble as they come over the network: policy_lab/app/ensemble_members.py packs them and says how. */

/**
 * @param {ArrayBuffer} packed
 * @param {number} parameters how many there are
 * @returns {Float32Array} value[parameter, member]
 */
export function unpacked(packed, parameters) {
  const doublings = Math.floor(Math.log2(packed.byteLength / parameters / 4));
  const members = 2 ** doublings;
  const places = new Uint16Array(packed, 0, parameters * (doublings + 1));
  const planes = new Uint8Array(packed, places.byteLength);
  const size = parameters * members;
  const values = new Float32Array(size);
  const sorted = new Int32Array(members);
  const ascending = new Float32Array(sorted.buffer);
  for (let parameter = 0; parameter < parameters; parameter += 1) {
    const first = parameter * members;
    let bits = 0;
    for (let place = 0, at = first; place < members; place += 1, at += 1) {
      bits += planes[at] | (planes[at + size] << 8) | (planes[at + 2 * size] << 16) | (planes[at + 3 * size] << 24);
      sorted[place] = bits;
    }
    const mine = places.subarray(parameter * (doublings + 1), (parameter + 1) * (doublings + 1));
    const order = placesOf(mine);
    for (let member = 0; member < members; member += 1) values[first + member] = ascending[order[member]];
  }
  return values;
}

/** Where each member stands in ascending order, from the first one's place and those of members 1, 2, 4, 8 … @param {Uint16Array} told */
function placesOf([first, ...ofPowers]) {
  const places = [first];
  for (const place of ofPowers) places.push(...places.map((one) => one ^ first ^ place));
  return places;
}
