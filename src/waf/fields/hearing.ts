import { ENOUGH, type FieldBounds, type FieldFault, type FieldListener, type FieldsRead, type Place } from "./field.ts";

const MOST_UNPACKED = 4;

/** Passes the values of one request on, counts them against the bounds, and keeps what was wrong. */
export class Hearing {
  readonly bounds: FieldBounds;
  readonly #listener: FieldListener;
  readonly #faults: FieldFault[] = [];
  #fields = 0;
  #characters = 0;
  #complete = true;
  #unpacked = 0;

  constructor(bounds: FieldBounds, listener: FieldListener) {
    this.bounds = bounds;
    this.#listener = listener;
  }

  /** False once a bound has been reached: whoever reads stops. */
  hear(value: string, place: Place, isName: boolean, where: () => string): boolean {
    if (!this.#complete) return false;
    if (value === "") return true;
    const most = this.bounds.maxBytes;
    const heard = this.#listener(value.length > most ? value.slice(0, most) : value, place, isName, where);
    if (heard === ENOUGH) return (this.#complete = false);
    if (heard !== false) {
      this.#characters += value.length;
      if (++this.#fields > this.bounds.maxFields) return this.#end("too-many");
    }
    return (value.length <= most && this.#characters <= most) || this.#end("too-large");
  }

  /** How many bytes the next packed value may grow to: together they stay within the bound of a few bodies. */
  unpackable(): number {
    return Math.max(0, Math.min(this.bounds.maxBytes, MOST_UNPACKED * this.bounds.maxBytes - this.#unpacked));
  }

  unpacked(bytes: number): void {
    this.#unpacked += bytes;
  }

  fault(fault: FieldFault): void {
    if (!this.#faults.includes(fault)) this.#faults.push(fault);
  }

  /** Something stays unread. */
  leave(fault: FieldFault): void {
    this.fault(fault);
    this.#complete = false;
  }

  read(): FieldsRead {
    return { complete: this.#complete, faults: this.#faults };
  }

  #end(fault: FieldFault): boolean {
    this.leave(fault);
    return false;
  }
}
