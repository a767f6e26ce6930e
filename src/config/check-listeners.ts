import { isHostPattern, plainHost } from "../base/host-names.ts";
import { bindAt, isOpen } from "./check-exposure.ts";
import type { Path } from "../document/yaml-node.ts";
import type { Draft } from "./draft.ts";

/** What a listener is for, and what belongs to that. */
export function checkListeners(draft: Draft): void {
  for (const path of draft.items(["listeners"])) {
    if (draft.text([...path, "mode"]) === "forward-proxy") checkForwardProxy(draft, path);
    else checkReverse(draft, path);
    for (const host of draft.items([...path, "intercept", "hosts"])) {
      const text = draft.text(host);
      if (text !== null && !isHostPattern(plainHost(text))) draft.refuse(host, "a host name such as api.tax.example, or *.tax.example");
    }
    const crl = [...path, "tls", "clientCrl"];
    if (draft.has(crl) && !draft.has([...path, "tls", "clientCa"])) draft.refuse(crl, "clientCa beside it, the authorities whose lists these are");
  }
}

function checkForwardProxy(draft: Draft, path: Path): void {
  const others = draft.text([...path, "proxy", "others"]) ?? "refuse";
  if (draft.has([...path, "tls"])) draft.refuse([...path, "tls"], "no tls on a forward proxy: clients speak plain HTTP to it, and TLS inside CONNECT", "a mapping");
  if (!draft.has([...path, "intercept"]) && others === "refuse") draft.refuse([...path, "intercept"], "hosts to intercept, or proxy: { others: tunnel }", "neither");
  const users = draft.items([...path, "proxy", "users"]);
  if (others === "tunnel" && users.length === 0 && isOpen(bindAt(draft, [...path, "bind"]))) draft.refuse([...path, "proxy", "users"], "at least one user, because the listener is not on loopback: anyone could reach anything through it", "none");
}

function checkReverse(draft: Draft, path: Path): void {
  if (draft.has([...path, "proxy"])) draft.refuseKey([...path, "proxy"], "mode: forward-proxy beside it", "proxy on a reverse listener");
  const tls = [...path, "tls"];
  const intercepts = draft.has([...path, "intercept"]);
  if (intercepts && !draft.has(tls)) draft.refuse([...path, "intercept"], "tls beside it, such as tls: {}, because clients that call the platform by its name speak TLS");
  const hasOwn = draft.items([...tls, "certificates"]).length > 0;
  if (draft.has(tls) && !hasOwn && !intercepts) draft.refuse([...tls, "certificates"], "at least one name under certificates, or hosts under intercept", "none");
}
