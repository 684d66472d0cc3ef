import { type ModelClass, ModelSpace, RECORD_KEY, sharedRows } from '../model/index.js'
import { CURSOR_SECRET_KEY } from '../query/index.js'
import { type Connection, checkTenantId, currentConnection, TENANTS_KEY, tenantPrefix } from '../runtime/index.js'
import { entitySchemaOf } from '../schema/index.js'
import type { TableDesign } from '../single-table/index.js'
import { SecurityError } from './errors.js'

/** What a program does: reads rows, reads and writes them, or changes tables as well (`migrate`). */
export type IamAccess = 'read' | 'write' | 'migrate'

export interface IamPolicyOptions {
  /** Default `write`. */
  readonly access?: IamAccess | undefined
  /** Models in use. Default: all that are registered. */
  readonly models?: readonly ModelClass[] | undefined
  /** Default: that of the config, else every region (`*`). */
  readonly region?: string | undefined
  /** Twelve digits. Default: every account of the credentials (`*`). */
  readonly account?: string | undefined
  /** `aws`, `aws-cn`, `aws-us-gov`. Default `aws`. */
  readonly partition?: string | undefined
  /** Whether whole tables may be read. Default: unless `queryBuilder.scans` is `forbid`. */
  readonly scans?: boolean | undefined
  /**
   * Rows of this tenant alone, and those that tenants share, to read: for credentials of its own, with the strategy `prefix`.
   * Whole tables cannot be read with them, and nothing is migrated.
   */
  readonly tenant?: string | undefined
  /** Whether PartiQL is used: `selectFrom`, templates. Default false. */
  readonly partiql?: boolean | undefined
}

/** A policy as IAM takes it. Frozen plain data. */
export interface IamPolicy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly IamStatement[]
}

export interface IamStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  /** Rows with these partition keys alone. DynamoDB: "dynamodb:LeadingKeys". */
  readonly Condition?: LeadingKeys
}

/** DynamoDB knows no keys of a request that reads a whole table: `Null` keeps it from passing. */
type LeadingKeys =
  | { readonly 'ForAllValues:StringEquals': { readonly 'dynamodb:LeadingKeys': readonly string[] } }
  | {
      readonly 'ForAllValues:StringLike': { readonly 'dynamodb:LeadingKeys': readonly string[] }
      readonly Null: { readonly 'dynamodb:LeadingKeys': 'false' }
    }

/**
 * The IAM policy with which models can be used, and nothing else be done: their tables and indexes by name, and the actions that
 * the package sends.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 * @throws SecurityError `SECURITY.INVALID`
 */
export function generateIamPolicy(
  options: IamPolicyOptions = {},
  connection: Connection = currentConnection(),
): IamPolicy {
  const { access = 'write', partiql = false } = options
  check(options)
  const designs = designsOf(connection, options.models)
  const { scans = connection.config.queryBuilder.scans !== 'forbid' || access === 'migrate' } = options
  const arn = arnOf(options, connection)
  const tables = [...new Set(designs.flatMap(({ tableName, ledger }) => [tableName, ledger.tableName]))].map(arn)
  const indexes = designs.flatMap(({ tableName, indexes: all }) =>
    all.map(({ name }) => `${arn(tableName)}/index/${name}`),
  )
  const wide = ['Query', ...(scans ? ['Scan'] : []), ...(partiql ? ['PartiQLSelect'] : [])]
  if (options.tenant !== undefined) return tenantPolicy(options, designs, connection, { tables, indexes })
  const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'ConditionCheckItem']
  const statements = [
    statement('ReadRows', ['GetItem', 'BatchGetItem', ...wide, ...(partiql ? ['DescribeTable'] : [])], tables),
    statement('ReadIndexes', wide, indexes),
    ...(access === 'read' && connection.config.queryBuilder.cursorSecret === undefined
      ? [secretOfCursors(designs, arn)]
      : []),
    ...(access === 'read'
      ? []
      : [
          statement(
            'WriteRows',
            [...writes, ...(partiql ? ['PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'] : [])],
            tables,
          ),
        ]),
    ...(access === 'migrate'
      ? [
          statement(
            'ChangeTables',
            ['CreateTable', 'DescribeTable', 'UpdateTable', 'DescribeTimeToLive', 'UpdateTimeToLive'],
            tables,
          ),
        ]
      : []),
  ]
  return Object.freeze({
    Version: '2012-10-17',
    Statement: Object.freeze(statements.filter(({ Resource }) => Resource.length > 0)),
  })
}

/** What a tenant's own requests need, by the partition keys that they are on. */
function tenantPolicy(
  { tenant = '', access = 'write', partiql, scans }: IamPolicyOptions,
  designs: readonly TableDesign[],
  connection: Connection,
  { tables, indexes }: { readonly tables: readonly string[]; readonly indexes: readonly string[] },
): IamPolicy {
  const { tenancy, singleTableDesign } = connection.config
  const faults = [
    ...(tenancy?.strategy === 'prefix' ? [] : ['a tenant’s keys tell its rows with tenancy.strategy "prefix" alone']),
    ...(access === 'migrate' ? ['tables are migrated for all tenants'] : []),
    ...(partiql === true ? ['DynamoDB tells the keys of no statement'] : []),
    ...(scans === true ? ['DynamoDB tells the keys of no scan'] : []),
  ]
  if (faults.length > 0) throw new SecurityError('SECURITY.INVALID', `No policy can be made: ${faults.join('; ')}.`)
  checkTenantId(tenant)
  const own = `${literal(tenantPrefix(tenant, singleTableDesign.keyDelimiter))}*`
  const shared = sharedRows(ModelSpace.of(connection).designs(), connection).keys.map((start) => `${literal(start)}*`)
  const notes = [RECORD_KEY, CURSOR_SECRET_KEY, ...(tenancy?.registered === true ? [TENANTS_KEY] : [])]
  const on = (keys: readonly string[], made: IamStatement): IamStatement =>
    Object.freeze<IamStatement>({
      ...made,
      Condition: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    })
  const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'ConditionCheckItem']
  const names = new Set(designs.map(({ ledger }) => ledger.tableName))
  const ledgers = tables.filter((table) => names.has(table.slice(table.lastIndexOf('/') + 1)))
  const statements = [
    on([own, ...shared], statement('ReadRows', ['GetItem', 'BatchGetItem', 'Query'], tables)),
    on([own, ...shared], statement('ReadIndexes', ['Query'], indexes)),
    on(notes, statement('ReadNotes', ['GetItem'], ledgers)),
    ...(access === 'read' ? [] : [on([own], statement('WriteRows', writes, tables))]),
    ...(connection.config.queryBuilder.cursorSecret === undefined
      ? [on([CURSOR_SECRET_KEY], statement('NoteSecretOfCursors', ['PutItem'], ledgers))]
      : []),
  ]
  return Object.freeze({
    Version: '2012-10-17',
    Statement: Object.freeze(statements.filter(({ Resource }) => Resource.length > 0)),
  })
}

/** Text that stands for itself in a pattern of IAM. */
const literal = (text: string): string => text.replaceAll(/[*?$]/g, (sign) => `\${${sign}}`)

function statement(Sid: string, actions: readonly string[], resources: readonly string[]): IamStatement {
  return Object.freeze({
    Sid,
    Effect: 'Allow',
    Action: Object.freeze(actions.map((action) => `dynamodb:${action}`)),
    Resource: Object.freeze([...resources]),
  })
}

/** The first program that makes a cursor writes the secret that all are signed with. */
function secretOfCursors(designs: readonly TableDesign[], arn: (table: string) => string): IamStatement {
  const ledgers = [...new Set(designs.map(({ ledger }) => ledger.tableName))]
  const Condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [CURSOR_SECRET_KEY] } }
  return Object.freeze({ ...statement('NoteSecretOfCursors', ['PutItem'], ledgers.map(arn)), Condition })
}

/** The tables of models, with those indexes alone that the models are in. */
function designsOf(connection: Connection, models: readonly ModelClass[] | undefined): readonly TableDesign[] {
  const designs = ModelSpace.of(connection).designs()
  if (designs.length === 0)
    throw new SecurityError('SECURITY.INVALID', 'No model is registered.', { hint: 'Call registerModels(…) first.' })
  if (models === undefined) return designs
  const names = new Set(models.map((model) => entitySchemaOf(model).name))
  return designs.flatMap((design) => {
    const used = [...design.entities].filter(([name]) => names.has(name)).flatMap(([, entity]) => entity.secondary)
    if (![...design.entities.keys()].some((name) => names.has(name))) return []
    return [{ ...design, indexes: design.indexes.filter(({ name }) => used.some(({ index }) => index === name)) }]
  })
}

function arnOf(
  { region, account = '*', partition = 'aws' }: IamPolicyOptions,
  { config }: Connection,
): (table: string) => string {
  const where = region ?? config.region ?? '*'
  return (table) => `arn:${partition}:dynamodb:${where}:${account}:table/${table}`
}

function check({ access = 'write', region, account, partition, models }: IamPolicyOptions): void {
  const faults = [
    ...(['read', 'write', 'migrate'].includes(access)
      ? []
      : [`access is read, write or migrate, not ${JSON.stringify(access)}`]),
    ...(region === undefined || /^(?:[a-z]{2,}(?:-[a-z]+)+-\d+|\*)$/.test(region)
      ? []
      : [`${JSON.stringify(region)} is no region`]),
    ...(account === undefined || /^(?:\d{12}|\*)$/.test(account) ? [] : ['an account has twelve digits']),
    ...(partition === undefined || /^aws(?:-[a-z]+)*$/.test(partition)
      ? []
      : [`${JSON.stringify(partition)} is no partition of AWS`]),
    ...(models === undefined || models.length > 0 ? [] : ['models is an empty list']),
  ]
  if (faults.length > 0) throw new SecurityError('SECURITY.INVALID', `No policy can be made: ${faults.join('; ')}.`)
}
