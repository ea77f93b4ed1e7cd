// Makes src/protocol.ts from the contract that the server's own models describe.
//
//   python -m robo_trader.web.schema | npm run types          writes the file
//   python -m robo_trader.web.schema | node scripts/generate-protocol.mjs   prints it
import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { compile } from "json-schema-to-typescript";

const BANNER = `// Made by scripts/generate-protocol.mjs from robo_trader/web/protocol.py and rest_models.py. Do not edit:
// run \`python -m robo_trader.web.schema | npm run types\` in dashboard/; a test fails when the two differ.`;

/** Joins the definitions of several schemas; the same name must mean the same thing. */
function joinedDefinitions(schemas) {
  const joined = {};
  for (const { $defs = {} } of schemas) {
    for (const [name, definition] of Object.entries($defs)) {
      if (name in joined && !isDeepStrictEqual(joined[name], definition)) {
        throw new Error(`${name} is defined twice, and differently`);
      }
      joined[name] = definition;
    }
  }
  return joined;
}

/** Drops the titles of fields: the compiler would make a named type of each. */
function withoutFieldTitles(node) {
  if (Array.isArray(node)) return node.map(withoutFieldTitles);
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(key === "title" && typeof value === "string"))
      .map(([key, value]) => [key, withoutFieldTitles(value)]),
  );
}

const union = ({ oneOf }) => ({ oneOf });

function constant(name, value) {
  return `export const ${name} = ${JSON.stringify(value, null, 2)} as const;`;
}

async function typescript(contract) {
  const { server_message, client_message, rest, tables, streams, close_codes } = contract;
  const $defs = withoutFieldTitles({
    ...joinedDefinitions([server_message, client_message, rest]),
    ServerMessage: union(server_message),
    ClientMessage: union(client_message),
  });
  // The compiler follows references from a root: ours is a bag that names every definition, dropped again.
  const properties = Object.fromEntries(Object.keys($defs).map((name) => [name, { $ref: `#/$defs/${name}` }]));
  const root = { type: "object", additionalProperties: false, properties, required: Object.keys($defs), $defs };
  const types = await compile(root, "Contract", { bannerComment: "", style: { printWidth: 110 } });
  const named = types.replace(/export interface Contract \{[^}]*\}/, "").replace(/\n{3,}/g, "\n\n");
  const parts = [
    BANNER,
    named.trim(),
    constant("TABLE_COLUMNS", tables),
    constant("STREAM_COLUMNS", streams),
    constant("CLOSE_CODES", close_codes),
  ];
  return `${parts.join("\n\n")}\n`;
}

const source = await typescript(JSON.parse(readFileSync(0, "utf8")));
const target = process.argv[2];
if (target) writeFileSync(target, source);
else process.stdout.write(source);
