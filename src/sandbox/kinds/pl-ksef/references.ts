import type { Random } from "../../../base/random.ts";
import { polishDay } from "./dates.ts";

/** Kinds of reference number: challenge, authentication, online session, batch session, invoice, page of a confirmation. */
export type ReferenceKind = "CR" | "AU" | "SO" | "SB" | "EE" | "EU";

/** Makes the numbers that the platform gives; `wall` in ms since 1970. */
export interface References {
  /** 36 characters such as `20250625-EE-319D7EE000-B67F415CDC-2C`. */
  readonly next: (kind: ReferenceKind, wall: number) => string;
  /** A KSeF number of 35 characters, `NIP-YYYYMMDD-` with twelve hexadecimal digits and a checksum. */
  readonly invoice: (nip: string, wall: number) => string;
}

/** Makes numbers that differ from each other, the same ones for the same chance. */
export function createReferences(random: Random): References {
  let given = 0;
  return {
    next(kind, wall) {
      given += 1;
      const text = `${compactDay(wall)}-${kind}-${hex(given, 10)}-${hex(Math.floor(random.next() * 2 ** 40), 10)}`;
      return `${text}-${checksum(text)}`;
    },
    invoice(nip, wall) {
      given += 1;
      const text = `${nip}-${compactDay(wall)}-${hex(given, 12)}`;
      return `${text}-${checksum(text)}`;
    },
  };
}

/** CRC-8 with polynomial 0x07 from 0x00, as two capital hexadecimal digits. Source: numer-ksef.md in CIRFMF/ksef-docs. */
export function checksum(text: string): string {
  let crc = 0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x80) === 0 ? crc << 1 : ((crc << 1) ^ 0x07) & 0xff;
  }
  return hex(crc & 0xff, 2);
}

function compactDay(wall: number): string {
  return polishDay(wall).replaceAll("-", "");
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
