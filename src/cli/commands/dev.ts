import { spawn } from 'node:child_process'
import { relative, resolve } from 'node:path'
import { dynamoDb } from '../../drivers/index.js'
import type { Command } from '../command.js'
import type { CommandContext } from '../context.js'
import { CliError } from '../errors.js'
import { EXIT } from '../exit-code.js'
import { launchOptions } from '../local-settings.js'
import { changedPaths, stampOf } from '../watched-files.js'

/** Milliseconds between two looks at the files. Looking works on every file system, also on those that tell of no change. */
const EVERY = 300

export const command: Command = {
  name: 'dev',
  summary: 'Keep a local engine running with tables that follow the models',
  json: '{ engine, endpoint, port, data, migrated }; migrated is false where the models have a fault',
  examples: [
    ['dev', 'starts the engine, runs migrate, and again whenever models, migrations or the config change'],
    ['dev --env local', 'the environment that is the local engine'],
  ],
  async run(context) {
    const config = await context.config()
    if (!config.local.enabled)
      throw new CliError('CLI.NOT_LOCAL', 'dev works on the local engine, and this config goes elsewhere.')
    const engine = await dynamoDb.launch(await launchOptions(context, {}))
    const { endpoint, port, data } = engine
    try {
      const paths = await watched(context)
      let seen = stampOf(paths)
      let last = seen
      const migrated = await migrate(context)
      const where = data === undefined ? 'in memory' : `on ${data}`
      const text = `${engine.engine} runs at ${endpoint}, with its data ${where}.`
      context.output.result({ engine: engine.engine, endpoint, port, data: data ?? null, migrated }, text)
      context.output.note('Tables follow the models from here on. Ctrl-C ends it.')
      while (!engine.ended && !context.signal.aborted) {
        await context.clock.sleep(EVERY, context.signal).catch(() => undefined)
        const now = stampOf(paths)
        // Editors write in several steps: it has to stand still.
        if (now !== seen && now === last) {
          const changed = changedPaths(seen, now)
          seen = now
          tellOf(context, changed)
          await migrate(context)
        }
        last = now
      }
      if (engine.ended) context.output.note(`The engine has ended: ${engine.reason ?? 'it was stopped'}.`)
    } finally {
      await engine.stop()
    }
  },
}

/** `20:15:01 models/User.ts changed` */
function tellOf(context: CommandContext, changed: readonly string[]): void {
  const time = new Date(context.clock.now()).toTimeString().slice(0, 8)
  const [first = '', ...more] = changed.map((path) => relative(context.cwd, path))
  context.output.note(`${time} ${first}${more.length === 0 ? '' : ` and ${more.length} more`} changed`)
  const config = context.configFile()
  if (config !== undefined && changed.includes(config))
    context.output.note('The engine runs on as it was started; for another one start dev again.')
}

async function watched(context: CommandContext): Promise<readonly string[]> {
  const { queryBuilder, migrations, root } = await context.config()
  const models =
    context.global.models === undefined ? queryBuilder.modelsPath : resolve(context.cwd, context.global.models)
  if (models === undefined) throw new CliError('CLI.NO_MODELS', 'The config does not say where the models are.')
  const file = context.configFile()
  return [resolve(root, models), resolve(root, migrations.path), ...(file === undefined ? [] : [file])]
}

/**
 * Runs `migrate` in a process of its own, which reads the models as they are now. What it says goes to stderr.
 *
 * @returns true where it went well
 */
async function migrate({ global, cwd, signal }: CommandContext): Promise<boolean> {
  const { config, env, table, models } = global
  const flags = Object.entries({ config, env, table, models }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  )
  const child = spawn(process.execPath, [process.argv[1] as string, 'migrate', ...flags], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.on('data', (text: Buffer) => process.stderr.write(text))
  const stop = (): void => void child.kill('SIGINT')
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const code = await new Promise<number | null>((done) => {
    child.on('error', () => done(null))
    child.on('close', done)
  })
  signal.removeEventListener('abort', stop)
  return code === EXIT.ok
}
