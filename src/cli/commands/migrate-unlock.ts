import { unlockMigrations } from '../../migrations/index.js'
import type { Command } from '../command.js'

export const command: Command = {
  name: 'migrate:unlock',
  summary: 'Take the lease from a process that will not come back',
  json: '{ holder, since }; null where nobody had it',
  examples: [['migrate:unlock', 'one that lives is told before its next step, and stops']],
  async run(context) {
    await context.models()
    const held = await unlockMigrations()
    const facts = { holder: held?.holder ?? null, since: held?.since ?? null }
    const text = held === undefined ? 'Nobody had it.' : `Taken from ${held.holder}, which had it since ${held.since}.`
    context.output.result(facts, text)
  },
}
