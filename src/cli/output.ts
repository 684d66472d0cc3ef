import { InternalError } from '../kernel/index.js'
import { jsonText } from './plain-json.js'

/** Where a command's words go: what it found to stdout, everything else to stderr. */
export class Output {
  /** True: stdout gets one JSON document and nothing else. */
  readonly json: boolean
  /** True where colours are welcome: a terminal, and no NO_COLOR. */
  readonly colours: boolean
  #done = false

  constructor(json: boolean) {
    this.json = json
    this.colours = Boolean(process.stderr.isTTY) && !process.env['NO_COLOR']
  }

  /** True once the result was printed. */
  get done(): boolean {
    return this.#done
  }

  /**
   * Prints what the command found, once: `data` as JSON (with --json), else `text`.
   *
   * @param data plain data; its shape is documented and stable, with null for what is not there
   */
  result(data: unknown, text: string | (() => string)): void {
    if (this.#done) throw new InternalError('a command printed two results')
    this.#done = true
    const words = this.json ? jsonText(data) : typeof text === 'string' ? text : text()
    if (words !== '') process.stdout.write(words.endsWith('\n') ? words : `${words}\n`)
  }

  /** A remark for people. */
  note(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  warn(text: string): void {
    process.stderr.write(`${this.colour('33', 'warning')}: ${text}\n`)
  }

  /** Text in a colour, by its ANSI number, where colours are welcome. */
  colour(number: string, text: string): string {
    return this.colours ? `\u001B[${number}m${text}\u001B[0m` : text
  }
}
