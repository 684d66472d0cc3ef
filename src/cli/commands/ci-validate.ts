import { isDynamoDBToolingError } from '../../kernel/index.js'
import { ModelSpace } from '../../model/index.js'
import { formatSchemaLock, loadSchemaLock, lockOf } from '../../single-table/index.js'
import type { Command } from '../command.js'
import type { CommandContext } from '../context.js'
import { EXIT } from '../exit-code.js'
import { counted } from '../text-table.js'

interface Problem {
  readonly code: string
  readonly message: string
  readonly hint: string | null
}

export const command: Command = {
  name: 'ci:validate',
  summary: 'Check models, design and schema lock without a table',
  json: '{ valid, models: [name], tables: [name], problems: [{ code, message, hint }] }',
  examples: [
    ['ci:validate', 'exit code 6 when something is not right; sends nothing'],
    ['ci:validate --json', 'for a script'],
  ],
  async run(context) {
    const problems: Problem[] = []
    const { environments } = await context.config()
    for (const name of environments) await noting(problems, () => context.configOf(name))
    const models: string[] = []
    const tables: string[] = []
    await noting(problems, async () => {
      await context.models()
      const space = ModelSpace.of(await context.connection())
      for (const { schema } of space.models) {
        models.push(schema.name)
        for (const relation of schema.relations.values())
          if (relation.model !== undefined) await noting(problems, async () => space.related(schema, relation))
      }
      tables.push(...space.designs().map(({ tableName }) => tableName))
      problems.push(...(await lockProblems(context, space)))
    })
    const valid = problems.length === 0
    context.output.result({ valid, models, tables, problems }, () =>
      valid
        ? `${counted(models.length, 'model')}, ${counted(tables.length, 'table')}: all in order.`
        : problems
            .map(({ code, message, hint }) => `${code}: ${message}${hint === null ? '' : `\n  ${hint}`}`)
            .join('\n'),
    )
    return valid ? EXIT.ok : EXIT.pending
  },
}

/** Notes what our own code refuses. What is no finding (no models at all) ends the command. */
async function noting(problems: Problem[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isDynamoDBToolingError(error) || error.code.startsWith('CLI.')) throw error
    const { code, message, hint = null } = error
    if (!problems.some((each) => each.message === message)) problems.push({ code, message, hint })
  }
}

async function lockProblems(context: CommandContext, space: ModelSpace): Promise<readonly Problem[]> {
  const { schema, defaultTableName } = await context.config()
  if (schema.file === undefined && schema.given === undefined) return []
  const { lock, file } = loadSchemaLock(schema)
  const wanted = lockOf(space.designs(), lock, defaultTableName)
  if (formatSchemaLock(wanted) === formatSchemaLock(lock)) return []
  const known = new Set(lock.slots.map((slot) => JSON.stringify(slot)))
  const missing = wanted.slots.filter((slot) => !known.has(JSON.stringify(slot)))
  const list = missing.map(({ model, access, index }) => `${model}: ${access} in ${index}`).join('; ')
  return [
    {
      code: 'DESIGN.LOCK_OUTDATED',
      message: `The schema lock ${file ?? 'of the config'} lacks what the models use: ${list}.`,
      hint: 'Run migrate() where the project is, and commit dynamodb.schema.json.',
    },
  ]
}
