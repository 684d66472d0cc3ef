import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Command } from '../../../src/cli/command.js'
import { COMMANDS, commandEntries } from '../../../src/cli/command-list.js'
import { CLI_CODES } from '../../../src/cli/errors.js'
import { EXIT, exitCodeOf } from '../../../src/cli/exit-code.js'
import { GLOBAL_OPTIONS } from '../../../src/cli/global-options.js'
import { DynamoDBToolingError } from '../../../src/kernel/index.js'
import { read, root } from './sources.js'

const page = read('docs/cli.md')
const commands = new Map<string, Command>()
beforeAll(async () => {
  for (const { name, load } of commandEntries) commands.set(name, (await load()).command)
})

describe('the list of commands', () => {
  it('has every file, with the name and the summary that the file gives', () => {
    const files = readdirSync(join(root, 'src/cli/commands')).map((file) => file.replace(/\.ts$/, ''))
    expect(commandEntries.map(({ name }) => name.replace(':', '-')).sort()).toEqual(files.sort())
    const told = commandEntries.map(({ name, summary }) => ({ name, summary }))
    expect([...commands.values()].map(({ name, summary }) => ({ name, summary }))).toEqual(told)
  })

  it('has one kind of summary', () => {
    expect(commandEntries.filter(({ summary }) => !/^[A-Z].{5,60}[^.]$/.test(summary))).toEqual([])
  })
})

describe('commands', () => {
  it('name no option twice, and none that every command has', () => {
    const taken = new Set(GLOBAL_OPTIONS.map(({ flags }) => flags.split(' ')[0]))
    const wrong = [...commands.values()].flatMap(({ name, options = [] }) => {
      const flags = options.map((option) => option.flags.split(' ')[0])
      return flags.filter((flag, i) => taken.has(flag) || flags.indexOf(flag) !== i).map((flag) => `${name} ${flag}`)
    })
    expect(wrong).toEqual([])
  })

  it('show themselves in examples', () => {
    const wrong = [...commands.values()].filter(
      ({ name, examples }) => examples.length === 0 || examples.some(([line]) => line.split(' ')[0] !== name),
    )
    expect(wrong.map(({ name }) => name)).toEqual([])
  })
})

describe('the pages of the tool', () => {
  it('tell every command with its arguments, options, JSON and examples', async () => {
    await expect(commandsPage(commands)).toMatchFileSnapshot(join(root, 'docs/commands.md'))
  })

  it('tells the options of every command', () => {
    const rows = GLOBAL_OPTIONS.map(({ flags, description }) => `| \`${flags}\` | ${description} |`)
    expect(rows.filter((row) => !page.includes(row))).toEqual([])
  })

  it('CL15: tells every exit code, and which errors of the tool have it', () => {
    for (const code of Object.values(EXIT)) expect(page).toMatch(new RegExp(`^\\| ${code} \\| \\S`, 'm'))
    for (const code of Object.keys(CLI_CODES)) {
      const number = exitCodeOf(new DynamoDBToolingError(code, ''))
      if (number !== EXIT.failed) expect(page).toMatch(new RegExp(`^\\| ${number} \\| .*\`${code}\``, 'm'))
    }
  })
})

/** `docs/commands.md`, as the commands describe themselves; `npm run commands` writes it. */
function commandsPage(all: ReadonlyMap<string, Command>): string {
  const groups = Object.entries(COMMANDS).map(([group, entries]) => {
    const sections = entries.map(({ name }) => section(all.get(name) as Command))
    return `## ${group}\n\n${sections.join('\n\n')}`
  })
  return `# Commands\n\nWhat all of them have in common is in [cli.md](cli.md).\n\n${groups.join('\n\n')}\n`
}

function section(command: Command): string {
  const { name, summary, arguments: args = [], options = [], json, examples } = command
  const list = args.map((each) => `- \`${each.name}\`: ${each.description}`).join('\n')
  const rows = options.map(({ flags, description }) => `| \`${flags}\` | ${description.replaceAll('|', '\\|')} |`)
  const lines = examples.map(([line, does]) => `dbtooling ${line}  # ${does}`)
  const parts = [
    `### ${name}`,
    `${usageOf(command)}: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}.`,
    list,
    rows.length === 0 ? '' : ['| option | does |', '|---|---|', ...rows].join('\n'),
    `JSON: \`${json}\``,
    ['```sh', ...lines, '```'].join('\n'),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** `dbtooling get [model] <key...>` */
function usageOf({ name, arguments: list = [] }: Command): string {
  const args = list.map((each) => {
    const whole = each.rest === true ? `${each.name}...` : each.name
    return each.optional === true ? `[${whole}]` : `<${whole}>`
  })
  return `\`${['dbtooling', name, ...args].join(' ')}\``
}
