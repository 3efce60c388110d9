/* The members of the ensemble as the page unpacks them: members.mjs PACKED PARAMETERS writes value[parameter, member] in 32 bits. */
import { readFileSync } from "node:fs";
import { unpacked } from "../../web/core/members.js";

const [packed, parameters] = process.argv.slice(2);
process.stdout.write(new Uint8Array(unpacked(new Uint8Array(readFileSync(packed)).buffer, Number(parameters)).buffer));
