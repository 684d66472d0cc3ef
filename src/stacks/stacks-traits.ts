import { randomUUID } from 'node:crypto'
import { suggest } from '../kernel/index.js'
import type { ModelDefinition } from '../schema/index.js'
import { kindOf } from '../values/index.js'
import type { Reading } from './stacks-attributes.js'
import { isPlainObject } from './stacks-definition.js'

/** What `useSeeder` says: rows to make, and rows that are given. */
export interface StacksSeeder {
  readonly count: number
  readonly fixtures: readonly Readonly<Record<string, unknown>>[]
}

export interface ReadTraits {
  readonly settings: Partial<ModelDefinition>
  /** True where the model has an identifier of its own besides the primary key. */
  readonly uuid: boolean
  readonly seeder: StacksSeeder | undefined
}

/** Traits that are other names, or other spellings, of a trait. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['timestampable', 'useTimestamps'],
  ['softDeletable', 'useSoftDeletes'],
  ['seedable', 'useSeeder'],
  ['searchable', 'useSearch'],
  ['authenticatable', 'useAuth'],
  ['useVersioning', 'versioning'],
  ['versionable', 'versioning'],
  ['useTtl', 'ttl'],
])
const HERE: readonly string[] = ['useTimestamps', 'useSoftDeletes', 'useUuid', 'useSeeder', 'versioning', 'ttl']
/** Traits about other parts of Stacks: search, routes, accounts. */
const ELSEWHERE: readonly string[] = [
  'useSearch',
  'useApi',
  'useAuth',
  'useActivityLog',
  'useSocials',
  'observe',
  'billable',
  'likeable',
  'taggable',
  'categorizable',
  'commentable',
  'commentables',
]

/** What the traits of a model mean here; the others are noted. */
export function readTraits(given: unknown, reading: Reading): ReadTraits {
  if (given !== undefined && !isPlainObject(given))
    throw reading.fault(`has traits that are no object, but ${kindOf(given)}.`)
  const traits = new Map<string, unknown>()
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue
    const known = ALIASES.get(name) ?? name
    traits.set(known, value)
    if (HERE.includes(known) || value === false) continue
    if (ELSEWHERE.includes(known)) reading.note(`The trait ${name} is kept and does nothing here.`)
    else {
      const meant = suggest(name, [...HERE, ...ELSEWHERE, ...ALIASES.keys()])
      reading.note(
        `The trait ${name} is not known; it is kept and does nothing here.${meant === undefined ? '' : ` Is "${meant}" meant?`}`,
      )
    }
  }
  // Timestamps are on in Stacks unless a model says no.
  const timestamps = traits.get('useTimestamps') ?? true
  const softDeletes = traits.get('useSoftDeletes') ?? false
  const ttl = traits.get('ttl')
  const versioning = traits.get('versioning')
  return {
    settings: {
      timestamps: timestamps !== false && (namesIn(timestamps, ['createdAt', 'updatedAt'], reading) ?? true),
      softDeletes: readSoftDeletes(softDeletes, reading),
      ...(versioning === undefined || versioning === false
        ? {}
        : { version: typeof versioning === 'string' ? versioning : true }),
      ...(ttl === undefined || ttl === false ? {} : { ttl: ttl as true }),
      ...(traits.get('useUuid') === true || isPlainObject(traits.get('useUuid')) ? { idType: 'uuid' as const } : {}),
    },
    uuid: traits.get('useUuid') !== undefined && traits.get('useUuid') !== false,
    seeder: readSeeder(traits.get('useSeeder'), reading),
  }
}

function readSoftDeletes(given: unknown, reading: Reading): boolean | { attribute: string } {
  if (given === false) return false
  const name = namesIn(given, ['deletedAt'], reading)?.['deletedAt']
  return name === undefined ? true : { attribute: name }
}

/** The names that a trait gives its attributes; undefined where it gives none. */
function namesIn(trait: unknown, names: readonly string[], reading: Reading): Record<string, string> | undefined {
  if (!isPlainObject(trait)) return undefined
  const given = Object.entries(trait).filter(([, name]) => name !== undefined)
  for (const [name, own] of given) {
    if (typeof own !== 'string' || own === '') throw reading.fault(`gives ${name} a name that is ${kindOf(own)}.`)
    if (!names.includes(name)) reading.note(`The name of ${name} is kept and does nothing here.`)
  }
  const read = Object.fromEntries(given.filter(([name]) => names.includes(name))) as Record<string, string>
  return Object.keys(read).length === 0 ? undefined : read
}

/** A new value of the attribute `uuid`. */
export const newUuid = (): string => randomUUID()

function readSeeder(given: unknown, reading: Reading): StacksSeeder | undefined {
  if (given === undefined || given === false) return undefined
  if (given === true) return { count: 10, fixtures: [] }
  const { count = 10, fixtures = [] } = isPlainObject(given) ? given : { count: given }
  if (!Number.isSafeInteger(count) || (count as number) < 0)
    throw reading.fault(`has a seeder that makes ${String(count)} rows.`, 'Write useSeeder: { count: 10 }.')
  if (!Array.isArray(fixtures) || !fixtures.every(isPlainObject))
    throw reading.fault('has fixtures that are no list of rows.', "Write fixtures: [{ name: 'Ada' }].")
  return { count: count as number, fixtures: fixtures }
}
