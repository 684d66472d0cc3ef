import { listTables } from '../../tables/index.js'
import type { Command } from '../command.js'

interface Options {
  readonly prefix?: string
}

export const command: Command<Options> = {
  name: 'table:list',
  summary: 'List the tables',
  options: [{ flags: '--prefix <text>', description: 'only names that begin with it' }],
  json: '{ tables: [name] }',
  examples: [['table:list --prefix staging-', 'one name a line']],
  async run(context, _args, { prefix }) {
    const connection = await context.connection()
    const tables = await listTables({ connection, ...(prefix === undefined ? {} : { prefix }) })
    context.output.result({ tables }, tables.join('\n'))
  },
}
