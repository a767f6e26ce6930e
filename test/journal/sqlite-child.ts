import { acceptance, answerOf, newEntry } from "./sample-entry.ts";
import { openTestStore } from "./sqlite-store.ts";

/*
 * A process of its own. `DIRECTORY alone|shared NAME COUNT`: claims and settles NAME0, NAME1, …, 16 at a
 * time, and writes the name of each that is durable: `+name` claimed, `!name` known already, `=name` settled. Then it waits to be killed.
 */
const [, , directory = "", mode = "", name = "", count = "0"] = process.argv;
const store = await openTestStore(directory, { exclusive: mode === "alone" });
process.stdout.write(`owner ${store.owner}\n`);
let next = 0;

async function claimAll(): Promise<void> {
  for (let index = next++; index < Number(count); index = next++) {
    const one = `${name}${index}`;
    const { kind } = await store.insert(newEntry(one));
    process.stdout.write(`${kind === "inserted" ? "+" : "!"}${one}\n`);
    if (kind === "inserted" && index % 2 === 0 && (await store.update({ ...acceptance(one, answerOf(300)), dropHeaders: true })) !== null) process.stdout.write(`=${one}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, claimAll));
process.stdout.write("done\n");
