import { equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { realWorld } from "../../src/cli/world.ts";
import { BUILT_IN_PROFILES } from "../../src/config/built-in-profiles.ts";
import { OWN_PROFILE } from "../config/own-profile.ts";
import { run } from "./console.ts";

const real = { builtInProfiles: realWorld.builtInProfiles, showProfile: realWorld.showProfile };

describe("taxgate platforms", () => {
  test("list names every profile with its title, in the language of the environment", async () => {
    const { code, out } = await run("platforms list", real);
    equal(code, 0);
    equal(out.split("\n").length - 1, BUILT_IN_PROFILES.length);
    const chinese = await run("platforms list", real, { env: { LANG: "zh_CN.UTF-8" } });
    match(chinese.out, /波兰/);
    match((await run("platforms list --lang en", real, { env: { LANG: "zh_CN.UTF-8" } })).out, /Poland/);
  });

  test("show says what a profile protects, in either language", async () => {
    const english = await run("platforms show generic-json --lang en", real);
    equal(english.code, 0);
    match(english.out, /^# Any platform/);
    match(english.out, /One submission is known by `\/orderNo` in the JSON body, of `\/sellerTaxNo` in the JSON body\./);
    match(english.out, /“not there” counts 1s after the last attempt, and then it may be sent again/);
    match((await run("platforms show generic-json --lang zh", real)).out, /应答丢失时/);
  });

  test("every page says every phrase: no place is left open", async () => {
    for (const name of BUILT_IN_PROFILES) {
      for (const language of ["en", "zh"]) {
        const { code, out } = await run(`platforms show ${name} --lang ${language}`, real);
        equal(code, 0, name);
        ok(!/\{[0-9]\}|undefined|\[object/.test(out), `${name} ${language}: ${/.*(\{[0-9]\}|undefined|\[object).*/.exec(out)?.[0]}`);
      }
    }
  });

  test("check says what is wrong, with the line, and ends with 2", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "taxgate-platforms-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const [sound, broken] = [join(folder, "own.yaml"), join(folder, "broken.yaml")];
    writeFileSync(sound, OWN_PROFILE);
    writeFileSync(broken, OWN_PROFILE.replace("class: read", "class: raed"));
    const good = await run(["platforms", "check", sound], real);
    equal(good.code, 0);
    match(good.out, /ok: profile own, version 1, 2 routes/);
    const bad = await run(["platforms", "check", broken], real);
    equal(bad.code, 2);
    match(bad.err, /broken\.yaml:23:12: routes\[1\]\.class: got "raed", want one of submit/);
    match((await run(["platforms", "show", join(folder, "none.yaml")], real)).err, /got no such file, want a profile that can be read/);
  });
});
