import { waitForTable } from '../../tables/index.js'
import type { Command } from '../command.js'
import { wholeNumber } from '../option-values.js'

interface Options {
  readonly for?: 'active' | 'deleted'
  readonly timeout?: number
}

export const command: Command<Options> = {
  name: 'table:wait',
  summary: 'Wait until a table can be used',
  arguments: [{ name: 'table', description: 'its whole name (default: the table of the config)', optional: true }],
  options: [
    { flags: '--for <state>', description: 'default: active, with its indexes', choices: ['active', 'deleted'] },
    { flags: '--timeout <seconds>', description: 'default: 600', parse: wholeNumber(1, 86_400) },
  ],
  json: '{ table, state }',
  examples: [['table:wait orders --timeout 60', 'exit code 1 when it takes longer']],
  async run(context, [given], { for: state = 'active', timeout = 600 }) {
    const name = given ?? (await context.tableName())
    let last = ''
    await waitForTable(name, {
      connection: await context.connection(),
      for: state,
      timeout: timeout * 1000,
      signal: context.signal,
      onProgress({ waitingFor }) {
        const now = waitingFor.join(', ')
        if (now !== '' && now !== last) context.output.note(`waiting: ${now}`)
        last = now
      },
    })
    context.output.result({ table: name, state }, `${name} is ${state}.`)
  },
}
