import { wordTable } from "../word-table.ts";
import { Break, breakBefore, type Sight } from "./sight.ts";
import { Flag, Kind } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** What follows @@ in the servers that know such variables. */
const SERVER = wordTable([
  [
    1,
    "version hostname datadir basedir tmpdir servername servicename microsoftversion language langid spid procid trancount rowcount error identity nestlevel options max_connections version_comment version_compile_os version_compile_machine secure_file_priv secure_auth plugin_dir global session local pid_file socket port server_id character_set_database sql_mode log_error general_log general_log_file connections cpu_busy idle io_busy pack_received dbts remserver textsize timeticks total_errors new sqlmode innodb_version license have_ssl",
  ],
]);

/** @@version, @x:=, ; @x= */
export function seeVariable(sight: Sight, at: number): void {
  const { window: w } = sight;
  if (w.word(at) === 2) {
    const from = w.start(at) + 2;
    // "@@ = at"
    if (!/\w/.test(w.text.slice(from, w.end(at)))) return;
    const isKnown = SERVER.at(w.text, from, w.end(at)) !== 0;
    if (isKnown || w.kind(at - 1) === Kind.compare || w.is(at - 1, Word.select) || breakBefore(w, at) === Break.quote) sight.tell("variable");
    return;
  }
  if (w.kind(at + 1) === Kind.compare && w.word(at + 1) === 58) sight.tell("variable");
}

const TYPES = wordTable([[1, "int int2 int4 int8 integer bigint smallint text json jsonb float float8 numeric varchar char regclass date timestamp bytea boolean bool money double xml uuid"]]);

/** A cast of PostgreSQL: password::int, '{}'::jsonb. */
export function seeCast(sight: Sight, at: number): void {
  const { window: w } = sight;
  if (w.kind(at + 1) !== Kind.colon || !w.isTight(at) || !w.isTight(at + 1) || w.kind(at + 2) !== Kind.word) return;
  const kind = w.kind(at - 1);
  const isCastable = kind === Kind.close || w.isQuote(at - 1) || kind === Kind.word || kind === Kind.number;
  if (isCastable && TYPES.at(w.text, w.start(at + 2), w.end(at + 2)) !== 0) sight.tell("call");
}

/** information_schema and its kind. */
export function seeCatalogue(sight: Sight, at: number): void {
  const { window: w } = sight;
  const length = w.end(at) - w.start(at);
  // table_name, column_name and so on are headings of many a sheet as well.
  const isHeading = length <= 12 && /^(?:table|column|schema|user)_(?:name|schema|password)$/i.test(w.text.slice(w.start(at), w.end(at)));
  if (!isHeading) return sight.tell("schema");
  if (w.is(at - 1, Word.select) || w.kind(at - 1) === Kind.open || w.is(at + 1, Word.from)) sight.tell("hint");
}

/** sys.tables, master..xp_cmdshell, mysql.user. */
export function seeSystem(sight: Sight, at: number): void {
  const { window: w } = sight;
  if (w.kind(at + 1) !== Kind.dot || !w.isTight(at + 1)) return;
  if (w.kind(at + 2) === Kind.dot && w.isTight(at + 2) && w.kind(at + 3) === Kind.word && w.isTight(at + 3)) return sight.tell("schema");
  const isAsked = w.is(at - 1, Word.from) || w.is(at - 1, Word.join) || w.is(at - 1, Word.exec) || w.is(at - 1, Word.into) || w.is(at - 1, Word.update);
  if (isAsked && w.kind(at + 2) === Kind.word && w.isTight(at + 2)) sight.tell("schema");
}

/** `1.e(name)`: MySQL reads a name behind a number that has no exponent. */
export function seeNumber(sight: Sight, at: number): void {
  const { window: w } = sight;
  const end = w.end(at);
  if (w.kind(at + 1) !== Kind.open || !w.isTight(at + 1) || (w.text.charCodeAt(end - 1) | 32) !== 101 || w.text.charCodeAt(end - 2) !== 46) return;
  sight.tell("disguise");
}

/** Words of SQL with comments between them instead of blanks, or in a comment that MySQL runs. */
export function seeDisguise(sight: Sight, at: number): void {
  const { window: w } = sight;
  const word = w.word(at);
  if (word === Word.plain || word > Word.having) return;
  if (w.has(at, Flag.versioned) || (w.has(at, Flag.commented) && w.has(at + 1, Flag.commented) && w.kind(at - 1) !== Kind.word)) sight.tell("disguise");
}
