import type { AcmeView, AuthorityDetailView, CertificateView, CredentialView, LeafView } from "../admin/certificate-views.ts";
import { leftText } from "../certs/expiry/left-text.ts";
import type { OrderWhy, WaitWhy } from "../certs/renewal/decide.ts";
import { counted, printable } from "./amounts.ts";
import { byStage, leftOf } from "./cert-list.ts";
import type { Command } from "./command.ts";
import { LANGUAGE_OPTION, languageOf, type Language } from "./language.ts";
import { paintFor, type Paint } from "./paint.ts";
import { ADMIN_OPTIONS, askRunning, detailOf, RUNNING_ARGUMENT } from "./running.ts";

/** Why something is ordered next, or why nothing is ordered now. */
const WHYS: Readonly<Record<WaitWhy | OrderWhy, string>> = {
  asked: "somebody asked for it",
  "names-changed": "the configuration names other domains",
  "key-changed": "the configuration wants another kind of key",
  "authority-changed": "the configuration names another authority",
  "none-yet": "there is none that could be shown",
  expired: "the one before has run out",
  window: "the time that the authority named has come",
  "moved-up": "the authority wants it sooner than before: a revocation, most likely",
  "third-left": "it is time to renew it",
  emergency: "little is left, and blackouts do not count any more",
  "not-due": "renewal is not due before",
  "just-ordered": "the last one came only just",
  blackout: "a blackout of 'renew.blackouts' holds until then",
  "back-off": "it waits after what failed",
  "clock-behind": "this machine's clock is behind the certificate's beginning",
};

const LABEL = 13;

function row(label: string, text: string): string {
  return `  ${label.padEnd(LABEL)}${text}`;
}

function leafRows({ subject, issuer, names, serial, fingerprint, notBefore, notAfter }: LeafView): string[] {
  return [
    row("subject", printable(subject)),
    ...(names.length === 0 ? [] : [row("names", printable(names.join(" ")))]),
    row("issuer", printable(issuer)),
    row("valid", `${notBefore} to ${notAfter}`),
    row("serial", serial),
    row("fingerprint", `SHA-256 ${fingerprint.toUpperCase().match(/../g)?.join(":") ?? ""}`),
  ];
}

function windowText({ start, end, chosen, movedUp, explanation }: NonNullable<AcmeView["window"]>): string {
  return `the authority asks for ${start} to ${end}, drawn ${chosen}${movedUp ? ": moved forward" : ""}${explanation === null ? "" : `; see ${printable(explanation)}`}`;
}

function acmeRows({ state, doing, domains, challenge, issuedBy, authorities, window, next, failures, lastFailure, unwritten, directory }: AcmeView, paint: Paint): string[] {
  const mark = { good: paint.good, new: paint.warn, failing: paint.warn, alarm: paint.bad }[state];
  return [
    row("renewal", `${mark(state)}${doing === "waiting" ? "" : `, ${doing === "locked" ? "another process is ordering" : doing}`}`),
    row("ordered for", `${domains.join(" ")}, by ${challenge}`),
    row("authority", [...new Set([...(issuedBy === null ? [] : [`${issuedBy} (issued it)`]), ...authorities.filter((one) => one !== issuedBy)])].join(", then ")),
    ...(window === null ? [] : [row("window", windowText(window))]),
    row("next try", next.inSeconds === 0 ? `now: ${WHYS[next.why]}` : `${next.at}, in ${leftText(next.inSeconds * 1000)}: ${WHYS[next.why]}`),
    ...(lastFailure === null ? [] : [row("failed", paint.bad(`${lastFailure.at}${lastFailure.authority === null ? "" : ` at ${lastFailure.authority}`}, ${counted(failures, "time")} in a row`)), row("", paint.bad(`${lastFailure.kind}: ${printable(lastFailure.detail)}`))]),
    ...(unwritten === null ? [] : [row("not written", paint.bad(printable(unwritten)))]),
    row("stands in", directory),
  ];
}

function authorityRows({ state, permitted, uncovered, directory }: AuthorityDetailView, paint: Paint): string[] {
  return [
    row("state", state === "good" ? paint.good(state) : paint.bad(state)),
    row("permits", `${permitted.join(", ")} and names below`),
    ...(uncovered.length === 0 ? [] : [row("uncovered", paint.bad(`intercepted, but not permitted: ${uncovered.join(", ")}`))]),
    row("stands in", directory),
  ];
}

function credentialRows({ site, profile, what, life, certificate, steps }: CredentialView, at: string, language: Language, paint: Paint): string[] {
  const begin = language === "zh" ? "最迟开始于" : "begin by";
  const late = language === "zh" ? "（已逾期，除非已完成）" : ", overdue unless it is done";
  // A step whose time has come is marked.
  const by = (time: string): string => (time <= at ? paint.warn(`${begin} ${time.slice(0, 10)}${late}`) : `${begin} ${time.slice(0, 10)}`);
  return [
    row("what", what[language]),
    row("site", `${site}, profile ${profile}`),
    row("lives", life),
    ...(certificate === null ? [] : [row("certificate", certificate)]),
    ...steps.map((step, index) => `  ${index + 1}. ${by(step.begin)}: ${step[language]}`),
  ];
}

function text(view: CertificateView, language: Language, paint: Paint): string {
  const { name, kinds, stage, where, note, leaf, files, acme, authority, credential, advice } = view;
  const end = view.notAfter === null ? "nothing to show" : view.secondsLeft !== null && view.secondsLeft < 0 ? `${leftOf(view)}, ${view.notAfter}` : `ends in ${leftOf(view)}, ${view.notAfter}`;
  const lines = [
    `${printable(name)}${kinds.length === 0 ? "" : ` (${kinds.join(", ")})`}: ${byStage(stage, end, paint)}`,
    ...(where === "" ? [] : [row("used by", printable(where))]),
    ...(leaf === null ? [] : leafRows(leaf)),
    // What failed stands below with more.
    ...(note === "" || acme?.lastFailure != null ? [] : [row("note", printable(note))]),
    ...(files === null ? [] : [row("files", `${files.cert}, key ${files.key}`)]),
    ...(acme === null ? [] : acmeRows(acme, paint)),
    ...(authority === null ? [] : authorityRows(authority, paint)),
    ...(credential === null ? [] : credentialRows(credential, view.at, language, paint)),
    ...advice.map((one) => `  -> ${printable(one)}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** `taxgate cert show` */
export const certShowCommand: Command = {
  name: "cert show",
  args: [{ form: "<name>", help: "as 'taxgate cert list' names it" }, RUNNING_ARGUMENT],
  summary: "shows one thing that can run out: how it stands, what failed, when it is tried again, and what to do",
  options: [LANGUAGE_OPTION, ...ADMIN_OPTIONS, { flags: "--json", help: "the admin API's own answer" }],
  examples: ["cert show edge", "cert show tax.example:443", "cert show riyadh/production-certificate --lang zh"],
  async run(call) {
    const { args, io, options } = call;
    const asked = await askRunning(call, "GET", `/api/v1/certificates/show?${new URLSearchParams({ name: args[0] as string }).toString()}`, [200, 400], "admin");
    if (!asked.ok) return asked.exit;
    if (asked.reply.status === 400) {
      io.err(`${detailOf(asked.reply.body)}\n`);
      return "wrong";
    }
    const view = asked.reply.body as CertificateView;
    io.out(options["json"] === true ? `${JSON.stringify(view, null, 2)}\n` : text(view, languageOf(options["lang"], io.env), paintFor(io)));
    return "ok";
  },
};
