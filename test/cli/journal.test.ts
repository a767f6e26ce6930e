import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EntryView } from "../../src/admin/journal-views.ts";
import { OperatorError } from "../../src/base/errors.ts";
import type { AdminMore, AdminReply } from "../../src/cli/admin-client.ts";
import { columns } from "../../src/cli/columns.ts";
import { run, VIEW } from "./console.ts";

const ID = "5f1d7a84db00d2fce00b31a7fc73224f";

function entry(changes: Partial<EntryView> = {}): EntryView {
  return {
    id: ID, revision: 1, sequence: 7, site: "china", route: "issue", region: "beijing", taxpayer: "91110108MA01ABCDE1", principal: "certificate:CN=bank", key: ["20261121-0001"], scope: ["91110108MA01ABCDE1"],
    lane: null, state: "held", why: "nobody knows", cause: null, how: null, reference: null, number: null, verdict: null, until: "2026-11-22T08:00:00.000Z", attempts: 1, endpoint: "https://bj", createdAt: "2026-11-21T08:00:00.000Z",
    updatedAt: "2026-11-21T08:00:02.000Z", ageSeconds: 7500, fingerprint: "a".repeat(32), profile: "b".repeat(16), ...changes,
  };
}

/** A running Taxgate that gives these answers in turn, the last one again and again; what it was asked. */
function running(...replies: readonly (readonly [number, unknown])[]) {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  return {
    asked, bodies,
    loadConfig: () => Promise.resolve({ ok: true as const, config: VIEW, warnings: [] }),
    readText: (path: string) => ({ "/state/admin.token": "own", "answer.json": '{"code":0}', "fields": "Authorization: Bearer x\n\nX-App: 7\n", "broken": "what" })[path] ?? null,
    callAdmin: (_target: unknown, method: string, path: string, more?: AdminMore): Promise<AdminReply> => {
      asked.push(`${method} ${path}`);
      bodies.push(more?.body);
      const [status, body] = replies[Math.min(asked.length, replies.length) - 1] ?? [500, ""];
      return Promise.resolve({ kind: "answer", status, body });
    },
  };
}

const PAGE = { entries: [entry(), entry({ id: "0".repeat(32), revision: 12, state: "accepted", how: "by-hand", reference: "2685", why: "seen\u001b[2J", until: null, ageSeconds: 42, taxpayer: null, key: ["A", "2"], region: "guangdong" })], next: null };

describe("journal list", () => {
  for (const [line, query] of [
    ["journal list", ""],
    ["journal list --state held,in-doubt --older-than 2h", "?state=held%2Cin-doubt&age=2h"],
    ["journal list --taxpayer 44 --region guangdong --site china --route issue", "?site=china&route=issue&taxpayer=44&region=guangdong"],
    ["journal list --key A&B --from 2026-11-21 --to 1h --limit 5 --after 17", "?key=A%26B&from=2026-11-21&to=1h&after=17&limit=5"],
  ] as const) {
    test(`'${line}' asks for '${query}'`, async () => {
      const taxgate = running([200, PAGE]);
      assert.equal((await run(line, taxgate)).code, 0);
      assert.deepEqual(taxgate.asked, [`GET /api/v1/journal/entries${query}`]);
    });
  }

  test("has columns under one another, ages in words, and nothing that a terminal obeys", async () => {
    assert.deepEqual(await run("journal list", running([200, PAGE])), {
      code: 0, err: "",
      out: `id                                revision  state     age        taxpayer            region     route  key
${ID}  1         held      2 h 5 min  91110108MA01ABCDE1  beijing    issue  20261121-0001  nobody knows, to be decided by 2026-11-22T08:00:00.000Z
${"0".repeat(32)}  12        accepted  42 s       -                   guangdong  issue  A, 2           number 2685, by-hand, seen?[2J
2 entries
`,
    });
  });

  test("marks states by colour without moving columns, and says where the next page begins", async () => {
    const { out } = await run("journal list", running([200, { ...PAGE, next: 9 }]), { tty: true });
    assert.ok(out.includes(`${ID}  1         \u001b[31mheld\u001b[0m      2 h 5 min`));
    assert.ok(out.includes("\u001b[32maccepted\u001b[0m  42 s"));
    assert.ok(out.endsWith("2 entries, and there are more: --after 9\n"));
  });

  test("says that there is none, and gives the API's own answer when asked", async () => {
    assert.equal((await run("journal list", running([200, { entries: [], next: null }]))).out, "0 entries\n");
    assert.deepEqual(JSON.parse((await run("journal list --json", running([200, PAGE]))).out), PAGE);
  });
});

describe("what the admin API refuses", () => {
  for (const [name, status, body, code, err] of [
    ["a parameter", 400, { detail: "parameter 'state': got 'x'" }, 2, "parameter 'state': got 'x'\n"],
    ["for there is no journal", 404, { detail: "no route has a journal" }, 2, "no route has a journal\n"],
    ["for the journal cannot be read", 503, { detail: "reading: damaged" }, 3, "reading: damaged\n"],
    ["for the role", 403, { detail: "'x' is viewer" }, 4, "calling http://127.0.0.1:9900: 'x' is viewer\n"],
    ["a decision", 409, { result: "refused", refusal: "settled", why: "it is accepted" }, 2, "it is accepted\n"],
  ] as const) {
    test(`${name} ends with ${code}`, async () => assert.deepEqual(await run(`journal show ${ID}`, running([status, body])), { code, out: "", err }));
  }
});

test("journal show tells what became of each item of a batch, up to fifty", async () => {
  const items = Array.from({ length: 60 }, (_, index) => ({ id: ID, key: [`D${index}`, "I"], outcome: index === 0 ? "accepted" : "rejected", reference: index === 0 ? "U\u001b1" : null, until: index === 0 ? null : "2026-11-22T08:00:00.000Z", fingerprint: "a".repeat(32) }));
  const { code, out } = await run(`journal show ${ID}`, running([200, { id: ID, revisions: [{ ...entry(), request: null, answer: null, items, itemCount: 61 }] }]));
  const lines = out.split("\n");
  assert.deepEqual([code, lines.slice(6, 9), lines.at(-4)], [0, ["    61 items", "      D0, I: accepted, number U?1", "      D1, I: rejected, until 2026-11-22T08:00:00.000Z"], "      … and 11 more: see --json"]);
});

test("journal show tells every revision, what was sent and what is replayed", async () => {
  const body = { bytes: 11, text: '{"a":1}\n\u0007', base64: null, cut: false };
  const request = { method: "POST", path: "/api/invoices", body };
  const pdf = { bytes: 3000, text: null, base64: "AAAA", cut: true };
  const revisions = [
    { ...entry({ state: "rejected", why: null, lane: "l" }), request, answer: { status: 400, headers: [{ name: "Content-Type", value: "text/plain" }], body: { ...body, bytes: 5000, text: "x".repeat(2001) } } },
    { ...entry({ revision: 2, state: "accepted", how: "confirmed", reference: "2685", why: null, until: null, attempts: 2 }), request: null, answer: { status: 200, headers: [], body: pdf } },
  ];
  const { code, out } = await run(`journal show ${ID}`, running([200, { id: ID, revisions }]));
  assert.deepEqual([code, out], [0, `entry ${ID}: number 20261121-0001 of 91110108MA01ABCDE1
  site china, route issue, region beijing, taxpayer 91110108MA01ABCDE1, lane l
  revision 1: rejected, until 2026-11-22T08:00:00.000Z
    claimed 2026-11-21T08:00:00.000Z (2 h 5 min ago), changed 2026-11-21T08:00:02.000Z
    1 attempt that may have reached the platform, the last one at https://bj
    sent by certificate:CN=bank, content ${"a".repeat(32)}
    request: POST /api/invoices
      {"a":1}
      ?
    answer for replays: status 400
      Content-Type: text/plain
      ${"x".repeat(2000)}
      … of 4.9 KiB: see --json
  revision 2: accepted, number 2685, confirmed
    claimed 2026-11-21T08:00:00.000Z (2 h 5 min ago), changed 2026-11-21T08:00:02.000Z
    2 attempts that may have reached the platform, the last one at https://bj
    sent by certificate:CN=bank, content ${"a".repeat(32)}
    request: not kept
    answer for replays: status 200
      2.9 KiB, not text: see --json
`]);
});

describe("a decision", () => {
  const DONE = { result: "done", entry: entry({ state: "accepted", how: "by-hand", reference: "2685", why: "seen by me", until: null }) };
  const words = (...more: readonly string[]): string[] => ["journal", ...more, "--reason", "seen by me"];

  for (const [name, line, path, body] of [
    ["accepts", ["resolve", ID, "--to", "accepted", "--reference", "2685"], "resolve", { to: "accepted", reference: "2685" }],
    ["rejects a revision", ["resolve", ID, "--to", "rejected", "--revision", "3"], "resolve", { revision: 3, to: "rejected" }],
    ["accepts with an answer", ["resolve", ID, "--to", "accepted", "--answer-file", "answer.json"], "resolve", { to: "accepted", answer: { status: 200, body: '{"code":0}' } }],
    ["accepts with an answer of its own kind", ["resolve", ID, "--to", "accepted", "--answer-file", "answer.json", "--answer-status", "201", "--answer-type", "text/xml"], "resolve", { to: "accepted", answer: { status: 201, contentType: "text/xml", body: '{"code":0}' } }],
    ["releases", ["release", ID], "release", {}],
  ] as const) {
    test(`${name} with id and reason in the body, never in the address`, async () => {
      const taxgate = running([200, DONE]);
      assert.deepEqual(await run(words(...line), taxgate), { code: 0, err: "", out: "number 20261121-0001, revision 1: accepted, number 2685, by-hand, seen by me\n" });
      assert.deepEqual([taxgate.asked, taxgate.bodies], [[`POST /api/v1/journal/${path}`], [{ id: ID, reason: "seen by me", ...body }]]);
    });
  }

  for (const [line, err] of [
    [["journal", "release", ID], "taxgate: required option '--reason <text>' not specified\n"],
    [["journal", "resolve", ID, "--reason", "x y z"], "taxgate: required option '--to <state>' not specified\n"],
    [words("resolve", ID, "--to", "held"), "taxgate: option '--to <state>' argument 'held' is invalid. Allowed choices are accepted, rejected, released, expired.\n"],
    [words("resolve", ID, "--to", "accepted", "--answer-status", "201"), "taxgate: --answer-status and --answer-type belong beside --answer-file\n"],
    [words("resolve", ID, "--to", "accepted", "--answer-file", "nowhere"), "taxgate: reading 'nowhere': it cannot be read\n"],
  ] as const) {
    test(`'${line.slice(1).join(" ")}' is wrong usage, and nothing is asked`, async () => {
      const taxgate = running();
      assert.deepEqual([await run(line, taxgate), taxgate.asked], [{ code: 2, out: "", err }, []]);
    });
  }
});

test("journal export goes on page by page, and ends with the first that is not full", async () => {
  const page = (from: number, count: number): string => Array.from({ length: count }, (_, index) => `${JSON.stringify({ sequence: from + index })}\n`).join("");
  const taxgate = running([200, page(1, 1000)], [200, page(2001, 1000)], [200, page(5000, 1)]);
  const { code, out } = await run("journal export --from 1d", taxgate);
  assert.deepEqual([code, out], [0, page(1, 1000) + page(2001, 1000) + page(5000, 1)]);
  assert.deepEqual(taxgate.asked, ["", "&after=1000", "&after=3000"].map((after) => `GET /api/v1/journal/export?from=1d&limit=1000${after}`));
  assert.deepEqual(await run("journal export", running([200, ""])), { code: 0, out: "", err: "" });
  assert.deepEqual(await run("journal export", running([200, page(1, 1000)], [503, { detail: "damaged" }])), { code: 3, out: page(1, 1000), err: "damaged\n" });
});

test("journal stats counts states and says how old the oldest open one is", async () => {
  const states = { queued: 1, sending: 0, unsent: 0, "in-doubt": 2, held: 0, accepted: 40, rejected: 0, released: 0, expired: 0 };
  const stats = { states, oldestOpenAt: "2026-11-21T08:00:00.000Z", oldestOpenSeconds: 7500, oldestProvisionalSeconds: 0, bytes: 1_572_864, underWay: 3, resolving: 2, queued: 1, unwritten: 0, fault: null };
  assert.deepEqual(await run("journal stats", running([200, stats])), { code: 0, err: "", out: `43 entries, 1.5 MiB on disk: queued 1, in-doubt 2, accepted 40
the oldest open one is 2 h 5 min old, since 2026-11-21T08:00:00.000Z
under way here: 3 submissions, 2 of them in doubt; 1 queued for later delivery
` });
  const { out } = await run("journal stats", running([200, { ...stats, oldestOpenAt: null, unwritten: 1, fault: "no room" }]));
  assert.match(out, /\nnone is open\n[^]*\n1 outcome known and not written yet\nthe journal cannot be written: no room\n$/);
});

test("journal verify ends with 1 where something is damaged, and says what", async () => {
  assert.deepEqual(await run("journal verify", running([200, { entries: 5, faults: [] }])), { code: 0, out: "5 entries checked: no faults\n", err: "" });
  assert.deepEqual(await run("journal verify", running([200, { entries: 5, faults: ["entry 7: damaged"] }])), { code: 1, out: "entry 7: damaged\n5 entries checked: 1 fault\n", err: "" });
});

describe("journal reconcile", () => {
  const piece = (next: number | null, ...differences: readonly object[]) => ({ asked: 10, same: 9, passed: 1, differences, next });
  const difference = { kind: "only-there", entry: entry(), reference: "2685", why: "the platform has it, and here it is 'held'" };

  test("goes through all pieces, prints what differs, and ends with 1 where anything does", async () => {
    const taxgate = running([200, piece(7, difference)], [200, piece(null, { ...difference, kind: "other-reference" })]);
    const { code, out } = await run("journal reconcile --from 1d --region beijing --header-file fields", taxgate);
    const line = `${ID}  2026-11-21T08:00:00.000Z  91110108MA01ABCDE1  20261121-0001  the platform has it, and here it is 'held'`;
    assert.deepEqual([code, out], [1, `only-there  ${line}, number 2685\nother-reference  ${line}\n20 entries compared: 18 the same, 2 not; 2 passed over (queued, being sent, or followed by a newer revision)\n`]);
    const headers = { Authorization: "Bearer x", "X-App": "7" };
    assert.deepEqual(taxgate.bodies, [0, 7].map((after) => ({ from: "1d", region: "beijing", headers, after })));
  });

  test("ends with 0 where both sides are the same, and gives one JSON of all pieces when asked", async () => {
    assert.equal((await run("journal reconcile --from 1d", running([200, piece(null)]))).code, 0);
    const { code, out } = await run("journal reconcile --from 1d --json", running([200, piece(7, difference)], [200, piece(null)]));
    assert.deepEqual([code, JSON.parse(out)], [1, { asked: 20, same: 18, passed: 2, differences: [difference] }]);
  });

  for (const [file, err] of [["nowhere", "taxgate: reading 'nowhere': it cannot be read\n"], ["broken", "taxgate: reading 'broken': want one field a line, such as 'Authorization: Bearer …'\n"]] as const) {
    test(`with fields from '${file}' is wrong usage`, async () => assert.deepEqual(await run(`journal reconcile --from 1d --header-file ${file}`, running()), { code: 2, out: "", err }));
  }
});

test("journal backup says where the copy is", async () => {
  const taxgate = running([200, { result: "done", file: "/state/backups/x", bytes: 2048 }]);
  assert.match((await run("journal backup --name x", taxgate)).out, /^\/state\/backups\/x: 2\.0 KiB, and its archives in '\/state\/backups\/x\.archive'/);
  assert.deepEqual([taxgate.asked, taxgate.bodies], [["POST /api/v1/journal/backup"], [{ name: "x" }]]);
});

describe("journal restore", () => {
  const loadConfig = () => Promise.resolve({ ok: true as const, config: VIEW, warnings: [] });

  test("works on the state directory of the configuration, and says where the old files are", async () => {
    const restored: string[] = [];
    const restoreJournal = (stateDir: string, backup: string) => {
      restored.push(stateDir, backup);
      return Promise.resolve({ aside: "/state/journal-before-x", archives: 2 });
    };
    const { code, out } = await run("journal restore copy.sqlite", { loadConfig, restoreJournal });
    assert.deepEqual([code, restored], [0, ["/state", "copy.sqlite"]]);
    assert.match(out, /^restored, with 2 archives; the old files are in '\/state\/journal-before-x'\n/);
  });

  test("tells an operator's mistake in its words", async () => {
    const restoreJournal = () => Promise.reject(new OperatorError("locking state directory '/state': in use by process 7"));
    assert.deepEqual(await run("journal restore copy.sqlite", { loadConfig, restoreJournal }), { code: 2, out: "", err: "taxgate: locking state directory '/state': in use by process 7\n" });
  });
});

test("columns stand under one another, and no line ends in blanks", () => {
  assert.deepEqual(columns([["a", "bb", "c"], ["aaa", "b", ""]]), ["a    bb  c", "aaa  b"]);
  assert.deepEqual(columns([]), []);
});
