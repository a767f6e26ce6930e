import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Is OpenSSL's command here? Tests that need it are skipped without it. */
export const HAS_OPENSSL: boolean = spawnSync("openssl", ["version"]).status === 0;

/** A certificate with its key, PEM. */
export interface MadePair {
  readonly cert: string;
  readonly key: string;
}

/** How a certificate is made. */
export interface Wanted {
  readonly names?: readonly string[];
  /** Further lines of extensions. */
  readonly extensions?: readonly string[];
  /** ECDSA with P-256 unless given. */
  readonly key?: "rsa";
  /** 3650 unless given. */
  readonly days?: number;
  /** As OpenSSL reads it, in place of the number. */
  readonly serial?: string;
}

/** An authority made with OpenSSL, in a directory of its own. */
export interface TestAuthority {
  /** PEM. */
  readonly cert: string;
  readonly directory: string;
  /** Signs a certificate. `serial` is what is to be revoked; the files are NAME.pem and NAME.key. */
  issue(name: string, serial: number, wanted?: Wanted): MadePair;
  /** Makes an authority below it. */
  below(name: string, serial: number): TestAuthority;
  /** A revocation list that names these serials, PEM. */
  revocationList(serials: readonly number[], valid?: { readonly from: string; readonly to: string }): string;
  /** Writes the index that OpenSSL's responder answers from. */
  writeIndex(good: readonly number[], revoked: readonly number[]): string;
  remove(): void;
}

const hex = (serial: number): string => serial.toString(16).toUpperCase().padStart(4, "0");

/** Makes a root. Two processes of OpenSSL, about 50 ms. */
export function testAuthority(name = "Root"): TestAuthority {
  const directory = mkdtempSync(join(tmpdir(), "taxgate-authority-"));
  run(directory, ["req", "-utf8", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj", `/O=Test/CN=${name}`, "-addext", "keyUsage=critical,keyCertSign,cRLSign"]);
  return opened(directory);
}

function run(cwd: string, args: readonly string[]): void {
  execFileSync("openssl", args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
}

function opened(directory: string): TestAuthority {
  const path = (name: string): string => join(directory, name);
  const signed = (name: string, serial: string, into: string, extensions: readonly string[], key?: "rsa", days = 3650): void => {
    writeFileSync(path(`${name}.ext`), extensions.join("\n"));
    const kind = key === "rsa" ? ["rsa:2048"] : ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    run(directory, ["req", "-newkey", ...kind, "-nodes", "-keyout", `${into}.key`, "-out", `${into}.csr`, "-subj", `/O=Test/CN=${name}`]);
    run(directory, ["x509", "-req", "-in", `${into}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", serial, "-days", String(days), "-out", `${into}.pem`, "-extfile", `${name}.ext`]);
  };
  return {
    directory,
    cert: readFileSync(path("ca.pem"), "utf8"),
    issue(name, serial, { names = [], extensions = [], key, days, serial: written } = {}) {
      const alternative = names.map((one) => (/^[\d.]+$|:/.test(one) ? `IP:${one}` : `DNS:${one}`)).join(",");
      signed(name, written ?? String(serial), name, [...(alternative === "" ? [] : [`subjectAltName=${alternative}`]), ...extensions], key, days);
      return { cert: readFileSync(path(`${name}.pem`), "utf8"), key: readFileSync(path(`${name}.key`), "utf8") };
    },
    below(name, serial) {
      const own = mkdtempSync(join(tmpdir(), "taxgate-authority-"));
      signed(name, String(serial), join(own, "ca"), ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash"]);
      return opened(own);
    },
    revocationList(serials, valid) {
      this.writeIndex([], serials);
      writeFileSync(path("ca.cnf"), "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ndefault_md=sha256\n");
      run(directory, ["ca", "-gencrl", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-out", "list.pem", ...(valid === undefined ? ["-crldays", "30"] : ["-crl_lastupdate", valid.from, "-crl_nextupdate", valid.to])]);
      return readFileSync(path("list.pem"), "utf8");
    },
    writeIndex(good, revoked) {
      const line = (kind: "V" | "R", serial: number): string => `${kind}\t360101000000Z\t${kind === "R" ? "200101000000Z" : ""}\t${hex(serial)}\tunknown\t/O=Test/CN=${serial}\n`;
      writeFileSync(path("index.txt"), [...good.map((serial) => line("V", serial)), ...revoked.map((serial) => line("R", serial))].join(""));
      return path("index.txt");
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
