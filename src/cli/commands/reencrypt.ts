import { bindingOf } from '../../model/index.js'
import { type Reencrypted, reencrypt } from '../../security/index.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-code.js'
import { namedModel } from '../named-model.js'
import { wholeNumber } from '../option-values.js'
import { textTable } from '../text-table.js'

interface Options {
  readonly model?: readonly string[]
  readonly maxCapacity?: number
}

export const command: Command<Options> = {
  name: 'reencrypt',
  summary: 'Encrypt values anew that are under old keys',
  options: [
    {
      flags: '--model <name>',
      description: 'this model; again for more (default: all with encrypted attributes)',
      list: true,
    },
    {
      flags: '--max-capacity <units>',
      description: 'capacity units a second (default: as fast as it goes)',
      parse: wholeNumber(1),
    },
  ],
  json: '{ models: [{ model, scanned, written, unreadable }] }',
  examples: [
    ['reencrypt --max-capacity 100', 'can be broken off, and run again; exit code 6 where a value cannot be read'],
  ],
  async run(context, _args, { model = [], maxCapacity }) {
    const all = await context.models()
    const connection = await context.connection()
    const named: (typeof all)[number][] = []
    for (const name of model) named.push((await namedModel(context, name)).model)
    const isEncrypted = (each: (typeof all)[number]): boolean =>
      bindingOf(each).schema.attributes.some(({ encrypted }) => encrypted)
    const done: (Reencrypted & { readonly model: string })[] = []
    for (const each of named.length === 0 ? all.filter(isEncrypted) : named)
      await connection.run(async () => {
        const { name } = bindingOf(each).schema
        done.push({ model: name, ...(await reencrypt(each, { maxCapacity, signal: context.signal })) })
      })
    const rows = done.map((each) => [each.model, each.scanned, each.written, each.unreadable])
    const head = ['model', 'rows', 'written', 'unreadable']
    context.output.result(
      { models: done },
      rows.length === 0 ? 'No model has encrypted attributes.' : textTable(head, rows, 120),
    )
    return done.some(({ unreadable }) => unreadable > 0) ? EXIT.pending : EXIT.ok
  },
}
