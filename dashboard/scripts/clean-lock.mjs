// Takes the sponsor links out of package-lock.json: npm copies them from the packages, nobody needs them, and
// without them the lock holds no address at all (.npmrc already keeps the download addresses out).
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");
