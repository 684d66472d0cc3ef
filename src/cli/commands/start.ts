import { dynamoDb } from '../../drivers/index.js'
import type { Command } from '../command.js'
import { type LocalFlags, launchOptions } from '../local-settings.js'
import { port } from '../option-values.js'

interface Options extends LocalFlags {
  readonly detach?: boolean
}

export const command: Command<Options> = {
  name: 'start',
  summary: 'Start the local engine',
  options: [
    { flags: '--port <port>', description: 'loopback port, 0 for a free one (default: local.port, 8000)', parse: port },
    { flags: '--db-path <folder>', description: 'folder of the data (default: local.dbPath, .dynamodb)' },
    { flags: '--in-memory', description: 'keep data in memory only' },
    { flags: '--shared-db', description: 'one set of tables for all regions and keys (the default)' },
    { flags: '--no-shared-db', description: 'a set of tables for each region and access key (DynamoDB Local)' },
    { flags: '--cors <origins>', description: 'origins that a browser may call from (DynamoDB Local)' },
    {
      flags: '--engine <name>',
      description: 'which engine (default: local.engine, auto)',
      choices: ['auto', 'dynoxide', 'dynamodb-local'],
    },
    { flags: '--detach', description: 'leave it running, until `dbtooling stop`' },
  ],
  json: '{ engine, endpoint, port, pid, data, joined, detached }; data is null in memory',
  examples: [
    ['start', 'the engine of the config, until Ctrl-C'],
    ['start --detach --port 8001', 'in the background; `dbtooling stop --port 8001` ends it'],
    ['start --in-memory --json', 'an empty engine; a script reads its endpoint from the first output'],
  ],
  async run(context, _args, { detach = false, ...options }) {
    const engine = await dynamoDb.launch({ ...(await launchOptions(context, options)), detached: detach })
    const { endpoint, port: at, pid, data } = engine
    const facts = {
      engine: engine.engine,
      endpoint,
      port: at,
      pid,
      data: data ?? null,
      joined: engine.shared,
      detached: detach,
    }
    const where = data === undefined ? 'in memory' : `on ${data}`
    context.output.result(
      facts,
      `${engine.engine} ${engine.shared ? 'was running' : 'runs'} at ${endpoint}, with its data ${where}.`,
    )
    if (detach) {
      context.output.note(`Stop it with: dbtooling stop --port ${at}`)
      return
    }
    context.output.note('Ctrl-C ends it.')
    while (!engine.ended && !context.signal.aborted)
      await context.clock.sleep(500, context.signal).catch(() => undefined)
    if (engine.ended) context.output.note(`The engine has ended: ${engine.reason ?? 'it was stopped'}.`)
    await engine.stop()
  },
}
