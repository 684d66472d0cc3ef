import { generateIamPolicy, type IamAccess } from '../../security/index.js'
import type { Command } from '../command.js'
import { namedModel } from '../named-model.js'

interface Options {
  readonly access?: IamAccess
  readonly model?: readonly string[]
  readonly account?: string
  readonly scans?: boolean
  readonly partiql?: boolean
}

export const command: Command<Options> = {
  name: 'iam:policy',
  summary: 'Print the IAM policy that the models need, and no more',
  options: [
    { flags: '--access <what>', description: 'default: write', choices: ['read', 'write', 'migrate'] },
    { flags: '--model <name>', description: 'this model; again for more (default: all)', list: true },
    { flags: '--account <digits>', description: 'default: every account' },
    { flags: '--no-scans', description: 'whole tables are not read (default: unless queryBuilder.scans forbids it)' },
    { flags: '--partiql', description: 'statements are used, too' },
  ],
  json: '{ Version, Statement: [{ Sid, Effect, Action, Resource }] }',
  examples: [
    ['iam:policy --account 123456789012 > policy.json', 'for the role of the program'],
    ['iam:policy --tenant acme', 'for credentials that reach the rows of one tenant alone'],
    ['iam:policy --access migrate', 'for the role that deploys it'],
  ],
  async run(context, _args, { access, model = [], account, scans, partiql }) {
    await context.models()
    const connection = await context.connection()
    const models: Awaited<ReturnType<typeof namedModel>>['model'][] = []
    for (const name of model) models.push((await namedModel(context, name)).model)
    const policy = generateIamPolicy(
      {
        access,
        account,
        partiql,
        tenant: context.global.tenant,
        models: models.length === 0 ? undefined : models,
        ...(scans === false ? { scans } : {}),
      },
      connection,
    )
    context.output.result(policy, JSON.stringify(policy, undefined, 2))
  },
}
