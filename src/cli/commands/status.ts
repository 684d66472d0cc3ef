import { dynamoDb } from '../../drivers/index.js'
import type { Command } from '../command.js'
import { textTable } from '../text-table.js'

export const command: Command = {
  name: 'status',
  summary: 'Show the local engines that run',
  json: '{ engines: [{ engine, port, endpoint, pid, data, startedAt }] }',
  examples: [['status', 'the engines of yours on this machine, those of running programs too']],
  async run(context) {
    const engines = (await dynamoDb.list()).map(({ engine, port, endpoint, pid, data, startedAt }) => ({
      engine,
      port,
      endpoint,
      pid: pid ?? null,
      data: data ?? null,
      startedAt: startedAt.toISOString(),
    }))
    context.output.result({ engines }, () =>
      engines.length === 0
        ? 'No local engine runs.'
        : textTable(
            ['Port', 'Engine', 'Process', 'Started', 'Data'],
            engines.map((each) => [each.port, each.engine, each.pid, each.startedAt, each.data ?? 'in memory']),
          ),
    )
  },
}
