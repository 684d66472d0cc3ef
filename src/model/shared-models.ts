import type { Connection, SharedRows } from '../runtime/index.js'
import { TENANT_MARK } from '../runtime/index.js'
import type { EntitySchema } from '../schema/index.js'
import { DesignError, type EntityDesign, type TableDesign } from '../single-table/index.js'

/** True for a model of which each tenant has rows of its own: every one of a config with tenancy, unless it says otherwise. */
export function isOfTenants({ tenant }: EntitySchema, { config }: Connection): boolean {
  return config.tenancy !== undefined && tenant !== false
}

/**
 * Which rows of the tables are those of models with `static tenant = false`. In a table with rows of both kinds they are
 * known by what their partition keys begin with.
 *
 * @throws DesignError `DESIGN.TENANT_KEYS` for keys that do not tell
 */
export function sharedRows(designs: readonly TableDesign[], delimiter: string): SharedRows {
  const models = new Set<string>()
  const keys: string[] = []
  const tables = new Set<string>()
  for (const design of designs) {
    const entities = [...design.entities.values()]
    const shared = entities.filter(({ schema }) => schema.tenant === false)
    for (const { schema } of shared) models.add(schema.name)
    if (shared.length > 0 && shared.length === entities.length) tables.add(design.tableName)
    const starts = shared.map((entity) => checked(entity, startOf(entity)))
    for (const entity of entities) {
      if (shared.includes(entity)) continue
      const start = checked(entity, startOf(entity))
      const other = shared.find((_, i) => meets(start, starts[i] as string))
      if (other !== undefined)
        throw new DesignError(
          'DESIGN.TENANT_KEYS',
          `Partition keys of ${entity.schema.name} and ${other.schema.name} begin alike, and only those of ${other.schema.name} are for all tenants.`,
          {
            hint: 'Begin them with different text, such as the names of the models.',
            details: { models: [entity.schema.name, other.schema.name] },
          },
        )
    }
    keys.push(...starts, ...shared.map(({ schema }) => `UNIQUE${delimiter}${schema.prefix}${delimiter}`))
  }
  return { models, keys, tables }
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
  throw new DesignError(
    'DESIGN.TENANT_KEYS',
    `The partition key of ${schema.name} (${primary.partition.text}) begins with no text of its own, so it does not tell whose row it is.`,
    {
      hint: `Begin it with text other than "${TENANT_MARK}", such as "${schema.prefix}#{id}".`,
      details: { model: schema.name },
    },
  )
}
