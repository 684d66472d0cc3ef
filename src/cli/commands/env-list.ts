import type { Command } from '../command.js'
import { textTable } from '../text-table.js'

export const command: Command = {
  name: 'env:list',
  summary: 'List the environments of the config',
  json: '{ current, environments: [{ name, production, target, table }] }',
  examples: [['env:list', 'each with its region or endpoint and its table; * is the one that holds']],
  async run(context) {
    const current = context.environment() ?? null
    const { environments } = await context.configOf(undefined)
    const found = await Promise.all(
      environments.map(async (name) => {
        const { production, region, endpoint, tablePrefix, defaultTableName, tableSuffix } =
          await context.configOf(name)
        return {
          name,
          production,
          target: endpoint ?? region ?? null,
          table: `${tablePrefix}${defaultTableName}${tableSuffix}`,
        }
      }),
    )
    context.output.result({ current, environments: found }, () =>
      found.length === 0
        ? 'The config has no environments.'
        : textTable(
            ['', 'Environment', 'Where', 'Table', ''],
            found.map(({ name, production, target, table }) => [
              name === current ? '*' : '',
              name,
              target,
              table,
              production ? 'production' : '',
            ]),
          ),
    )
  },
}
