import { configureAutoScaling, type ScalingOptions, type ScalingRange } from '../../tables/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { wholeNumber } from '../option-values.js'

interface Options {
  readonly read?: ScalingRange
  readonly write?: ScalingRange
  readonly target?: number
  readonly index?: string
}

export const command: Command<Options> = {
  name: 'table:scaling',
  summary: 'Let the capacity of a table follow its use',
  arguments: [{ name: 'table', description: 'its whole name (default: the table of the config)', optional: true }],
  options: [
    { flags: '--read <min-max>', description: 'read capacity units a second: 5-500', parse: rangeOf },
    { flags: '--write <min-max>', description: 'write capacity units a second: 5-100', parse: rangeOf },
    {
      flags: '--target <percent>',
      description: 'how much of it is to be used, 20 to 90 (default: 70)',
      parse: wholeNumber(20, 90),
    },
    { flags: '--index <name>', description: 'of a global index, in place of the table' },
  ],
  json: '{ table, index, read: { min, max, target }, write }; null for what was not given',
  examples: [
    ['table:scaling orders --read 5-500 --write 5-100', 'AWS only; needs @aws-sdk/client-application-auto-scaling'],
    ['table:scaling orders --index GSI1 --read 5-200 --target 60', 'one of its indexes'],
  ],
  async run(context, [given], { read, write, target, index }) {
    if (read === undefined && write === undefined) throw new CliError('CLI.USAGE', 'Give --read, --write or both.')
    const name = given ?? (await context.tableName())
    const aimed = (range: ScalingRange | undefined): ScalingRange | undefined =>
      range && (target === undefined ? range : { ...range, target })
    const [reads, writes] = [aimed(read), aimed(write)]
    const options: ScalingOptions = {
      ...(reads === undefined ? {} : { read: reads }),
      ...(writes === undefined ? {} : { write: writes }),
    }
    await configureAutoScaling(name, index === undefined ? options : { indexes: { [index]: options } }, {
      connection: await context.connection(),
    })
    const of = index === undefined ? name : `${index} of ${name}`
    context.output.result(
      { table: name, index: index ?? null, read: reads ?? null, write: writes ?? null },
      `The capacity of ${of} follows its use.`,
    )
  },
}

function rangeOf(text: string, flag: string): ScalingRange {
  const [, min, max] = /^(\d{1,7})-(\d{1,7})$/.exec(text) ?? []
  if (min === undefined || max === undefined || Number(min) < 1 || Number(max) < Number(min))
    throw new CliError('CLI.USAGE', `${flag} is "${text}"; it must be min-max, such as 5-500.`)
  return { min: Number(min), max: Number(max) }
}
