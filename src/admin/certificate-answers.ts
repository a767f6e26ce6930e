import type { OwnAnswer } from "../http/own-message.ts";
import type { CertificateViews } from "./certificate-views.ts";
import { json, problem } from "./message.ts";
import { readParameters, refused, type Read } from "./parameters.ts";

/** Lists everything that can run out. */
export function certificatesAnswer(query: string, views: CertificateViews): OwnAnswer {
  const parameters = readParameters(query, []);
  return parameters.ok ? json(200, views.list()) : problem(parameters.code, parameters.detail);
}

/** Shows one of them by its `name`. */
export function certificateAnswer(query: string, views: CertificateViews): OwnAnswer {
  const name = nameIn(query);
  const shown = name.ok ? views.show(name.value) : name;
  return shown.ok ? json(200, shown.value) : problem(shown.code, shown.detail);
}

/** Orders another one. That it failed is the answer to the question what came of it, not a failure of the API. */
export async function renewAnswer(query: string, views: CertificateViews): Promise<OwnAnswer> {
  const name = nameIn(query);
  const renewed = name.ok ? await views.renew(name.value) : name;
  if (!renewed.ok) return problem(renewed.code, renewed.detail);
  return json(renewed.value.result === "under-way" ? 202 : 200, renewed.value);
}

function nameIn(query: string): Read<string> {
  const parameters = readParameters(query, ["name"]);
  if (!parameters.ok) return parameters;
  const name = parameters.value.get("name");
  return name === undefined ? refused("parameter 'name' is missing: one that the list has") : { ok: true, value: name };
}
