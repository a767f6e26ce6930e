// Run by Taxgate as the hook of dns-01: `dns-hook.ts MANAGEMENT present|clear NAME VALUE` writes to the name server of a drill.
import { argv } from "node:process";

const [management = "", action = "", name = "", value = ""] = argv.slice(2);
const body = { host: `${name}.`, ...(action === "present" ? { value } : {}) };
const answer = await fetch(`${management}/${action === "present" ? "set-txt" : "clear-txt"}`, { method: "POST", body: JSON.stringify(body) });
process.exitCode = answer.ok ? 0 : 1;
