import { describeTable, type TableChanges, untagTable, updateTable } from '../../tables/index.js'
import type { Command } from '../command.js'
import { askConsent, askProduction, CONFIRM_OPTION } from '../consent.js'
import type { CommandContext } from '../context.js'
import { CliError } from '../errors.js'
import { wholeNumber } from '../option-values.js'

type Switch = 'on' | 'off'

interface Options {
  readonly billing?: 'on-demand' | 'provisioned'
  readonly read?: number
  readonly write?: number
  readonly class?: 'standard' | 'infrequent-access'
  readonly stream?: string
  readonly protection?: Switch
  readonly pitr?: number | 'off'
  readonly tag?: readonly (readonly [string, string])[]
  readonly untag?: readonly string[]
  readonly confirm?: string
}

const BILLING = { 'on-demand': 'PAY_PER_REQUEST', provisioned: 'PROVISIONED' } as const
const CLASSES = { standard: 'STANDARD', 'infrequent-access': 'STANDARD_INFREQUENT_ACCESS' } as const

export const command: Command<Options> = {
  name: 'table:update',
  summary: 'Change settings of a table',
  arguments: [{ name: 'table', description: 'its whole name (default: the table of the config)', optional: true }],
  options: [
    { flags: '--billing <mode>', description: 'how it is paid for', choices: ['on-demand', 'provisioned'] },
    { flags: '--read <units>', description: 'read capacity units a second, for provisioned', parse: wholeNumber(1) },
    { flags: '--write <units>', description: 'write capacity units a second, for provisioned', parse: wholeNumber(1) },
    { flags: '--class <name>', description: 'table class', choices: ['standard', 'infrequent-access'] },
    {
      flags: '--stream <view>',
      description: 'what its stream holds',
      choices: ['keys-only', 'new-image', 'old-image', 'new-and-old-images', 'off'],
    },
    { flags: '--protection <on|off>', description: 'deletion protection', choices: ['on', 'off'] },
    {
      flags: '--pitr <days>',
      description: 'point-in-time recovery, kept for 1 to 35 days; `off` turns it off',
      parse: (text, flag) => (text === 'off' ? text : wholeNumber(1, 35)(text, flag)),
    },
    { flags: '--tag <name=value>', description: 'a tag to set; may be given again', list: true, parse: tag },
    { flags: '--untag <name>', description: 'a tag to take away; may be given again', list: true },
    CONFIRM_OPTION,
  ],
  json: '{ table, changed: [aspect] }',
  examples: [
    ['table:update --billing provisioned --read 10 --write 5', 'changes what differs, and waits until it is through'],
    ['table:update orders --stream new-and-old-images --protection on --tag team=red', 'several at once'],
    ['table:update orders --pitr off --confirm orders', 'what could be restored goes, so the name is asked for'],
  ],
  async run(context, [given], { confirm, untag = [], ...options }) {
    const changes = changesOf(options)
    if (Object.keys(changes).length === 0 && untag.length === 0)
      throw new CliError('CLI.USAGE', 'Nothing to change was given.', { hint: 'See `dbtooling table:update --help`.' })
    const name = given ?? (await context.tableName())
    await askProduction(context, 'table:update', confirm, name)
    const connection = await context.connection()
    if (changes.pointInTimeRecovery === false) await askRecovery(context, name, confirm)
    const changed = [...(await updateTable(name, changes, { connection, signal: context.signal }))]
    if (untag.length > 0 && (await untagTable(name, untag, { connection })) && !changed.includes('tags'))
      changed.push('tags')
    context.output.result(
      { table: name, changed },
      changed.length === 0 ? `${name} was so already.` : `Changed ${changed.join(', ')} of ${name}.`,
    )
  },
}

function changesOf(options: Omit<Options, 'confirm' | 'untag'>): TableChanges {
  const { billing, read, write, class: tableClass, stream, protection, pitr, tag: tags } = options
  return {
    ...(billing === undefined ? {} : { billingMode: BILLING[billing] }),
    ...(read === undefined ? {} : { readCapacity: read }),
    ...(write === undefined ? {} : { writeCapacity: write }),
    ...(tableClass === undefined ? {} : { tableClass: CLASSES[tableClass] }),
    ...(stream === undefined ? {} : { stream: streamOf(stream) }),
    ...(protection === undefined ? {} : { deletionProtection: protection === 'on' }),
    ...(pitr === undefined ? {} : { pointInTimeRecovery: pitr === 'off' ? false : { days: pitr } }),
    ...(tags === undefined ? {} : { tags: Object.fromEntries(tags) }),
  }
}

/** DynamoDB's own word for what a stream holds: `NEW_IMAGE`. */
function streamOf(text: string): NonNullable<TableChanges['stream']> {
  return text === 'off' ? false : (text.toUpperCase().replaceAll('-', '_') as 'NEW_IMAGE')
}

function tag(text: string, flag: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new CliError('CLI.USAGE', `${flag} is "${text}"; it must be name=value.`)
  return [text.slice(0, at), text.slice(at + 1)]
}

async function askRecovery(context: CommandContext, name: string, confirm: string | undefined): Promise<void> {
  const table = await describeTable(name, { connection: await context.connection() })
  if (table?.pointInTimeRecovery === undefined) return
  const goes = [`what can be restored of ${name}: ${table.pointInTimeRecovery.days ?? 35} days`]
  await askConsent(context, { command: 'table:update', goes, name, confirm })
}
