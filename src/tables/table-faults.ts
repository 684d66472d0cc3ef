import type { CreateTableOptions, TableKey, TableSettings } from './table-options.js'
import { typeLetter } from './table-requests.js'
import { NEW_TABLE } from './table-rules.js'

/** Every fault of the options of a new table: of each by itself, and between them. */
export function newTableFaults(options: CreateTableOptions): readonly string[] {
  const faults = NEW_TABLE(options, '')
  // What is of the wrong kind cannot be compared with the rest.
  if (faults.length > 0) return faults
  const { partitionKey, sortKey, gsis = [], lsis = [], ttl, pointInTimeRecovery = false, wait = true } = options
  return [
    ...settingsFaults(options),
    ...keyFaults('the key', [partitionKey, ...list(sortKey)]),
    ...gsis.flatMap((index) => keyFaults(`index ${index.name}`, [...list(index.partitionKey), ...list(index.sortKey)])),
    ...lsis.flatMap((index) => keyFaults(`index ${index.name}`, [partitionKey, index.sortKey])),
    ...typeFaults(
      [options, ...gsis].flatMap((each) => [...list(each.partitionKey), ...list(each.sortKey)]),
      lsis,
    ),
    ...repeated([...gsis, ...lsis].map(({ name }) => name)).map((name) => `two indexes are called ${name}`),
    ...(lsis.length > 0 && sortKey === undefined ? ['lsis need a table with a sortKey'] : []),
    ...projectedFaults(options),
    ...(options.billingMode === 'PROVISIONED'
      ? []
      : gsis
          .filter((index) => (index.readCapacity ?? index.writeCapacity) !== undefined)
          .map(({ name }) => `index ${name} has a capacity, which is for billingMode "PROVISIONED"`)),
    ...(wait || (ttl === undefined && pointInTimeRecovery === false)
      ? []
      : ['ttl and pointInTimeRecovery can be set on a table that is ready only: leave out wait: false']),
  ]
}

/** Capacity goes with PROVISIONED, and with nothing else. */
export function settingsFaults({ billingMode, readCapacity, writeCapacity }: TableSettings): readonly string[] {
  const given = Object.entries({ readCapacity, writeCapacity })
  if (billingMode === 'PROVISIONED')
    return given.filter(([, value]) => value === undefined).map(([name]) => `billingMode "PROVISIONED" needs ${name}`)
  return given
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `${name} is for billingMode "PROVISIONED", and the table has PAY_PER_REQUEST`)
}

function list(key: TableKey | readonly TableKey[] | undefined): readonly TableKey[] {
  return key === undefined ? [] : [key].flat()
}

function keyFaults(what: string, keys: readonly TableKey[]): readonly string[] {
  return repeated(keys.map(({ name }) => name)).map((name) => `${what} has ${name} twice`)
}

/** An attribute has one type in all keys. */
function typeFaults(keys: readonly TableKey[], lsis: readonly { readonly sortKey: TableKey }[]): readonly string[] {
  const types = new Map<string, Set<string>>()
  for (const { name, type } of [...keys, ...lsis.map(({ sortKey }) => sortKey)])
    types.set(name, (types.get(name) ?? new Set()).add(typeLetter(type)))
  return [...types]
    .filter(([, each]) => each.size > 1)
    .map(([name, each]) => `${name} is ${[...each].join(' and ')} in different keys`)
}

/** DynamoDB counts the attributes that indexes name over all of them. */
function projectedFaults({ gsis = [], lsis = [] }: CreateTableOptions): readonly string[] {
  const named = [...gsis, ...lsis].flatMap(({ projection = 'ALL' }) =>
    typeof projection === 'string' ? [] : projection,
  )
  return named.length > 100 ? [`indexes name ${named.length} attributes in all, and DynamoDB takes 100`] : []
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}
