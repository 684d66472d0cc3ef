import { isDynamoDBToolingError } from '../kernel/index.js'
import { ModelSpace } from '../model/index.js'
import { formatSchemaLock, loadSchemaLock, lockOf } from '../single-table/index.js'
import type { CommandContext } from './context.js'

/** What is not right with a project. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly hint: string | null
}

/** Looks at config, models, design and schema lock; sends nothing. */
export async function projectFaults(context: CommandContext): Promise<{
  readonly problems: readonly Problem[]
  readonly models: readonly string[]
  readonly tables: readonly string[]
}> {
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
  return { problems, models, tables }
}

/** The same in words. */
export function faultText(problems: readonly Problem[]): string {
  return problems
    .map(({ code, message, hint }) => `${code}: ${message}${hint === null ? '' : `\n  ${hint}`}`)
    .join('\n')
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
