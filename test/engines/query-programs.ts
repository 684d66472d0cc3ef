import { DynamoDBModel, type QueryBuilder } from 'dynamodb-tooling'
import fc from 'fast-check'

/** The same rows and programs in every run, unless asked for others; a failure prints the smallest program that fails. */
export const SEED = Number(process.env['TEST_SEED'] ?? 20_260_131)

export class Team extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true } } as const
}

export class Entry extends DynamoDBModel {
  static timestamps = true
  static softDeletes = true
  static indexes = {
    byPlace: { partition: ['kind', 'region'], sort: ['score'] },
    byKind: { partition: ['kind'], sort: ['due'] },
    byFlag: { partition: ['flag'], sort: ['label'] },
    flagged: { partition: ['region'], when: { flag: true }, sort: ['score'] },
    spread: { partition: ['region'], sort: ['createdAt'], shards: 3 },
    brief: { partition: ['label'], sort: ['score'], projection: ['id', 'score', 'label', 'deletedAt'] },
    keysOnly: { partition: ['score'], sort: ['createdAt'], projection: 'KEYS_ONLY' },
  }
  attributes = {
    id: { type: 'string', required: true },
    code: { type: 'string', unique: true },
    teamId: { type: 'string' },
    kind: { type: 'string', required: true },
    region: { type: 'string', required: true },
    score: { type: 'number', required: true },
    due: { type: 'date' },
    label: { type: 'string' },
    flag: { type: 'boolean' },
    qty: { type: 'number' },
    tags: { type: 'set' },
    notes: { type: 'list' },
    meta: { type: 'map' },
  } as const
  relationships = { team: { type: 'belongsTo', model: () => Team, foreignKey: 'teamId', sortBy: 'createdAt' } } as const
}

/** Shares the partition of its team with the entries, and the beginning of their name. */
export class EntryNote extends DynamoDBModel {
  static timestamps = true
  attributes = { id: { type: 'string', required: true }, teamId: { type: 'string', required: true } } as const
  relationships = { team: { type: 'belongsTo', model: () => Team, foreignKey: 'teamId' } } as const
}

// ---- rows: plain objects; undefined is absent, null is NULL ----

export type Value = string | number | boolean | Date | Set<string> | readonly unknown[] | object | null | undefined
export type Row = Readonly<Record<string, Value>> & { readonly id: string }

export const TEXTS = [
  '',
  'a',
  'ab',
  'a#b',
  'a%23b',
  'a$',
  '#',
  '%',
  '23',
  '5',
  '__proto__',
  '\0',
  'B',
  'é',
  '\uffff',
  '😀',
  '\u{10ffff}',
  '\u{10ffff}a',
]
const PLACES = ['x', 'x#y', 'y', 'y#z', 'z', '']
const NUMBERS = [-123456.789, -10, -2, -1.5, -1, -1e-7, 0, 1e-7, 0.1, 1, 1.5, 2, 10, 100, 9007199254740991]
const DATES = [
  '0000-01-01',
  '1815-12-10',
  '1970-01-01',
  '2026-01-31',
  '2026-01-31T12:00:00.001Z',
  '2026-02-01',
  '9999-12-31',
].map((each) => new Date(each))
const TAGS = ['a', 'b', '😀', '#']
const CITIES = ['Rome', 'Paris', '', 7]

const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof(
    { weight: 6, arbitrary: values },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constant(undefined) },
  )
const set = fc.uniqueArray(oneOf(TAGS), { minLength: 1, maxLength: 3 }).map((each) => new Set(each))

export const rows: readonly Row[] = fc
  .sample(
    fc.record({
      teamId: optional(oneOf(TEXTS)),
      kind: oneOf(PLACES),
      region: oneOf(PLACES),
      score: oneOf(NUMBERS),
      due: optional(oneOf(DATES)),
      label: optional(oneOf(TEXTS)),
      flag: optional(fc.boolean()),
      qty: optional(oneOf(NUMBERS)),
      tags: optional(set),
      notes: optional(fc.array(oneOf([...TAGS, 1, true]), { maxLength: 3 })),
      meta: optional(fc.record({ city: oneOf(CITIES) }, { requiredKeys: [] })),
      createdAt: oneOf(DATES),
      deletedAt: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: oneOf(DATES) }),
      code: optional(fc.boolean()),
    }),
    { seed: SEED, numRuns: 120 },
  )
  .map((row, i) => {
    const id = `${TEXTS[i % TEXTS.length]}${i}`
    return {
      ...row,
      id,
      code: row.code ? `${TEXTS[(i * 7) % TEXTS.length]}${i}` : row.code === null ? null : undefined,
    }
  })

// ---- what a program means, in plain JS ----

interface Test {
  readonly attribute: string
  readonly op: string
  readonly value?: Value
  readonly compare?: string
}
/** Tests and groups, each joined to everything before it. */
interface Clause {
  readonly or: boolean
  readonly node: Test | readonly Clause[]
}
export interface Program {
  readonly where: readonly Clause[]
  readonly order: readonly { readonly attribute: string; readonly direction: 'asc' | 'desc' }[]
  readonly limit: number | undefined
  readonly select: readonly string[] | undefined
  readonly trashed: 'without' | 'with' | 'only'
  /** Use the method named after the operator where there is one. */
  readonly sugar: boolean
}

function valueAt(row: Row, attribute: string): Value {
  const [name = '', member] = attribute.split('.')
  const value = row[name]
  return member === undefined ? value : (value as Record<string, Value> | null | undefined)?.[member]
}

/** Negative, 0 or positive for two values of one type; undefined for values that have no order. */
function order(a: Value, b: Value): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  return a instanceof Date && b instanceof Date ? a.getTime() - b.getTime() : undefined
}

function equal(a: Value, b: Value): boolean {
  if (a === null || a === undefined || b === null || b === undefined) return false
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((each) => b.has(each))
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, i) => equal(each as Value, b[i] as Value))
  return order(a, b) === 0
}

function sizeOf(value: Value): number | undefined {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  if (value instanceof Set) return value.size
  return typeof value === 'object' && value !== null && !(value instanceof Date) ? Object.keys(value).length : undefined
}

function compares(result: number | undefined, op: string): boolean {
  if (result === undefined) return false
  return { '<': result < 0, '<=': result <= 0, '>': result > 0, '>=': result >= 0 }[op] ?? false
}

function passes(row: Row, { attribute, op, value, compare }: Test): boolean {
  const mine = valueAt(row, attribute)
  const missing = mine === undefined || mine === null
  const same = (other: Value): boolean => (other === null ? missing : equal(mine, other))
  const list = value as readonly Value[]
  switch (op) {
    case '=':
      return same(value)
    case '!=':
    case '<>':
      return !same(value)
    case 'in':
      return list.some(same)
    case 'not in':
      return !list.some(same)
    case 'between':
    case 'not between': {
      const [low, high] = [order(mine, list[0]), order(mine, list[1])]
      return (compares(low, '>=') && compares(high, '<=')) === (op === 'between')
    }
    case 'begins_with': {
      const text = mine instanceof Date ? mine.toISOString() : mine
      return typeof text === 'string' && text.startsWith(value as string)
    }
    case 'contains':
    case 'not contains': {
      const inside =
        typeof mine === 'string'
          ? mine.includes(value as string)
          : mine instanceof Set
            ? mine.has(value as string)
            : Array.isArray(mine) && mine.some((each) => equal(each as Value, value))
      return inside === (op === 'contains')
    }
    case 'exists':
      return mine !== undefined
    case 'not exists':
      return mine === undefined
    case 'size': {
      const size = sizeOf(mine)
      if (compare === '=') return size === value
      if (compare === '!=') return size !== value
      return compares(size === undefined ? undefined : size - (value as number), compare as string)
    }
    default:
      return compares(order(mine, value), op)
  }
}

function holds(row: Row, clauses: readonly Clause[]): boolean {
  // As in SQL and Eloquent: `and` binds more closely than `or`.
  const sides: boolean[] = []
  for (const { or, node } of clauses) {
    const one = 'attribute' in node ? passes(row, node) : holds(row, node)
    const last = sides.at(-1)
    if (last === undefined || or) sides.push(one)
    else sides[sides.length - 1] = last && one
  }
  return sides.length === 0 || sides.includes(true)
}

/** What rows are sorted by: one text for each row, equal for rows that may come in any order. */
export function sortKeys(found: readonly Row[], program: Program): string[] {
  return found.map((row) =>
    program.order
      .map(({ attribute }) => {
        const value = valueAt(row, attribute)
        return value === null || value === undefined ? 'none' : JSON.stringify(value)
      })
      .join(),
  )
}

export function expected(program: Program): Row[] {
  const visible = { without: [true, false], with: [true, true], only: [false, true] }[program.trashed] as [
    boolean,
    boolean,
  ]
  const found = rows.filter(
    (row) => (row['deletedAt'] === undefined ? visible[0] : visible[1]) && holds(row, program.where),
  )
  return found.sort((a, b) => {
    for (const { attribute, direction } of program.order) {
      const [x, y] = [valueAt(a, attribute) ?? undefined, valueAt(b, attribute) ?? undefined]
      const result =
        x === undefined || y === undefined ? Number(x !== undefined) - Number(y !== undefined) : (order(x, y) ?? 0)
      if (result !== 0) return direction === 'desc' ? -result : result
    }
    return 0
  })
}

// ---- the same program through the builder ----

/** The builder without its types: programs are made at run time. */
type Query = { readonly [Method in keyof QueryBuilder<typeof Entry>]: (...given: any[]) => any }

export function build(program: Program, start: Query = Entry.query()): Query {
  let query = add(start, program.where, program.sugar)
  for (const { attribute, direction } of program.order) query = query.orderBy(attribute, direction)
  if (program.limit !== undefined) query = query.limit(program.limit)
  if (program.select !== undefined) query = query.select(...program.select)
  if (program.trashed === 'with') query = query.withTrashed()
  return program.trashed === 'only' ? query.onlyTrashed() : query
}

function add(start: Query, clauses: readonly Clause[], sugar: boolean): Query {
  let query = start
  for (const { or, node } of clauses) {
    if (!('attribute' in node)) {
      const group = (inner: Query): Query => add(inner, node, sugar)
      query = or ? query.orWhere(group) : query.where(group)
      continue
    }
    const { attribute, op, value, compare } = node
    const named = or || !sugar ? undefined : byName(query, node)
    if (named !== undefined) query = named
    else if (op === 'size') query = or ? orSize(query, node) : query.where(attribute, 'size', compare, value)
    else {
      const given = op === 'exists' || op === 'not exists' ? true : value
      query = or ? query.orWhere(attribute, op, given) : query.where(attribute, op, given)
    }
  }
  return query
}

function orSize(query: Query, { attribute, value, compare }: Test): Query {
  return query.orWhere((inner: Query) => inner.where(attribute, 'size', compare, value))
}

function byName(query: Query, { attribute, op, value }: Test): Query | undefined {
  const list = value as readonly Value[]
  switch (op) {
    case '=':
      return value === null ? query.whereNull(attribute) : query.andWhere(attribute, value)
    case '!=':
      return value === null ? query.whereNotNull(attribute) : query.whereNot(attribute, value)
    case 'in':
      return query.whereIn(attribute, list)
    case 'not in':
      return query.whereNotIn(attribute, list)
    case 'between':
      return query.whereBetween(attribute, list[0], list[1])
    case 'not between':
      return query.whereNotBetween(attribute, [list[0], list[1]])
    case 'begins_with':
      return query.whereBeginsWith(attribute, value)
    case 'contains':
      return query.whereContains(attribute, value)
    case 'not contains':
      return query.whereNotContains(attribute, value)
    case 'exists':
      return query.whereExists(attribute)
    case 'not exists':
      return query.whereNotExists(attribute)
    default:
      return undefined
  }
}

// ---- random programs ----

const IDS = rows.map((row) => row.id)
const CODES = rows.flatMap((row) => (typeof row['code'] === 'string' ? [row['code']] : []))
const COMPARISONS = ['<', '<=', '>', '>=']

/** Tests of one attribute whose values come from here. */
function testsOf(attribute: string, values: fc.Arbitrary<Value>, ops: readonly string[]): fc.Arbitrary<Test> {
  return fc.constantFrom(...ops).chain((op): fc.Arbitrary<Test> => {
    if (op === 'in' || op === 'not in')
      return fc
        .array(fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: fc.constant(null) }), {
          maxLength: 5,
        })
        .map((value) => ({ attribute, op, value }))
    if (op.endsWith('between')) return fc.tuple(values, values).map((value) => ({ attribute, op, value }))
    if (op.endsWith('exists')) return fc.constant({ attribute, op })
    if (op === '= null') return fc.constantFrom('=', '!=').map((each) => ({ attribute, op: each, value: null }))
    return values.map((value) => ({ attribute, op, value }))
  })
}
const EQUALITY = ['=', '!=', '<>', 'in', 'not in', 'exists', 'not exists', '= null']
const ORDERED = [...EQUALITY, ...COMPARISONS, 'between', 'not between']
const TEXTUAL = [...ORDERED, 'begins_with', 'contains', 'not contains']

const size = (attribute: string): fc.Arbitrary<Test> =>
  fc.record({
    attribute: fc.constant(attribute),
    op: fc.constant('size'),
    compare: fc.constantFrom('=', '!=', ...COMPARISONS),
    value: fc.nat(3),
  })
const moment = oneOf(DATES)
const dayOf = moment.chain((date) => fc.nat(20).map((length) => date.toISOString().slice(0, length)))
const anyTest: fc.Arbitrary<Test> = fc.oneof(
  testsOf('id', oneOf([...IDS, 'nobody', 'a', '#']), TEXTUAL),
  testsOf('code', oneOf([...CODES, 'none']), TEXTUAL),
  testsOf('teamId', oneOf(TEXTS), TEXTUAL),
  testsOf('kind', oneOf(PLACES), TEXTUAL),
  testsOf('region', oneOf(PLACES), TEXTUAL),
  testsOf('score', oneOf([...NUMBERS, 3, -0.5]), ORDERED),
  testsOf('qty', oneOf([...NUMBERS, 3, -0.5]), ORDERED),
  testsOf('due', moment, ORDERED),
  testsOf('due', dayOf, ['begins_with']),
  testsOf('createdAt', moment, ORDERED),
  testsOf('createdAt', dayOf, ['begins_with']),
  testsOf('label', oneOf(TEXTS), TEXTUAL),
  testsOf('flag', fc.boolean(), EQUALITY),
  testsOf('tags', oneOf([...TAGS, 'c']), ['contains', 'not contains', 'exists', 'not exists', '= null']),
  testsOf('tags', set, ['=', '!=']),
  testsOf('notes', oneOf([...TAGS, 1, 2, true]), ['contains', 'not contains', 'exists', 'not exists', '= null']),
  testsOf('meta.city', oneOf(CITIES), EQUALITY),
  testsOf('meta.city', oneOf(['R', '', 'Paris']), ['<', '>=', 'begins_with', 'contains']),
  ...['label', 'tags', 'notes', 'meta'].map(size),
)
const clauses: fc.Arbitrary<readonly Clause[]> = fc.letrec<{ clauses: readonly Clause[] }>((tie) => ({
  clauses: fc.array(
    fc.record({
      or: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      node: fc.oneof(
        { maxDepth: 2, depthSize: 'small' },
        { weight: 5, arbitrary: anyTest },
        { weight: 1, arbitrary: tie('clauses').filter((each) => each.length > 0) },
      ),
    }),
    { maxLength: 3, depthIdentifier: 'clauses' },
  ),
})).clauses

const is = (attribute: string, values: fc.Arbitrary<Value>): fc.Arbitrary<Test> =>
  values.map((value) => ({ attribute, op: '=', value }))
const bounds = (attribute: string, values: fc.Arbitrary<Value>, more: readonly string[] = []): fc.Arbitrary<Test[]> =>
  fc.array(testsOf(attribute, values, [...COMPARISONS, 'between', ...more]), { minLength: 1, maxLength: 2 })
/** How a query begins: what the table's key, a guard, or one of the indexes serves. */
const anchor: fc.Arbitrary<readonly Test[]> = fc.oneof(
  fc.constant([]),
  fc.tuple(is('id', oneOf(IDS))),
  fc.tuple(is('code', oneOf([...CODES, 'none']))),
  fc.tuple(testsOf('id', oneOf([...IDS, 'nobody']), ['in'])),
  fc.tuple(is('teamId', oneOf(TEXTS))),
  fc.tuple(is('teamId', oneOf(TEXTS)), bounds('createdAt', moment)).map(([team, more]) => [team, ...more]),
  fc.tuple(is('teamId', oneOf(TEXTS)), testsOf('createdAt', dayOf, ['begins_with'])),
  fc.tuple(is('kind', oneOf(PLACES)), is('region', oneOf(PLACES))),
  fc
    .tuple(is('kind', oneOf(PLACES)), is('region', oneOf(PLACES)), bounds('score', oneOf(NUMBERS)))
    .map(([a, b, more]) => [a, b, ...more]),
  fc.tuple(is('region', oneOf(PLACES))),
  fc.tuple(is('region', oneOf(PLACES)), bounds('createdAt', moment)).map(([region, more]) => [region, ...more]),
  fc.tuple(is('region', oneOf(PLACES)), is('flag', fc.boolean())),
  fc.tuple(is('label', oneOf(TEXTS))),
  fc.tuple(is('label', oneOf(TEXTS)), bounds('score', oneOf(NUMBERS))).map(([label, more]) => [label, ...more]),
  fc.tuple(is('score', oneOf(NUMBERS))),
  fc.tuple(testsOf('label', oneOf(TEXTS), ['in'])),
  fc.tuple(is('kind', oneOf(PLACES)), bounds('due', moment)).map(([kind, more]) => [kind, ...more]),
  fc
    .tuple(is('flag', fc.boolean()), bounds('label', oneOf(TEXTS), ['begins_with']))
    .map(([flag, more]) => [flag, ...more]),
)
const SORTABLE = ['score', 'due', 'label', 'qty', 'createdAt', 'id', 'flag', 'teamId', 'kind'] as const
export const SELECTABLE = ['id', 'code', 'kind', 'score', 'due', 'label', 'qty', 'tags', 'notes', 'meta', 'createdAt']

export const program: fc.Arbitrary<Program> = fc.record({
  where: fc
    .tuple(anchor, clauses)
    .map(([tests, more]) => [...tests.map((node): Clause => ({ or: false, node })), ...more]),
  order: fc.uniqueArray(
    fc.record({ attribute: fc.constantFrom(...SORTABLE), direction: fc.constantFrom('asc', 'desc') }),
    {
      maxLength: 2,
      selector: (each) => each.attribute,
    },
  ),
  limit: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(12) }),
  select: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(['id'], ['id', 'score'], ['label', 'score']) },
    { weight: 1, arbitrary: fc.uniqueArray(oneOf(SELECTABLE), { minLength: 1, maxLength: 4 }) },
  ),
  trashed: fc.constantFrom('without', 'without', 'with', 'only'),
  sugar: fc.boolean(),
})
