import { KSeFClient, openOnlineSession } from "ksef-client-ts";
import { SELLER } from "./invoice-xml.ts";

/** An application that speaks to KSeF through the public client, as it comes from npm. */
export interface Application {
  readonly client: KSeFClient;
  /** Opens an online session; its handle sends invoices and closes. */
  readonly openSession: () => ReturnType<typeof openOnlineSession>;
}

/** How an application differs from the client's own settings. */
export interface Manners {
  readonly nip?: string;
  /** Times that the client repeats a request by itself, on 429 and 5xx; its default. */
  readonly maxRetries?: number;
  /** Milliseconds after which it hangs up; the client's default. */
  readonly timeout?: number;
  /** Form of errors that it asks for; the client's default. */
  readonly errorFormat?: "problem-details" | "legacy";
}

/** Logs an application in at `baseUrl`. Only the client's pauses are shorter than its own, because nothing here takes long. */
export async function application(baseUrl: string, { nip = SELLER, maxRetries = 3, timeout = 30_000, errorFormat = "problem-details" }: Manners = {}): Promise<Application> {
  const client = new KSeFClient({ baseUrl, timeout, errorFormat, retry: { maxRetries, baseDelayMs: 20, maxDelayMs: 100 } });
  await client.loginWithToken("20260105-EC-0000000000-0000000000-00|nip|token", nip);
  return { client, openSession: () => openOnlineSession(client) };
}
