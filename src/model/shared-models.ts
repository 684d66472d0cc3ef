import { type Connection, type SharedRows, TENANT_MARK, TenancyError } from '../runtime/index.js'
import type { EntitySchema } from '../schema/index.js'
import type { EntityDesign, TableDesign } from '../single-table/index.js'

/** True for a model of which each tenant has rows of its own: every one of a config with tenancy, unless it says otherwise. */
export function isOfTenants({ tenant }: EntitySchema, { config }: Connection): boolean {
  return config.tenancy !== undefined && tenant !== false
}

/**
 * Which rows of the tables are those of models with `static tenant = false`. In a table with rows of both kinds they are
 * known by what their partition keys begin with.
 *
 * @throws TenancyError `TENANCY.KEYS` for keys that do not tell
 */
export function sharedRows(designs: readonly TableDesign[], { config }: Connection): SharedRows {
  const { keyDelimiter } = config.singleTableDesign
  const models = new Set<string>()
  const keys: string[] = []
  const tables = new Set<string>()
  const partitionKeys = new Map<string, string>()
  for (const design of designs) {
    const { tableName, ledger } = design
    partitionKeys.set(tableName, design.key.names[0] as string)
    partitionKeys.set(ledger.tableName, ledger.partitionKey)
    const entities = [...design.entities.values()]
    const shared = entities.filter(({ schema }) => schema.tenant === false)
    for (const { schema } of shared) {
      models.add(schema.name)
      keys.push(`UNIQUE${keyDelimiter}${schema.prefix}${keyDelimiter}`)
    }
    if (config.tenancy?.strategy === 'attribute') checkProjections(design, config.tenancy.attribute)
    if (ledger.tableName === tableName) keys.push(...checkedStarts(entities, shared))
    else if (shared.length === entities.length) tables.add(tableName)
  }
  return { models, keys, tables, ledger: designs[0]?.ledger.tableName, partitionKeys }
}

/** What keys of shared models begin with, which those of no other model do. */
function checkedStarts(entities: readonly EntityDesign[], shared: readonly EntityDesign[]): readonly string[] {
  const starts = shared.map((entity) => checked(entity, startOf(entity)))
  for (const entity of entities) {
    if (shared.includes(entity)) continue
    const start = checked(entity, startOf(entity))
    const other = shared.find((_, i) => meets(start, starts[i] as string))
    if (other !== undefined)
      throw new TenancyError(
        'TENANCY.KEYS',
        `Partition keys of ${entity.schema.name} and ${other.schema.name} begin alike, and only those of ${other.schema.name} are for all tenants.`,
        {
          hint: 'Begin them with different text, such as the names of the models.',
          details: { models: [entity.schema.name, other.schema.name] },
        },
      )
  }
  return starts
}

/** An index without the attribute does not tell whose its rows are. */
function checkProjections({ tableName, indexes }: TableDesign, attribute: string): void {
  const lacking = indexes.find(
    ({ projection }) => projection !== 'ALL' && !(Array.isArray(projection) && projection.includes(attribute)),
  )
  if (lacking !== undefined)
    throw new TenancyError(
      'TENANCY.KEYS',
      `The index ${lacking.name} of ${tableName} does not hold ${attribute}, which says whose a row is.`,
      { hint: `Add "${attribute}" to what it holds, or let it hold everything: projection: 'ALL'.` },
    )
}

const meets = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one)

/** The text that every partition key of a model begins with. */
function startOf({ primary }: EntityDesign): string {
  const [part] = primary.partition.parts
  const [first] = part?.kind === 'template' ? part.template.parts : []
  return first?.kind === 'text' ? first.text : ''
}

function checked({ schema, primary }: EntityDesign, start: string): string {
  if (start !== '' && !start.startsWith(TENANT_MARK)) return start
  throw new TenancyError(
    'TENANCY.KEYS',
    `The partition key of ${schema.name} (${primary.partition.text}) begins with no text of its own, so it does not tell whose row it is.`,
    {
      hint: `Begin it with text other than "${TENANT_MARK}", such as "${schema.prefix}#{id}".`,
      details: { model: schema.name },
    },
  )
}
