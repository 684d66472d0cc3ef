import { getTableMetrics, type MetricPoint } from '../../tables/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { wholeNumber } from '../option-values.js'
import { textTable } from '../text-table.js'

interface Options {
  readonly since?: number
  readonly period?: number
  readonly index?: string
}

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 }

export const command: Command<Options> = {
  name: 'table:metrics',
  summary: 'Show what a table was used for',
  arguments: [{ name: 'table', description: 'its whole name (default: the table of the config)', optional: true }],
  options: [
    { flags: '--since <time>', description: 'how far back: 30m, 6h, 7d (default: 1h)', parse: span },
    {
      flags: '--period <seconds>',
      description: 'seconds each value stands for (default: 300)',
      parse: wholeNumber(60),
    },
    { flags: '--index <name>', description: 'of a global index, in place of the table' },
  ],
  json: '{ table, index, consumedRead: [{ at, value }], consumedWrite, provisionedRead, provisionedWrite, throttledReads, throttledWrites }',
  examples: [
    ['table:metrics orders', 'capacity and throttled requests of the last hour; needs @aws-sdk/client-cloudwatch'],
    ['table:metrics orders --since 7d --period 3600 --json', 'by the hour, for a script'],
  ],
  async run(context, [given], { since = 3600, period, index }) {
    const name = given ?? (await context.tableName())
    const range = {
      from: new Date(context.clock.now() - since * 1000),
      ...(period === undefined ? {} : { period }),
      ...(index === undefined ? {} : { index }),
    }
    const metrics = await getTableMetrics(name, range, { connection: await context.connection() })
    context.output.result({ table: name, index: index ?? null, ...metrics }, () =>
      textTable(
        ['Metric', 'Sum', 'Highest', 'Values'],
        Object.entries(metrics as unknown as Readonly<Record<string, readonly MetricPoint[]>>).map(
          ([metric, points]) => {
            const values = points.map(({ value }) => value)
            const sum = metric.startsWith('provisioned') ? '' : values.reduce((total, value) => total + value, 0)
            return [metric, sum, values.length === 0 ? '' : Math.max(...values), values.length]
          },
        ),
      ),
    )
  },
}

function span(text: string, flag: string): number {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const seconds = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN)
  if (!(seconds > 0)) throw new CliError('CLI.USAGE', `${flag} is "${text}"; it must be a time, such as 30m, 6h or 7d.`)
  return seconds
}
