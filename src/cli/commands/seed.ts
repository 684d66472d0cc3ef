import { runSeeders } from '../../seeders/index.js'
import type { Command } from '../command.js'
import { refuseUnforced } from '../migration-run.js'
import { wholeNumber } from '../option-values.js'
import { projectSeeders, seededText, watchedSeed } from '../seed-run.js'

interface Options {
  readonly class?: string
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly again?: boolean
  readonly dryRun?: boolean
  readonly force?: boolean
  readonly seed?: number
}

export const command: Command<Options> = {
  name: 'seed',
  summary: 'Run the seeders',
  options: [
    { flags: '--class <name>', description: 'this one, and what it depends on; the same as --only' },
    { flags: '--only <name>', description: 'this one, and what it depends on; may be given again', list: true },
    { flags: '--skip <name>', description: 'not this one; may be given again', list: true },
    { flags: '--again', description: 'those that run once, too, though they ran' },
    { flags: '--dry-run', description: 'run none; list them in their order' },
    { flags: '--force', description: 'in an environment marked as production, too' },
    {
      flags: '--seed <number>',
      description: 'what factories make up is the same for the same number',
      parse: wholeNumber(0),
    },
  ],
  json: '{ ran: [name], skipped: [name] }',
  examples: [
    ['seed', 'runs the classes of seeders/ in their order'],
    ['seed --class UserSeeder', 'one of them, and what it depends on'],
    ['seed --seed 42', 'the same rows every time'],
  ],
  async run(context, _args, { class: one, only, skip, again: force, dryRun = false, force: forced = false, seed }) {
    const seeders = await projectSeeders(context)
    const named = [...(one === undefined ? [] : [one]), ...(only ?? [])]
    const options = { only: named.length === 0 ? undefined : named, skip, force, seed }
    if (dryRun) {
      const plan = await runSeeders(seeders, { ...options, dryRun })
      context.output.result(plan, seededText(plan).replaceAll('Ran ', 'Would run '))
      return
    }
    await refuseUnforced(context, 'seed', forced)
    const did = await watchedSeed(context, seeders, options)
    context.output.result(did, seededText(did))
  },
}
