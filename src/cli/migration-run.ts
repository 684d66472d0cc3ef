import { loadMigrations } from '../config/index.js'
import type { MigrationFile, RunOptions } from '../migrations/index.js'
import type { OptionSpec } from './command.js'
import type { CommandContext } from './context.js'
import { CliError } from './errors.js'
import { wholeNumber } from './option-values.js'

/** Options of the commands that change tables with rows. */
export interface RunFlags {
  readonly maxCapacity?: number
  readonly wait?: number
}

export const RUN_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--max-capacity <units>',
    description: 'capacity units a second that rows are read and written with (default: as fast as it goes)',
    parse: wholeNumber(1),
  },
  {
    flags: '--wait <seconds>',
    description: 'how long to wait for another process that changes the tables (default: as long as it takes)',
    parse: wholeNumber(0, 86_400),
  },
]

/** The migrations of the project; the models are registered then. */
export async function projectMigrations(context: CommandContext): Promise<readonly MigrationFile[]> {
  await context.models()
  const { migrations } = await context.config()
  return loadMigrations(migrations.path)
}

/** Shows how far a run is, and gives what it is run with. Call `end()`. */
export function watchedRun(
  context: CommandContext,
  { maxCapacity, wait }: RunFlags,
): { readonly options: RunOptions; readonly end: () => void } {
  const progress = context.progress('rows')
  const { output, signal } = context
  let phase = ''
  return {
    end: () => progress.end(),
    options: {
      signal,
      maxCapacity,
      wait: wait === undefined ? undefined : wait * 1000,
      onWait: ({ holder, since }) =>
        output.note(
          `Waiting for ${holder}, which changes the tables since ${since}. dbtooling migrate:unlock ends that.`,
        ),
      onStep({ migration, text }) {
        progress.end()
        output.note(`${migration}: ${text}`)
      },
      onProgress({ table, phase: now, scanned, total, capacity }) {
        if (`${table} ${now}` !== phase) {
          progress.restart(now === 'index' ? `index of ${table}` : `${now} ${table}: rows`)
          phase = `${table} ${now}`
        }
        progress.update({ done: scanned, total: total === 0 ? undefined : total, capacity })
      },
    },
  }
}

/**
 * Refuses an environment marked as production, unless that was said.
 *
 * @throws CliError `CLI.CONFIRM_NEEDED`
 */
export async function refuseUnforced(context: CommandContext, command: string, force: boolean): Promise<void> {
  const { production, environment } = await context.config()
  if (!production || force) return
  throw new CliError('CLI.CONFIRM_NEEDED', `The environment ${environment} is marked as production.`, {
    hint: `Look at what it does with \`dbtooling ${command} --dry-run\`; if that is what you want, add: --force`,
    details: { environment },
  })
}
