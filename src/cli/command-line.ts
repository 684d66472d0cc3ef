import { GLOBAL_OPTIONS } from './global-options.js'

/** A command line, read just far enough to know which command it is for. */
export interface CommandLine {
  /** Undefined where there are only options. */
  readonly name: string | undefined
  /** What is left for the command. */
  readonly rest: readonly string[]
  readonly json: boolean
  readonly verbose: boolean
  readonly help: boolean
  readonly version: boolean
}

const TAKING_VALUES = new Set(
  GLOBAL_OPTIONS.filter(({ flags }) => flags.includes('<')).map(({ flags }) => flags.split(' ')[0]),
)

/** Options of every command may stand before its name, too. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  let at = 0
  while (at < argv.length && argv[at]?.startsWith('-') === true && argv[at] !== '--') {
    at += TAKING_VALUES.has(argv[at]) ? 2 : 1
  }
  const name = argv[at] === '--' ? undefined : argv[at]
  const end = argv.indexOf('--')
  const flags = new Set(end === -1 ? argv : argv.slice(0, end))
  return {
    name,
    rest: name === undefined ? argv : argv.toSpliced(at, 1),
    json: flags.has('--json'),
    verbose: flags.has('--verbose'),
    help: flags.has('--help') || flags.has('-h'),
    version: flags.has('--version') || flags.has('-V'),
  }
}
