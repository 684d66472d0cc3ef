import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { switchEnvironment } from '../switched-environment.js'

interface Options {
  readonly none?: boolean
}

export const command: Command<Options> = {
  name: 'env:switch',
  summary: 'Choose the environment of the commands that follow',
  arguments: [{ name: 'name', description: 'an environment of the config', optional: true }],
  options: [{ flags: '--none', description: 'go back to the config as it stands' }],
  json: '{ environment, production }',
  examples: [
    ['env:switch staging', 'until the next switch; --env and DYNAMODB_ENV still win'],
    ['env:switch --none', 'the config as it stands'],
  ],
  async run(context, [name], { none = false }) {
    if ((name === undefined) !== none)
      throw new CliError(
        'CLI.USAGE',
        name === undefined ? 'Which environment?' : 'A name and --none say different things.',
        {
          hint: '`dbtooling env:list` lists them; --none goes back to the config as it stands.',
        },
      )
    // Resolved, so that nobody switches to an environment that cannot be used.
    const { file, environment, production } = await context.configOf(name)
    if (file === undefined)
      throw new CliError('CLI.USAGE', 'There is no config file, and so there are no environments.')
    switchEnvironment(file, name)
    const warning = production ? ' It is marked as production.' : ''
    context.output.result(
      { environment: environment ?? null, production },
      name === undefined ? 'The config holds as it stands.' : `Commands are for ${name} now.${warning}`,
    )
  },
}
