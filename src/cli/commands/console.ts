import { start } from 'node:repl'
import { PassThrough } from 'node:stream'
import { bindingOf, DynamoDBModel } from '../../model/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { EXIT } from '../exit-code.js'
import { feedLines } from '../piped-console.js'

export const command: Command = {
  name: 'console',
  summary: 'Open a console with the models loaded',
  json: '{ models, failed } after the input has ended; what the input prints is on stderr',
  examples: [
    ['console', 'await User.query().first(); the models, connection and config are there by name'],
    [`console < script.js`, 'runs the lines of a file; exit code 1 when one fails'],
  ],
  async run(context) {
    const models = await context.models().catch((error: unknown) => {
      // A console without models is still one.
      if (error instanceof CliError) context.output.warn(error.message)
      else throw error
      return []
    })
    const named = Object.fromEntries(models.map((model) => [bindingOf(model).schema.name, model]))
    const names = Object.keys(named)
    const terminal = context.isTTY && !context.output.json
    if (terminal)
      context.output.note(`Models: ${names.join(', ') || 'none'}. Also: connection, config. Ctrl-D ends it.`)
    const input = terminal ? process.stdin : new PassThrough()
    const server = start({
      prompt: terminal ? 'dbtooling> ' : '',
      input,
      output: context.output.json ? process.stderr : process.stdout,
      terminal,
      ignoreUndefined: true,
    })
    const connection = await context.connection()
    Object.assign(server.context, { DynamoDBModel, ...named, connection, config: connection.config })
    let failed = 0
    if (input instanceof PassThrough) {
      failed = await feedLines(server, input, context.signal)
      server.close()
    } else {
      await new Promise<void>((resolve) => {
        server.on('exit', resolve)
        context.signal.addEventListener('abort', () => server.close())
      })
    }
    if (context.output.json) context.output.result({ models: names, failed }, '')
    return failed > 0 ? EXIT.failed : EXIT.ok
  },
}
