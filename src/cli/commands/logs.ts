import { dynamoDb } from '../../drivers/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { localSettings } from '../local-settings.js'
import { port } from '../option-values.js'

interface Options {
  readonly port?: number
}

export const command: Command<Options> = {
  name: 'logs',
  summary: 'Print what the local engine wrote last',
  options: [{ flags: '--port <port>', description: 'its loopback port (default: local.port, 8000)', parse: port }],
  json: '{ engine, port, output }',
  examples: [['logs', 'the last 4 KB; more is not kept']],
  async run(context, _args, { port: given }) {
    const wanted = given ?? (await localSettings(context)).port
    const found = (await dynamoDb.list()).find((each) => each.port === wanted)
    if (found === undefined)
      throw new CliError('CLI.NOT_FOUND', `No local engine of yours runs on port ${wanted}.`, {
        hint: '`dbtooling status` lists those that run.',
      })
    const { engine, output } = found
    context.output.result({ engine, port: wanted, output }, output)
  },
}
