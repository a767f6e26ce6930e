import { ENOUGH, type FieldFault, type FieldListener, type FieldSource, type FieldsRead, type Place } from "../fields/field.ts";
import type { Portions } from "../fields/portions.ts";
import { readFieldsInPortions } from "../fields/read-fields.ts";
import type { InspectionOptions } from "../options.ts";
import { HARMLESS } from "./engine.ts";
import { isLong, nextPiece, squeezed } from "./pieces.ts";
import type { Tally } from "./tally.ts";

/*
 * One look at a request, by one set of rules or two. What is small is looked at while it is read. A large request is read in
 * portions, and what would take long in one of them is put off and looked at in steps before the next.
 */

/** A request that costs more than this is put off; a step ends there too. Some milliseconds: see `Engine.work`. */
const STEP_WORK = 200_000;
/** For each byte of `maxBytes`; honest texts need 2 to 8, and only those that are looked at closely. */
const WORK_PER_BYTE = 16;

/** A value that waits for the closer look. */
interface Waiting {
  readonly value: string;
  readonly place: Place;
  readonly isName: boolean;
  readonly where: () => string;
}

/** Looks at one request after the other, with tallies of its own. */
export class Inspection {
  readonly acting: Tally;
  readonly trial: Tally | null;
  readonly #bounds: InspectionOptions;
  readonly #listener: FieldListener;
  readonly #most: number;
  #mayWait = false;
  /** Null once all is read. */
  #reading: Portions<FieldsRead> | null = null;
  #faults: readonly FieldFault[] = [];
  /** From this work on, what is heard waits. */
  #until = 0;
  #waiting: Waiting[] = [];
  #next = 0;
  /** In the long value that is next. */
  #long = "";
  #from = 0;

  constructor(bounds: InspectionOptions, acting: Tally, trial: Tally | null) {
    this.#bounds = bounds;
    this.acting = acting;
    this.trial = trial;
    this.#most = bounds.maxBytes * WORK_PER_BYTE;
    this.#listener = (value, place, isName, where) => this.#hear(value, place, isName, where);
  }

  /** Reads a request. True: it is judged; false: it takes steps. It always is judged where it may not wait. */
  begin(source: FieldSource, id: string, mayWait: boolean): boolean {
    this.#mayWait = mayWait;
    this.acting.begin(id);
    this.trial?.begin(id);
    this.#reading = readFieldsInPortions(source, this.#bounds, this.#listener);
    this.#until = STEP_WORK;
    this.#readOn();
    if (!mayWait) while (this.#isReading) this.#readOn();
    if (this.#isReading || this.#waiting.length > 0) return false;
    this.#end();
    return true;
  }

  /** Goes on for some milliseconds. True: the request is judged. */
  step(): boolean {
    this.#until = this.#work + STEP_WORK;
    for (; this.#next < this.#waiting.length && !this.#isOver; this.#lookOn(this.#waiting[this.#next] as Waiting)) {
      if (this.#work >= this.#until) return false;
    }
    this.#waiting = [];
    this.#next = 0;
    if (!this.#isOver) this.#readOn();
    if (!this.#isOver && (this.#isReading || this.#waiting.length > 0)) return false;
    this.#end();
    return true;
  }

  #readOn(): void {
    const portion = this.#reading?.next();
    if (portion?.done !== true) return;
    this.#faults = portion.value.faults;
    this.#reading = null;
  }

  /** False: the value is harmless. */
  #hear(value: string, place: Place, isName: boolean, where: () => string): unknown {
    if (this.#mayWait && (this.#waiting.length > 0 || this.#work >= this.#until || isLong(value))) return this.#putOff(value, place, isName, where);
    const { trial } = this;
    const acting = this.acting.hear(value, place, isName, where);
    const second = trial === null ? HARMLESS : trial.hear(value, place, isName, where);
    if (acting === HARMLESS && second === HARMLESS) return false;
    return this.#isOver ? ENOUGH : true;
  }

  #putOff(value: string, place: Place, isName: boolean, where: () => string): boolean {
    if (!this.acting.suspects(value) && !(this.trial?.suspects(value) ?? false)) return false;
    const field = where();
    this.#waiting.push({ value, place, isName, where: () => field });
    return true;
  }

  #lookOn({ value, place, isName, where }: Waiting): void {
    const { trial } = this;
    if (!isLong(value)) {
      this.acting.hear(value, place, isName, where);
      trial?.hear(value, place, isName, where);
      this.#next++;
      return;
    }
    if (this.#from === 0) this.#long = squeezed(value);
    this.acting.hearPiece(this.#long, this.#from, place, isName, where);
    trial?.hearPiece(this.#long, this.#from, place, isName, where);
    this.#from = nextPiece(this.#long, this.#from);
    if (this.#from < this.#long.length) return;
    this.#long = "";
    this.#from = 0;
    this.#next++;
  }

  get #isReading(): boolean {
    return this.#reading !== null;
  }

  get #work(): number {
    return this.acting.work + (this.trial?.work ?? 0);
  }

  /** Nothing that is still unseen matters, or no more is looked at. */
  get #isOver(): boolean {
    return (this.acting.isCertain && (this.trial === null || this.trial.isCertain)) || this.#isExhausted;
  }

  get #isExhausted(): boolean {
    return this.#work >= this.#most;
  }

  #end(): void {
    const faults = this.#isExhausted && !this.#faults.includes("too-large") ? [...this.#faults, "too-large"] : this.#faults;
    for (const fault of faults) {
      this.acting.fault(fault);
      this.trial?.fault(fault);
    }
    this.#faults = [];
    this.#reading = null;
    this.#waiting = [];
    this.#next = 0;
    this.#from = 0;
    this.#long = "";
  }
}
