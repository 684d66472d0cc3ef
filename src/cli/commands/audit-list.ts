import { AuditLogger } from '../../security/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { namedModel } from '../named-model.js'
import { wholeNumber } from '../option-values.js'
import { textTable } from '../text-table.js'

interface Options {
  readonly model?: string
  readonly actor?: string
  readonly from?: string
  readonly to?: string
  readonly limit?: number
}

export const command: Command<Options> = {
  name: 'audit:list',
  summary: 'List what was done to rows of audited models',
  options: [
    { flags: '--model <name>', description: 'to rows of this model' },
    { flags: '--actor <id>', description: 'by this actor' },
    { flags: '--from <time>', description: 'from then on, such as 2026-11-01 or 2026-11-01T12:00:00Z' },
    { flags: '--to <time>', description: 'before then' },
    { flags: '--limit <n>', description: 'default: 100', parse: wholeNumber(1) },
  ],
  json: '{ entries: [{ id, at, actor, action, model, subject, changes, previous, hash }] }',
  examples: [
    ['audit:list --model User', 'what was done to users'],
    ['audit:list --actor u1 --from 2026-11-01', 'what an actor did'],
  ],
  async run(context, _args, { model, actor, from, to, limit }) {
    await context.models()
    const entries = await new AuditLogger(await context.connection()).entries({
      model: model === undefined ? undefined : (await namedModel(context, model)).model,
      actor,
      from: moment(from),
      to: moment(to),
      limit,
    })
    const rows = entries.map(({ at, actor, action, subject, changes }) => [
      at.toISOString(),
      actor,
      action,
      subject,
      Object.keys(Object(changes)).join(', '),
    ])
    const text = rows.length === 0 ? 'No entries.' : textTable(['at', 'actor', 'did', 'to', 'of it'], rows, 120)
    context.output.result({ entries: entries.map((entry) => entry.toJSON()) }, text)
  },
}

function moment(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const date = new Date(text)
  if (!Number.isNaN(date.getTime())) return date
  throw new CliError('CLI.USAGE', `"${text}" is no time.`, { hint: 'Write 2026-11-01, or 2026-11-01T12:00:00Z.' })
}
