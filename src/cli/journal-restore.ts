import { counted } from "./amounts.ts";
import { FILE_ARGUMENT, type Command } from "./command.ts";
import { mistakesOf } from "./running.ts";

/** `taxgate journal restore` */
export const journalRestoreCommand: Command = {
  name: "journal restore",
  args: [{ form: "<backup>", help: "the file that 'journal backup' made, with its .archive folder beside it" }, { ...FILE_ARGUMENT, help: "the configuration of the stopped Taxgate" }],
  summary: "puts a backup in the place of a stopped Taxgate's journal; the old files are kept aside",
  options: [],
  examples: ["journal restore /mnt/backups/journal-20261121T080000Z.sqlite"],
  async run({ args, io, world }) {
    const [backup = "", file = ""] = args;
    const loaded = await world.loadConfig(file, io.env);
    if (!loaded.ok) {
      io.err(`reading '${file}': ${mistakesOf(loaded.problems)}\n`);
      return "wrong";
    }
    const { aside, archives } = await world.restoreJournal(loaded.config.stateDir, backup);
    io.out(`restored, with ${counted(archives, "archive")}${aside === null ? "" : `; the old files are in '${aside}'`}\n`);
    io.out("what was issued since the backup is not in it: the next start notices that, and asks the platform before it sends a number that it does not know\n");
    return "ok";
  },
};
