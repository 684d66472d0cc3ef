import { Factory } from '../factories/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { currentLedger, type LeaseHolder, withTableLease } from '../migrations/index.js'
import { currentConnection } from '../runtime/index.js'
import { SeederError } from './errors.js'
import { isNoted, noteSeeder } from './seed-notes.js'
import type { SeedContext, SeederClass } from './seeder.js'
import { chosenSeeders } from './seeder-order.js'

export interface SeedOptions {
  /** Names of those to run, and with them what they depend on. `User` stands for `UserSeeder`. */
  readonly only?: readonly string[] | undefined
  /** Names of those to leave out. */
  readonly skip?: readonly string[] | undefined
  /** True: run those again, too, that run once. */
  readonly force?: boolean | undefined
  /** True: run none; `ran` has those that would. */
  readonly dryRun?: boolean | undefined
  /** Makes what factories make up reproducible. */
  readonly seed?: number | undefined
  /** Ends the run after the seeder at work, which is told by `ctx.signal`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds to wait for another process that seeds or migrates. Default: as long as it takes. */
  readonly wait?: number | undefined
  readonly onWait?: ((holder: LeaseHolder) => void) | undefined
  /** Told before each seeder. */
  readonly onSeeder?: ((name: string) => void) | undefined
}

export interface SeedResult {
  /** Names in the order they ran. */
  readonly ran: readonly string[]
  /** Those that had run before, and run once. */
  readonly skipped: readonly string[]
}

export async function runSeeders(seeders: readonly SeederClass[], options: SeedOptions = {}): Promise<SeedResult> {
  const { only, skip, force = false, dryRun = false, signal, wait, onWait } = options
  const chosen = chosenSeeders(seeders, only, skip)
  if (dryRun) return pending(chosen, force)
  if (chosen.length === 0) return { ran: [], skipped: [] }
  return withTableLease(
    async (lease, ledger) => {
      const connection = currentConnection()
      const ran: string[] = []
      const skipped: string[] = []
      const begun = new Set<SeederClass>()
      const excluded = new Set(
        skip === undefined ? [] : chosenSeeders(seeders, skip).filter((each) => !chosen.includes(each)),
      )
      const run = async (seeder: SeederClass): Promise<void> => {
        if (begun.has(seeder) || excluded.has(seeder)) return
        begun.add(seeder)
        lease.signal.throwIfAborted()
        const { name, once = false } = seeder
        if (once && !force && (await isNoted(connection, ledger, name))) {
          skipped.push(name)
          return
        }
        options.onSeeder?.(name)
        await new seeder().run(context)
        lease.signal.throwIfAborted()
        if (once) await noteSeeder(connection, ledger, name, lease)
        ran.push(name)
      }
      const context: SeedContext = {
        factory: Factory.for.bind(Factory) as SeedContext['factory'],
        connection,
        signal: lease.signal,
        async call(...given) {
          for (const seeder of chosenSeeders(given.flat() as readonly SeederClass[], undefined)) await run(seeder)
        },
      }
      if (options.seed !== undefined) Factory.seed(options.seed)
      try {
        for (const seeder of chosen)
          await run(seeder).catch((cause: unknown) => {
            throw failed(seeder, cause, ran, chosen)
          })
      } finally {
        if (options.seed !== undefined) Factory.seed(undefined)
      }
      return { ran, skipped }
    },
    { signal, wait, onWait },
  )
}

async function pending(chosen: readonly SeederClass[], force: boolean): Promise<SeedResult> {
  const connection = currentConnection()
  const ledger = await currentLedger()
  const ran: string[] = []
  const skipped: string[] = []
  for (const { name, once = false } of chosen) {
    const done =
      once &&
      !force &&
      (await isNoted(connection, ledger, name).catch((error: unknown) => {
        if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return false
        throw error
      }))
    ;(done ? skipped : ran).push(name)
  }
  return { ran, skipped }
}

function failed(seeder: SeederClass, cause: unknown, ran: readonly string[], chosen: readonly SeederClass[]): unknown {
  // What ends a run is no fault of the seeder at work.
  if (isDynamoDBToolingError(cause, 'MIGRATION.LEASE_LOST')) return cause
  if (isDynamoDBToolingError(cause, 'SEEDER.FAILED')) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  const left = chosen.map(({ name }) => name).filter((name) => name !== seeder.name && !ran.includes(name))
  const after = ran.length === 0 ? '' : `, after ${ran.join(', ')}`
  return new SeederError('SEEDER.FAILED', `${seeder.name} failed${after}: ${why}`, {
    cause,
    details: { seeder: seeder.name, ran, left },
  })
}
