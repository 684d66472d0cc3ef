import { dynamoDb } from '../../drivers/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { localSettings } from '../local-settings.js'
import { port } from '../option-values.js'
import { counted } from '../text-table.js'

interface Options {
  readonly port?: number
  readonly all?: boolean
}

export const command: Command<Options> = {
  name: 'stop',
  summary: 'Stop the local engine',
  options: [
    { flags: '--port <port>', description: 'its loopback port (default: local.port, 8000)', parse: port },
    { flags: '--all', description: 'every local engine of yours, those of running programs too' },
  ],
  json: '{ stopped: [port] }',
  examples: [
    ['stop', 'the engine on the port of the config; its data on disk stays'],
    ['stop --all', 'every engine of yours on this machine'],
  ],
  async run(context, _args, { port: given, all = false }) {
    if (all && given !== undefined)
      throw new CliError('CLI.USAGE', '--all and --port say different things; keep one of them.')
    const ports = all
      ? (await dynamoDb.list()).map((engine) => engine.port)
      : [given ?? (await localSettings(context)).port]
    const stopped: number[] = []
    for (const each of ports) if (await dynamoDb.stop(each)) stopped.push(each)
    if (stopped.length === 0 && !all)
      throw new CliError('CLI.NOT_FOUND', `No local engine of yours runs on port ${ports.join()}.`, {
        hint: '`dbtooling status` lists those that run.',
      })
    context.output.result(
      { stopped },
      `Stopped ${counted(stopped.length, 'engine')}${stopped.length > 0 ? `: port ${stopped.join(', ')}` : ''}.`,
    )
  },
}
