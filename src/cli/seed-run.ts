import { loadFactories, loadSeeders } from '../config/index.js'
import { runSeeders, type SeederClass, type SeedOptions, type SeedResult } from '../seeders/index.js'
import type { CommandContext } from './context.js'
import { CliError } from './errors.js'

/**
 * The seeders of the project; models are registered and factories defined then.
 *
 * @throws CliError `CLI.NOT_FOUND` where there is none
 */
export async function projectSeeders(context: CommandContext): Promise<readonly SeederClass[]> {
  await context.models()
  const { seeders } = await context.config()
  loadFactories(seeders.factories)
  const found = loadSeeders(seeders.path)
  if (found.length > 0) return found
  throw new CliError('CLI.NOT_FOUND', `No file in ${seeders.path} exports a seeder.`, {
    hint: 'Write one with `dbtooling make:seeder User`, or set seeders.path in the config.',
  })
}

/** Runs seeders and says on stderr which is at work. */
export function watchedSeed(
  context: CommandContext,
  seeders: readonly SeederClass[],
  options: SeedOptions,
): Promise<SeedResult> {
  const { output, signal } = context
  return runSeeders(seeders, {
    ...options,
    signal,
    onWait: ({ holder, since }) =>
      output.note(
        `Waiting for ${holder}, which changes the tables since ${since}. dbtooling migrate:unlock ends that.`,
      ),
    onSeeder: (name) => output.note(`Seeding: ${name}`),
  })
}

export function seededText({ ran, skipped }: SeedResult): string {
  const lines = [
    ...ran.map((name) => `Ran ${name}.`),
    ...skipped.map((name) => `Left out ${name}: it ran before, and runs once.`),
  ]
  return lines.length === 0 ? 'Nothing to do.' : lines.join('\n')
}
