import type { Clock } from '../kernel/index.js'

/** How far the work is. */
export interface ProgressState {
  readonly done: number
  /** Of how many, where that is known. */
  readonly total?: number | undefined
  /** Capacity units consumed so far. */
  readonly capacity?: number | undefined
}

/** Milliseconds in which work that is quick says nothing. */
const SILENT = 100
const REDRAW = 100
/** Milliseconds between the lines in a pipe. */
const LINE = 3000
const BAR = 24

/** Shows on stderr how far work is: a bar on a terminal, a line now and then elsewhere. */
export class Progress {
  #what: string
  readonly #clock: Clock
  readonly #terminal: boolean
  readonly #write: (text: string) => void
  #started: number
  #last: number
  #drawn = false

  constructor(what: string, clock: Clock, terminal: boolean, write: (text: string) => void) {
    this.#what = what
    this.#clock = clock
    this.#terminal = terminal
    this.#write = write
    this.#started = clock.now()
    this.#last = terminal ? this.#started + SILENT - REDRAW : this.#started
  }

  /** Draws it, unless it was drawn just now. */
  update(state: ProgressState): void {
    const now = this.#clock.now()
    if (now - this.#last < (this.#terminal ? REDRAW : LINE)) return
    this.#last = now
    this.#drawn = true
    const line = progressLine(this.#what, state, now - this.#started)
    this.#write(this.#terminal ? `\r\u001B[2K${bar(state)}${line}` : `${line}\n`)
  }

  /** Goes on with other work. */
  restart(what: string): void {
    this.end()
    this.#what = what
    this.#started = this.#clock.now()
  }

  /** Takes the bar off the terminal. */
  end(): void {
    if (this.#drawn && this.#terminal) this.#write('\r\u001B[2K')
    this.#drawn = false
  }
}

function bar({ done, total = 0 }: ProgressState): string {
  if (total <= 0) return ''
  const full = Math.round(Math.min(1, done / total) * BAR)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] `
}

/** `items 1200 of 5000, 400/s, 150.5 capacity units, 10 s left` */
export function progressLine(what: string, { done, total, capacity }: ProgressState, elapsed: number): string {
  const rate = elapsed > 0 ? (done / elapsed) * 1000 : 0
  // DynamoDB counts rows every six hours: there may be more of them than it said.
  const known = total !== undefined && total >= done
  const left = known && rate > 0 ? Math.ceil((total - done) / rate) : undefined
  return [
    `${what} ${done}${known ? ` of ${total}` : ''}`,
    `${Math.round(rate)}/s`,
    ...(capacity === undefined ? [] : [`${Math.round(capacity * 10) / 10} capacity units`]),
    ...(left === undefined ? [] : [`${left} s left`]),
  ].join(', ')
}
