import { dynamoDb } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { ModelSpace } from '../model/index.js'
import { createTableInput } from '../single-table/index.js'
import { readTable } from '../tables/index.js'
import type { CommandContext } from './context.js'
import { CliError } from './errors.js'
import { counted } from './text-table.js'

/** What a check found. */
export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly message: string
  /** What to do; null where there is nothing to do. */
  readonly fix: string | null
}

export interface HealthCheck {
  readonly name: string
  /** True: left out once another check has failed. */
  readonly needsOthers: boolean
  run(): Promise<Finding>
}

type Answer = Omit<Finding, 'check'>
const ok = (message: string): Answer => ({ state: 'ok', message, fix: null })
const warning = (message: string, fix: string): Answer => ({ state: 'warning', message, fix })
const failed = (message: string, fix: string): Answer => ({ state: 'failed', message, fix })

/** AWS refuses a signature that is this far from its own clock; milliseconds. */
const MOST_SKEW = 300_000

/** What a project needs to run, in the order in which it needs it. */
export function healthChecks(context: CommandContext): readonly HealthCheck[] {
  const check = (name: string, run: () => Answer | Promise<Answer>, needsOthers = true): HealthCheck => ({
    name,
    needsOthers,
    run: async () => ({ check: name, ...(await told(run)) }),
  })
  return [
    check('node', () => nodeVersion(), false),
    check('config', () => config(context), false),
    check('engine', () => engine(context)),
    check('answers', () => answers(context)),
    check('clock', () => clock(context)),
    check('models', () => models(context)),
    check('table', () => table(context)),
  ]
}

/** An error of ours is a finding, with its hint as the fix. */
async function told(run: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    if (!isDynamoDBToolingError(error)) throw error
    return failed(`${error.message} (${error.code})`, error.hint ?? 'See docs/errors.md.')
  }
}

function nodeVersion(): Answer {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isEnough = major > 20 || (major === 20 && minor >= 19)
  return isEnough
    ? ok(`Node ${process.versions.node}`)
    : failed(`Node ${process.versions.node} is too old`, 'Install Node 20.19 or newer.')
}

async function config(context: CommandContext): Promise<Answer> {
  const { file, environment, region, local } = await context.config()
  const where = local.enabled ? `the local engine, port ${local.port}` : (region ?? 'the region of the profile')
  return ok(`${file ?? 'the environment variables'}${environment === undefined ? '' : `, ${environment}`}; ${where}`)
}

async function engine(context: CommandContext): Promise<Answer> {
  const { local, root } = await context.config()
  if (!local.enabled) return ok('not needed: requests leave this machine')
  const { dynoxide, dynamoDBLocal } = await dynamoDb.installed({ root })
  const wanted = local.engine === 'dynamodb-local' ? dynamoDBLocal.installed : dynoxide.installed
  if (wanted) return ok(local.engine === 'dynamodb-local' ? 'DynamoDB Local is installed' : 'dynoxide is installed')
  if (local.engine === 'auto' && dynamoDBLocal.installed) return ok('DynamoDB Local is installed')
  return failed('no local engine is installed', 'Run `dbtooling install`.')
}

/** Credentials are looked for, the request is signed and answered. */
async function answers(context: CommandContext): Promise<Answer> {
  const driver = await (await context.connection()).driver()
  await driver.connect()
  const { ok: well, latency, error } = await driver.healthCheck()
  if (well) return ok(`${driver.endpoint} in ${Math.round(latency)} ms`)
  const { message, hint } = isDynamoDBToolingError(error)
    ? error
    : new CliError('CLI.UNEXPECTED', String(error), { cause: error })
  return failed(`${driver.endpoint}: ${message}`, hint ?? 'Check the endpoint and the network.')
}

/** Compares this machine's clock with the one that stands in the endpoint's answers. */
async function clock(context: CommandContext): Promise<Answer> {
  const { endpoint } = await (await context.connection()).driver()
  const answer = await fetch(endpoint, { signal: AbortSignal.any([context.signal, AbortSignal.timeout(5000)]) }).catch(
    () => undefined,
  )
  const theirs = Date.parse(answer?.headers.get('date') ?? '')
  if (Number.isNaN(theirs)) return ok('the endpoint does not tell the time')
  const skew = Math.round((context.clock.now() - theirs) / 1000)
  return Math.abs(skew) * 1000 < MOST_SKEW
    ? ok(`${skew} s from the endpoint's`)
    : warning(
        `this machine's clock is ${skew} s from the endpoint's`,
        'Set the clock: AWS refuses requests signed at another time.',
      )
}

async function models(context: CommandContext): Promise<Answer> {
  try {
    const found = await context.models()
    ModelSpace.of(await context.connection()).designs()
    return ok(counted(found.length, 'model'))
  } catch (error) {
    if (!isDynamoDBToolingError(error, 'CLI.NO_MODELS')) throw error
    return warning(error.message, error.hint ?? '')
  }
}

/** Every table of the models is there, with every index. */
async function table(context: CommandContext): Promise<Answer> {
  const connection = await context.connection()
  const space = ModelSpace.of(connection)
  if (space.models.length === 0) return ok('not looked at without models')
  const lacks: string[] = []
  for (const design of space.designs()) {
    const found = await readTable(connection, design.tableName, context.signal)
    const has = new Set(found?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName))
    const wanted = (createTableInput(design).GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName)
    const missing = wanted.filter((name) => !has.has(name))
    if (found === undefined) lacks.push(`there is no table ${design.tableName}`)
    else if (missing.length > 0) lacks.push(`${design.tableName} lacks ${missing.join(', ')}`)
  }
  if (lacks.length === 0)
    return ok(
      space
        .designs()
        .map(({ tableName }) => tableName)
        .join(', '),
    )
  return failed(lacks.join('; '), 'Run `dbtooling migrate`.')
}
