import { type Connection, connect, DynamoDBModel, type Plan } from 'dynamodb-tooling'
import { describe, expect, test } from 'vitest'
import type { Driver } from '../../../src/drivers/index.js'

/** Nothing is sent: the planner decides without asking. */
const driver = {
  name: 'none',
  capabilities: { retries: true },
  send: () => Promise.reject(new TypeError('a plan was sent')),
  close: () => Promise.resolve(),
} as unknown as Driver

class Team extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true } } as const
}

class Task extends DynamoDBModel {
  static timestamps = true
  static indexes = {
    byState: { partition: ['state'], sort: ['due'] },
    byPair: { partition: ['state', 'area'], sort: ['points'] },
  }
  attributes = {
    id: { type: 'string', required: true },
    code: { type: 'string', unique: true },
    teamId: { type: 'string', required: true },
    state: { type: 'string', required: true },
    area: { type: 'string' },
    due: { type: 'date' },
    points: { type: 'number', required: true },
    title: { type: 'string' },
  } as const
  relationships = { team: { type: 'belongsTo', model: () => Team, foreignKey: 'teamId', sortBy: 'createdAt' } } as const
}

/** With something to hide, in a key and out of it. */
class Patient extends DynamoDBModel {
  static indexes = { byName: { partition: ['name'] } }
  attributes = {
    id: { type: 'string', required: true },
    name: { type: 'string', hidden: true },
    insurance: { type: 'string', hidden: true, unique: true },
    ward: { type: 'string' },
    note: { type: 'string', hidden: true },
  } as const
  relationships = {
    orders: { type: 'hasMany', model: () => Order, foreignKey: 'shop' },
    team: { type: 'belongsTo', model: () => Team, foreignKey: 'ward' },
  } as const
}

/** Rows of one partition, several to a key of the index. */
class Order extends DynamoDBModel {
  static keyPattern = { pk: 'SHOP#{shop}', sk: 'ORDER#{at}#{id}', gsi1pk: 'STATE#{state}', gsi1sk: 'STATE#{state}' }
  attributes = {
    id: { type: 'string', required: true },
    shop: { type: 'string', required: true },
    at: { type: 'number', required: true },
    state: { type: 'string', required: true },
    total: { type: 'number' },
  } as const
}

function modelsOn(
  config: object = {},
  models: readonly (typeof DynamoDBModel)[] = [Team, Task, Order],
): { task: typeof Task; order: typeof Order } {
  const connection: Connection = connect({ region: 'us-east-1', defaultTableName: 'Tasks', driver, ...config })
  for (const model of models) model.on(connection).query()
  return { task: Task.on(connection), order: Order.on(connection) }
}
const { task, order } = modelsOn()
const tasks = task.query()
const orders = order.query()
const DAY = '2026-01-31'

/** A plan in short: what is read, the sort key's range, whether something is filtered or sorted in memory, and the direction. */
function brief(plan: Plan): string {
  const sort = plan.keyCondition?.sort[0]
  const range = sort === undefined ? '' : sort.kind === 'compare' ? ` ${sort.op}` : ` ${sort.kind}`
  const words = [`${plan.operation}${plan.index === undefined ? '' : ` ${plan.index}`}${range}`]
  if (plan.filter !== undefined) words.push('filter')
  if (plan.inMemory.sort.length > 0) words.push('sort')
  if (!plan.forward) words.push('back')
  for (const part of plan.merged) words.push(`[${brief(part)}]`)
  return words.join(' ')
}

const PLANS: readonly (readonly [string, { explain(): Plan }, string])[] = [
  ['all', tasks, 'Scan filter'],
  ['by id', tasks.where('id', 'a'), 'GetItem'],
  ['by id and more', tasks.where('id', 'a').where('points', '>', 1), 'GetItem filter'],
  ['by id, ordered', tasks.where('id', 'a').orderBy('points'), 'GetItem'],
  ['by two ids at once', tasks.where('id', 'a').where('id', 'b'), 'GetItem filter'],
  ['by a list of ids', tasks.whereIn('id', ['a', 'b', 'a']), 'BatchGetItem'],
  ['by a list of one', tasks.whereIn('id', ['a']), 'GetItem'],
  ['by a list of none', tasks.whereIn('id', []), 'None'],
  ['by a list with null', tasks.whereIn('id', ['a', null as never]), 'Scan filter'],
  ['by a unique attribute', tasks.where('code', 'x'), 'GuardLookup filter'],
  ['by a prefix of one', tasks.whereBeginsWith('code', 'x'), 'Scan filter'],
  ['of a parent', tasks.where('teamId', 't'), 'Query GSI1 begins-with'],
  ['of a parent, newest first', tasks.where('teamId', 't').latest(), 'Query GSI1 begins-with back'],
  ['of a parent, since', tasks.where('teamId', 't').where('createdAt', '>=', DAY), 'Query GSI1 between'],
  ['of a parent, after', tasks.where('teamId', 't').where('createdAt', '>', DAY), 'Query GSI1 between'],
  ['of a parent, on a day', tasks.where('teamId', 't').whereBeginsWith('createdAt', DAY), 'Query GSI1 begins-with'],
  ['of a parent, never', tasks.where('teamId', 't').whereBetween('createdAt', DAY, '2025-01-01'), 'None'],
  ['of a parent, else', tasks.where('teamId', 't').where('title', 'x'), 'Query GSI1 begins-with filter'],
  ['of a parent, else ordered', tasks.where('teamId', 't').orderBy('title'), 'Query GSI1 begins-with sort'],
  ['of a parent, by id', tasks.where('teamId', 't').where('id', 'a'), 'GetItem filter'],
  [
    'of several parents',
    tasks.whereIn('teamId', ['t', 'u']),
    'MergedQuery [Query GSI1 begins-with] [Query GSI1 begins-with]',
  ],
  [
    'of a parent or by id',
    tasks.where('teamId', 't').orWhere('id', 'a'),
    'MergedQuery [Query GSI1 begins-with] [GetItem]',
  ],
  ['of a parent or anything', tasks.where('teamId', 't').orWhere('title', 'x'), 'Scan filter'],
  ['not of a parent', tasks.whereNot('teamId', 't'), 'Scan filter'],
  ['sparse, left open', tasks.where('state', 's'), 'Scan filter'],
  ['sparse, bounded', tasks.where('state', 's').where('due', '<', DAY), 'Query GSI2 between'],
  ['sparse, only excluded', tasks.where('state', 's').where('due', '!=', DAY), 'Scan filter'],
  [
    'sparse, but an OR',
    tasks.where('state', 's').where((q) => q.where('due', DAY).orWhere('title', 'x')),
    'Scan filter',
  ],
  ['two attributes', tasks.where('state', 's').where('area', 'a'), 'Query GSI3 begins-with'],
  ['two attributes, a number', tasks.where({ state: 's', area: 'a' }).where('points', '>', -5), 'Query GSI3 between'],
  [
    'two attributes, ordered',
    tasks.where({ state: 's', area: 'a' }).orderByDesc('points'),
    'Query GSI3 begins-with back',
  ],
  [
    'fixed attribute first in order',
    tasks.where({ state: 's', area: 'a' }).orderByDesc('state').orderBy('points'),
    'Query GSI3 begins-with',
  ],
  [
    'order in two directions',
    tasks.where({ state: 's', area: 'a' }).orderBy('points').orderByDesc('id'),
    'Query GSI3 begins-with sort',
  ],
  [
    'order as the key goes on',
    tasks.where({ state: 's', area: 'a' }).orderBy('points').orderBy('id'),
    'Query GSI3 begins-with',
  ],
  ['an index by name', tasks.index('byState').where('state', 's'), 'Query GSI2 begins-with'],
  ['an index by name, whole', tasks.index('byState'), 'Scan GSI2 filter'],
  ['strongly consistent', tasks.where('teamId', 't').consistentRead(), 'Scan filter'],
  ['of a partition', orders.where('shop', 's'), 'Query begins-with filter'],
  ['of a partition, range', orders.where('shop', 's').whereBetween('at', 1, 5), 'Query between filter'],
  ['of a partition, whole key', orders.where({ shop: 's', at: 1, id: 'x' }), 'GetItem'],
  ['many rows to one index key', orders.where('state', 's').orderBy('total'), 'Query GSI1 = filter sort'],
]

describe('the planner', () => {
  test.each(PLANS)('Q15: %s', (_, query, wanted) => {
    expect(brief(query.explain())).toBe(wanted)
  })

  test('E1: the same query gives the same plan, in another program too, and plans are frozen', () => {
    const again = modelsOn().task.query()
    for (const build of [
      (q: typeof tasks) => q.where('teamId', 't').where('createdAt', '>', DAY).orderBy('title').limit(3).select('id'),
      (q: typeof tasks) => q.whereIn('teamId', ['t', 'u']).orWhere('id', 'a').skip(1),
    ]) {
      const [one, two] = [build(tasks).explain(), build(again).explain()]
      expect(JSON.stringify(two)).toBe(JSON.stringify(one))
      expect(String(two)).toBe(String(one))
      expect(Object.isFrozen(one)).toBe(true)
    }
  })

  test('Z12: values do not reach out of their place in a key', () => {
    const plan = tasks.where({ state: 'a#area', area: 'b' }).explain()
    expect(plan.keyCondition?.partition[0]?.value).toEqual({ S: 'TASK#state#a%23area#area#b' })
  })

  test('Q18: a selection brings the key, what it is sorted by, and nothing else', () => {
    expect(tasks.where('teamId', 't').orderBy('title').select('points').explain().projection).toEqual([
      'points',
      'id',
      'title',
    ])
    expect(orders.where('shop', 's').select('total').explain().projection).toEqual(['total', 'id', 'shop', 'at'])
  })

  test('a condition is in the key or in the filter, never lost', () => {
    const { keyCondition, filter } = tasks
      .where('teamId', 't')
      .where('createdAt', '>', DAY)
      .where('points', 3)
      .explain()
    expect(keyCondition?.sort).toEqual([
      { kind: 'between', name: 'gsi1sk', low: { S: `TASK#${DAY}T00:00:00.000Z$` }, high: { S: 'TASK$' } },
    ])
    expect(filter).toMatchObject({ kind: 'compare', left: { path: ['points'] }, right: { value: { N: '3' } } })
  })

  test('K6: a delimiter that sorts above values: ranges and order are left to filter and memory', () => {
    const other = modelsOn({ singleTableDesign: { keyDelimiter: '|' } }, [Team, Task])
      .task.query()
      .where('teamId', 't')
    expect(brief(other.where('createdAt', '>', DAY).explain())).toBe('Query GSI1 begins-with filter')
    expect(brief(other.latest().explain())).toBe('Query GSI1 begins-with sort')
  })

  test('timestamps stored as numbers have no beginning, in keys or out of them', () => {
    const unix = modelsOn({ queryBuilder: { timestampFormat: 'unix' } }).task.query()
    for (const query of [unix, unix.where('teamId', 't')])
      expect(() => query.whereBeginsWith('createdAt', '2026').explain()).toThrow(
        expect.objectContaining({ code: 'QUERY.INVALID_OPERATOR' }),
      )
  })

  test.each([
    ['QUERY.UNKNOWN_INDEX', () => tasks.index('nope' as never).explain()],
    ['QUERY.CONSISTENT_INDEX', () => tasks.index('byState').consistentRead().explain()],
    ['QUERY.UNKNOWN_ATTRIBUTE', () => tasks.where('titel' as never, 'x' as never)],
    ['QUERY.INVALID_OPERATOR', () => tasks.where('points', 'begins_with' as never, 'x' as never)],
    ['QUERY.INVALID_VALUE', () => tasks.limit(1.5)],
  ])('%s is thrown before anything is sent', (code, run) => {
    expect(run).toThrow(expect.objectContaining({ code }))
  })
})

describe('what a plan tells', () => {
  const connection = connect({ region: 'us-east-1', defaultTableName: 'Ward', driver })
  const patients = Patient.on(connection).query()

  test('E1: no value of a hidden attribute, in whatever condition it is', () => {
    const secret = 'S3CR3T'
    const told = [
      patients.where('name', secret),
      patients.where('insurance', secret),
      patients.where('ward', '7').where('note', '!=', secret),
      patients.where('ward', '7').whereBetween('note', secret, `${secret}1`),
      patients.where('ward', '7').whereIn('note', [secret, 'x']),
      patients.where('ward', '7').whereBeginsWith('note', secret),
      patients.where('ward', '7').whereContains('note', secret),
      patients.where('ward', '7').where((query) => query.where('note', secret).orWhere('note', null)),
    ].map((query) => String(query.explain()))
    for (const text of told) {
      expect(text).toContain('[hidden]')
      expect(text).not.toContain(secret)
    }
    expect(told[2]).toContain('7')
  })

  test('E1: what relations add', () => {
    const plan = patients.where('id', '1').with('orders', 'team').withCount('orders').has('orders').explain()
    expect(plan.relations).toEqual([
      { relation: 'orders', for: 'test', requests: 'a Query for each distinct id, at most 16 at a time' },
      { relation: 'orders', for: 'read', requests: 'a Query for each distinct id, at most 16 at a time' },
      { relation: 'team', for: 'read', requests: 'a BatchGetItem for each 100 distinct keys' },
      { relation: 'orders', for: 'count', requests: 'a Query for each distinct id, at most 16 at a time' },
    ])
    expect(String(plan)).toContain('  with       team: a BatchGetItem for each 100 distinct keys')
  })

  test('E1: advice that the model can follow', () => {
    expect(patients.explain().advice[0]).toContain("all: { sort: ['id'] }")
    expect(tasks.explain().advice[0]).toContain("all: { sort: ['createdAt'] }")
    expect(tasks.where('state', 'open').orderBy('due').explain().advice[0]).toContain("add whereNotNull('due')")
    expect(tasks.where('state', 'open').orderBy('title').explain().advice[0]).toContain("sort: ['title']")
  })
})
