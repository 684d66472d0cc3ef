import type { DynamoDBConfig } from '../runtime/index.js'
import { isAlwaysThere } from './access-slots.js'
import { designModels, type ModelLike } from './design-models.js'
import { type PathKey, partText } from './path-key.js'
import type { AccessPath, EntityDesign, TableDesign } from './table-design.js'
import { uniqueAttributesOf } from './unique-guard.js'

/** One way to read the rows of a model without a Scan. */
export interface AccessPattern {
  readonly model: string
  /** In words: `Post by userId, ordered by createdAt`. */
  readonly pattern: string
  readonly operation: 'GetItem' | 'GuardLookup' | 'Query' | 'MergedQuery'
  readonly table: string
  /** The index it reads; undefined for the table itself. */
  readonly index: string | undefined
  /** The name that the index was declared under (`static indexes`); undefined for those that relations need. */
  readonly name: string | undefined
  /** Attributes that a query has to fix, with the value where only one will do. */
  readonly fixed: Readonly<Record<string, unknown>>
  /** Attributes whose order (and ranges) the keys give, first to last. */
  readonly ordered: readonly string[]
  /** The keys, as templates: `gsi1pk = USER#{userId} and gsi1sk begins with POST#`. */
  readonly keyCondition: string
  /** Requests and what is read. */
  readonly cost: string
}

/** Every access pattern that the design of these models serves, by model. @throws ConfigError, SchemaError, DesignError */
export function accessPatterns(models: readonly ModelLike[], config: DynamoDBConfig = {}): readonly AccessPattern[] {
  return accessPatternsOf(designModels(config, models))
}

/** Every access pattern that these tables serve. */
export function accessPatternsOf(designs: readonly TableDesign[]): readonly AccessPattern[] {
  return designs.flatMap((design) => [...design.entities.values()].flatMap((entity) => patternsOf(entity, design)))
}

function patternsOf(entity: EntityDesign, design: TableDesign): AccessPattern[] {
  const { schema, primary, secondary } = entity
  const { partition, sort } = primary
  const whole: AccessPattern = {
    model: schema.name,
    pattern: `${schema.name} by ${listed([...new Set([...partition.attributes, ...sort.attributes])])}`,
    operation: 'GetItem',
    table: design.tableName,
    index: undefined,
    name: undefined,
    fixed: free([...partition.attributes, ...sort.attributes]),
    ordered: [],
    keyCondition: [...partition.parts, ...sort.parts].map((part) => `${part.name} = ${partText(part)}`).join(' and '),
    cost: '1 request, 1 item',
  }
  const unique = uniqueAttributesOf(schema).map(
    (name): AccessPattern => ({
      model: schema.name,
      pattern: `${schema.name} by ${name}`,
      operation: 'GuardLookup',
      table: design.ledger.tableName,
      index: undefined,
      name: undefined,
      fixed: free([name]),
      ordered: [],
      keyCondition: `${design.ledger.partitionKey} = ${['UNIQUE', schema.prefix, name, `{${name}}`].join(design.delimiter)}`,
      cost: '2 requests, the guard and 1 item',
    }),
  )
  const hasCollections = sort.attributes.some((name) => !partition.attributes.includes(name))
  return [
    whole,
    ...(hasCollections ? [query(entity, primary, design)] : []),
    ...unique,
    ...secondary.map((path) => query(entity, path, design)),
  ]
}

function query({ schema }: EntityDesign, path: AccessPath, { tableName }: TableDesign): AccessPattern {
  const fixed = {
    ...free(path.partition.attributes),
    ...Object.fromEntries(
      path.when.map(({ attribute }) => [attribute, schema.indexes[path.name ?? '']?.when?.[attribute]]),
    ),
  }
  const ordered = path.sort.attributes.filter((name) => !Object.hasOwn(fixed, name))
  // A row without an attribute of the keys is not in the index.
  const some = ordered.filter((name) => !isAlwaysThere(schema, name))
  const shards = path.shards > 1 ? `, in each of ${path.shards} shards` : ''
  const by = Object.entries(fixed).map(([name, value]) =>
    value === undefined ? name : `${name} = ${JSON.stringify(value)}`,
  )
  return {
    model: schema.name,
    pattern: `${schema.name}${by.length === 0 ? (some.length === 0 ? ', all' : ` with ${listed(some)}`) : ` by ${listed(by)}`}${ordered.length === 0 ? '' : `, ordered by ${listed(ordered)}`}`,
    operation: path.shards > 1 ? 'MergedQuery' : 'Query',
    table: tableName,
    index: path.index,
    name: path.name,
    fixed,
    ordered,
    keyCondition: `${[...path.partition.parts.map((part) => `${part.name} = ${partText(part)}`), ...beginning(path.sort)].join(' and ')}${shards}`,
    cost: `1 request for each 1 MB of matching rows${path.projection === 'ALL' ? '' : ', and their fetch where the index lacks an attribute'}${shards}`,
  }
}

/** The fixed text that a sort key made from a template begins with. */
function beginning({ parts: [part] }: PathKey): string[] {
  const first = part?.kind === 'template' ? part.template.parts[0] : undefined
  return first?.kind === 'text' ? [`${part?.name} begins with ${first.text}`] : []
}

const free = (names: readonly string[]): Record<string, undefined> =>
  Object.fromEntries(names.map((name) => [name, undefined]))

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** The patterns as a table for people: plain text with columns, or Markdown. */
export function formatAccessPatterns(patterns: readonly AccessPattern[], format: 'text' | 'markdown' = 'text'): string {
  const head = ['Model', 'Pattern', 'Operation', 'Table', 'Index', 'Keys', 'Cost']
  const rows = patterns.map(({ model, pattern, operation, table, index, name, keyCondition, cost }) => [
    model,
    pattern,
    operation,
    table,
    index === undefined ? '(table)' : name === undefined || name === index ? index : `${index} (${name})`,
    keyCondition,
    cost,
  ])
  if (format === 'markdown') {
    const line = (cells: readonly string[]): string =>
      `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
  }
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)))
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
