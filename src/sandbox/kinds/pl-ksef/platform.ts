import type { Answer } from "../../answer.ts";
import type { PlatformRequest, Setting } from "../../kind.ts";
import { platformWall, settingOf, type World } from "../../world.ts";
import { badRequest } from "./faults.ts";
import { createIntake, type Intake } from "./intake.ts";
import { createKeys, type Keys } from "./keys.ts";
import { createReferences, type References } from "./references.ts";
import { createSessions, type Session, type Sessions } from "./session.ts";
import type { Moment } from "./states.ts";
import { createTokens, type Tokens } from "./tokens.ts";

/** What tests may change. */
export const SETTINGS = {
  /** How long an invoice is worked on, in ms. */
  processingMs: 1000,
  /** More are refused with 21155. Source: limity.md. */
  invoicesPerSession: 10_000,
  /** The system cancels what it takes in (state 550): nothing is issued. */
  cancelled: false,
  /** Sending is refused with 21184: nothing is taken in. */
  unavailable: false,
} as const satisfies Readonly<Record<string, Setting>>;

/** One running platform's state. */
export interface Ksef {
  readonly world: World;
  readonly keys: Keys;
  readonly tokens: Tokens;
  readonly references: References;
  readonly sessions: Sessions;
  readonly intake: Intake;
  readonly authentications: Map<string, Authentication>;
  readonly challenges: Map<string, number>;
}

/** One authentication under way. */
export interface Authentication {
  readonly context: string;
  readonly contextType: string;
  readonly method: "Token" | "QualifiedSignature";
  /** Ms since 1970. */
  readonly wall: number;
  readonly ok: boolean;
  redeemed: boolean;
}

/** A request of a context that has shown its token. */
export interface Asking {
  readonly request: PlatformRequest;
  readonly context: string;
  readonly wall: number;
  readonly headers: PlatformRequest["headers"];
}

/** What answers an operation that needs a token. */
export type Handler = (ksef: Ksef, asking: Asking) => Answer;

/** Makes the state of a platform that nobody has used yet. */
export function createKsef(world: World): Ksef {
  const references = createReferences(world.random);
  return {
    world, references,
    keys: createKeys(() => platformWall(world)),
    tokens: createTokens(),
    sessions: createSessions(),
    intake: createIntake(world, references, () => settingOf(world, SETTINGS, "cancelled")),
    authentications: new Map(),
    challenges: new Map(),
  };
}

/** The moment that states are told for. */
export function momentOf({ world }: Ksef): Moment {
  return { now: world.clock.now(), wall: platformWall(world), processingMs: settingOf(world, SETTINGS, "processingMs") };
}

/** Does something with the session that the path names, or answers 21173. */
export function inSession(ksef: Ksef, asking: Asking, action: (session: Session) => Answer): Answer {
  const reference = asking.request.variables["session"] ?? "";
  const session = ksef.sessions.of(reference, asking.context);
  if (session) return action(session);
  return badRequest(asking, { code: 21173, description: "Brak sesji o wskazanym numerze referencyjnym.", details: [`Sesja o numerze referencyjnym ${reference} nie została odnaleziona.`] });
}

/** A JSON body, or undefined where it is none. */
export function bodyOf({ body }: PlatformRequest): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.bytes.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** A part of a JSON body as an object; an empty one where it is none. */
export function part(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** 21405 with what is wrong. */
export function invalid(asked: Pick<Asking, "headers" | "wall">, detail: string): Answer {
  return badRequest(asked, { code: 21405, description: "Błąd walidacji danych wejściowych.", details: [detail] });
}
