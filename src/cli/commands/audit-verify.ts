import { readFile, writeFile } from 'node:fs/promises'
import { AuditLogger, type ChainEnd } from '../../security/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { EXIT } from '../exit-code.js'
import { counted } from '../text-table.js'

interface Options {
  readonly ends?: string
}

export const command: Command<Options> = {
  name: 'audit:verify',
  summary: 'Say which entries of the audit are not what was written',
  options: [
    {
      flags: '--ends <file>',
      description:
        'ends of chains as they were at the last run, by which a shortened one shows; written where all is well',
    },
  ],
  json: '{ valid, entries, faults: [{ chain, entry, kind }], ends: [{ chain, entries, hash }] }',
  examples: [
    ['audit:verify', 'exit code 6 where an entry was edited, removed or put in'],
    [
      'audit:verify --ends /mnt/elsewhere/audit.json',
      'for a nightly job: finds entries that were taken from the end, too',
    ],
  ],
  async run(context, _args, { ends }) {
    await context.models()
    const audit = new AuditLogger(await context.connection())
    const found = await audit.verify(ends === undefined ? [] : await endsIn(ends))
    if (found.valid && ends !== undefined) await writeFile(ends, `${JSON.stringify(found.ends, undefined, 2)}\n`)
    const lines = found.valid
      ? [
          `The audit is whole: ${found.entries} ${found.entries === 1 ? 'entry' : 'entries'} in ${counted(found.ends.length, 'chain')}.`,
        ]
      : ['The audit is not what was written:', ...found.faults.map(({ entry, kind }) => `  ${entry}  ${kind}`)]
    context.output.result(found, lines.join('\n'))
    return found.valid ? EXIT.ok : EXIT.pending
  },
}

/** None where the file is not there yet. */
async function endsIn(file: string): Promise<readonly ChainEnd[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '[]'
    throw error
  })
  const fault = new CliError('CLI.USAGE', `${file} holds no ends of chains.`, {
    hint: 'Give a file that audit:verify --ends wrote, or one that is not there yet.',
  })
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    throw fault
  }
  const isEnd = (each: unknown): boolean => {
    const { chain, entries, hash } = Object(each) as Partial<ChainEnd>
    return typeof chain === 'string' && typeof entries === 'number' && typeof hash === 'string'
  }
  if (!Array.isArray(given) || !given.every(isEnd)) throw fault
  return given as readonly ChainEnd[]
}
