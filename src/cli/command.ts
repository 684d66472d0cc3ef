import type { CommandContext } from './context.js'
import type { ExitCode } from './exit-code.js'

/** One argument, in the order they are given. */
export interface ArgumentSpec {
  /** As in help: `model`. */
  readonly name: string
  readonly description: string
  /** Default false: it must be given. */
  readonly optional?: boolean
  /** True for the last one: it takes all that follow. */
  readonly rest?: boolean
}

/** One option. Its value reaches `run` under the long name in camel case: `--db-path` is `dbPath`. */
export interface OptionSpec {
  /** `--limit <count>` takes a value, `--in-memory` none, `--no-wait` gives `wait: false`. */
  readonly flags: string
  readonly description: string
  /** The only values it may have. */
  readonly choices?: readonly string[]
  /** Turns text into the value; throws `CLI.USAGE` (see option-values.ts). */
  readonly parse?: (text: string, flag: string) => unknown
  /** True: may be given again; the values are a list. */
  readonly list?: boolean
}

/**
 * One command of the tool: a file in `commands/` that exports it as `command`, and a line in `command-list.ts`. Options
 * that every command has (`--json`, `--env`, …) are in `context.global`.
 */
export interface Command<Options extends object = object> {
  /** `table:create`. */
  readonly name: string
  /** One line for the list of commands, without a full stop. */
  readonly summary: string
  readonly arguments?: readonly ArgumentSpec[]
  readonly options?: readonly OptionSpec[]
  /** What `--json` prints, in short: `{ engines: [{ engine, port }] }`. Names may be added to it, never taken away. */
  readonly json: string
  /** Command lines without the tool's name, each with what it does. */
  readonly examples: readonly (readonly [commandLine: string, does: string])[]
  /**
   * Does the work, and prints with `context.output.result(data, text)` once. Nothing returned is exit code 0; what is thrown is
   * printed with its code and hint.
   */
  run(context: CommandContext, args: readonly string[], options: Options): Promise<ExitCode | void>
}

/** A command by name, without its code: `--help` must load none of them. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}
