import {
  type Connection,
  configure,
  connect,
  DynamoDBModel,
  isConditionalCheckFailedError,
  isDuplicateKeyError,
  isDynamoDBToolingError,
  isModelNotFoundError,
  isNetworkError,
  isResourceNotFoundError,
  isThrottlingError,
  isTransactionCanceledError,
  isUniqueConstraintError,
  isValidationError,
  registerModels,
  resetConfig,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFaultDriver, type Fault } from '../../src/drivers/index.js'
import { Post, Profile, User } from './sample-models.js'
import { describeEngines, type EngineLane, uniqueTable } from './support.js'

// What the types promise (test/types) holds at run time, for programs in plain JavaScript and values nobody typed.

let connection: Connection
let ada: string

function useLane(lane: EngineLane): void {
  beforeAll(async () => {
    connection = configure({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    })
    registerModels(User, Post, Profile)
    await DynamoDBModel.migrate()
    ada = (await User.create({ email: 'ada@example.com', name: 'Ada', age: 36 })).id
    await Post.create({ id: 'first', userId: ada, title: 'First' })
  })
  afterAll(() => resetConfig())
}

/** What a call throws, now or later. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('it did not throw')
}

describeEngines('types at run time', (lane) => {
  useLane(lane)

  test('TS1: names in where, orderBy and select are checked, and the name that was meant is said', async () => {
    const query = User.query() as any
    const misspelled: Record<string, () => unknown> = {
      where: () => query.where('emial', 'x'),
      'where with an operator': () => query.where('emial', '>', 'x'),
      'where with an object': () => query.where({ emial: 'x' }),
      orWhere: () => query.orWhere('emial', 'x'),
      group: () => query.where((group: any) => group.where('emial', 'x')),
      static: () => (User as any).where('emial', 'x'),
      whereIn: () => query.whereIn('emial', ['x']),
      whereBetween: () => query.whereBetween('emial', 'a', 'b'),
      whereNull: () => query.whereNull('emial'),
      whereBeginsWith: () => query.whereBeginsWith('emial', 'a'),
      orderBy: () => query.orderBy('emial'),
      orderByDesc: () => query.orderByDesc('emial'),
      select: () => query.select('name', 'emial'),
      'select of a list': () => query.select(['emial']),
    }
    for (const [form, call] of Object.entries(misspelled)) {
      expect(await thrownBy(call), form).toMatchObject({
        code: 'QUERY.UNKNOWN_ATTRIBUTE',
        hint: 'Did you mean "email"?',
      })
    }
    expect(await thrownBy(() => query.where('name.first', 'x'))).toMatchObject({ code: 'QUERY.UNKNOWN_ATTRIBUTE' })
    expect(await thrownBy(() => (Post.query() as any).where('views', 'begins_with', '1'))).toMatchObject({
      code: 'QUERY.INVALID_OPERATOR',
    })
  })

  test('TS1: the right names find rows; a selection has what was selected and nothing else', async () => {
    const rows = await User.where('name', 'Ada').orderBy('email').select('name', 'age').get()
    expect(rows.map((row) => ({ ...row }))).toEqual([{ name: 'Ada', age: 36 }])
    expect(rows[0]).toBeInstanceOf(User)
  })

  test('TS1: a query that is built upon stays what it was', async () => {
    const all = Post.query()
    const none = all.where('title', 'another').orderBy('title').select('id').with('author')
    expect([await none.count(), await all.count()]).toEqual([0, 1])
    expect(Object.keys((await all.get())[0] as object)).toContain('title')
  })

  test('TS2: with() adds the relation to the record, and only with() does', async () => {
    const user = await User.with('posts', 'profile').first()
    expect(user?.posts.map((post: InstanceType<typeof Post> & { title: string }) => post.title)).toEqual(['First'])
    expect(user?.profile).toBeNull()
    const post = await Post.query().select('title', 'userId').with('author').first()
    expect(post?.author?.email).toBe('ada@example.com')
    const plain = await User.findOrFail(ada)
    expect(Object.keys(plain)).not.toContain('posts')
    expect((await plain.posts().get()).map((post: { title: string }) => post.title)).toEqual(['First'])
    expect(await thrownBy(() => (User.query() as any).with('post'))).toMatchObject({
      message: 'User has no relation "post".',
      hint: expect.stringContaining('posts'),
    })
  })

  test('TS2: first() and find() give null for what is not there, findOrFail never does', async () => {
    expect(await User.where('name', 'Nobody').first()).toBeNull()
    expect(await Profile.first()).toBeNull()
    expect(await User.find('nobody')).toBeNull()
    expect(isModelNotFoundError(await thrownBy(() => User.findOrFail('nobody')))).toBe(true)
    for (const key of [null, undefined])
      expect(await thrownBy(() => User.find(key as never))).toMatchObject({ code: 'MODEL.INVALID_INPUT' })
  })

  test('TS3: what the types refuse in create and update is refused at run time, and nothing is written', async () => {
    const wrong: Record<string, [() => unknown, object]> = {
      'a required attribute forgotten': [
        () => Post.create({ id: 'bad', userId: ada } as never),
        { errors: { title: ['title is required.'] } },
      ],
      'an unknown attribute': [
        () => Post.create({ id: 'bad', userId: ada, titel: 'x' } as never),
        { code: 'MODEL.UNKNOWN_ATTRIBUTE', hint: 'Did you mean "title"?' },
      ],
      'a wrong type': [
        () => Post.create({ id: 'bad', userId: ada, title: 7 } as never),
        { errors: { title: ['title must be a string, not a number.'] } },
      ],
      'a value that the enum does not know': [
        () => Post.create({ id: 'bad', userId: ada, title: 'x', status: 'archived' } as never),
        { code: 'VALIDATION.FAILED' },
      ],
      'null for what is required': [
        () => Post.create({ id: 'bad', userId: ada, title: null } as never),
        { errors: { title: ['title is required.'] } },
      ],
    }
    for (const [what, [call, error]] of Object.entries(wrong)) expect(await thrownBy(call), what).toMatchObject(error)
    expect(await Post.find('bad')).toBeNull()

    const post = await Post.findOrFail('first')
    for (const values of [{ title: null }, { title: undefined }, { title: 7 }, { titel: 'x' }]) {
      const record = await Post.findOrFail('first')
      expect(isDynamoDBToolingError(await thrownBy(() => record.update(values as never)))).toBe(true)
    }
    expect((await post.fresh())?.toJSON()).toEqual(post.toJSON())
  })

  test('TS3: what the types let through is taken, in every form', async () => {
    const post = await Post.create({
      userId: ada,
      title: 'All of it',
      body: null,
      views: undefined,
      tags: new Set(['a']),
      meta: { a: [1] },
      createdAt: '2026-01-31T12:00:00.000Z',
    })
    const found = await Post.findOrFail(post.id)
    expect([found.status, found.views, found.body]).toEqual(['draft', 0, null])
    expect(found.createdAt).toEqual(new Date('2026-01-31T12:00:00.000Z'))
    await found.update({ body: 'text', tags: undefined })
    expect([found.body, found.tags, (await found.fresh())?.tags]).toEqual(['text', undefined, undefined])
    await found.delete()
  })
})

describeEngines('error guards', (lane) => {
  useLane(lane)

  const guards = {
    isThrottlingError,
    isConditionalCheckFailedError,
    isResourceNotFoundError,
    isTransactionCanceledError,
    isNetworkError,
    isDuplicateKeyError,
    isUniqueConstraintError,
    isModelNotFoundError,
    isValidationError,
  }

  /** The error of a find on a connection whose driver fails in this way each time. */
  async function failure(fault: Fault): Promise<unknown> {
    const driver = createFaultDriver(lane.createDriver(), { rates: { [fault]: 1 } })
    const faulty = connect({ region: 'us-east-1', driver, retries: { maxRetries: 1, baseDelay: 1 } })
    try {
      return await thrownBy(() => User.on(faulty).find(ada))
    } finally {
      await faulty.close()
    }
  }

  test('TS4: each guard knows its error among real ones, and no other', async () => {
    const TableName = connection.config.defaultTableName
    const missing = {
      TableName,
      Key: { pk: { S: 'NOBODY' }, sk: { S: 'NOBODY' } },
      ConditionExpression: 'attribute_exists(#k)',
      ExpressionAttributeNames: { '#k': 'pk' },
    }
    const errors: Record<keyof typeof guards, unknown> = {
      isThrottlingError: await failure('throttle'),
      isNetworkError: await failure('refuse'),
      isConditionalCheckFailedError: await thrownBy(() => connection.send('DeleteItem', missing)),
      isResourceNotFoundError: await thrownBy(() =>
        connection.send('GetItem', { TableName: uniqueTable('absent'), Key: missing.Key }),
      ),
      isTransactionCanceledError: await thrownBy(() =>
        connection.send('TransactWriteItems', { TransactItems: [{ ConditionCheck: missing }] }),
      ),
      isDuplicateKeyError: await thrownBy(() => Post.create({ id: 'first', userId: ada, title: 'Again' })),
      isUniqueConstraintError: await thrownBy(() => User.create({ email: 'ada@example.com', name: 'Other' })),
      isModelNotFoundError: await thrownBy(() => User.findOrFail('nobody')),
      isValidationError: await thrownBy(() => User.create({})),
    }
    for (const [name, error] of Object.entries(errors)) {
      const knownBy = Object.entries(guards).filter(([, guard]) => guard(error))
      expect([name, knownBy.map(([guard]) => guard)]).toEqual([name, [name]])
      expect([isDynamoDBToolingError(error), error instanceof Error], name).toEqual([true, true])
    }
    for (const guard of Object.values(guards))
      for (const other of [undefined, null, 'SERVICE.THROTTLED', {}, new Error('any')]) expect(guard(other)).toBe(false)
  })

  test('TS4: a guard opens what its error carries', async () => {
    const { defaultTableName: TableName } = connection.config
    const Key = { pk: { S: 'POST#first' }, sk: { S: 'POST#first' } }
    const names = { ExpressionAttributeNames: { '#k': 'pk' }, ConditionExpression: 'attribute_not_exists(#k)' }
    const failed = await thrownBy(() =>
      connection.send('DeleteItem', { TableName, Key, ...names, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    )
    expect(isConditionalCheckFailedError(failed) && failed.item?.['title']).toEqual({ S: 'First' })
    const canceled = await thrownBy(() =>
      connection.send('TransactWriteItems', {
        TransactItems: [
          { Put: { TableName, Item: { pk: { S: 'X' }, sk: { S: 'X' } } } },
          { ConditionCheck: { TableName, Key, ...names } },
        ],
      }),
    )
    expect(isTransactionCanceledError(canceled) && canceled.reasons.map(({ Code }) => Code)).toEqual([
      'None',
      'ConditionalCheckFailed',
    ])
    const throttled = await failure('throttle')
    expect(isThrottlingError(throttled) && [throttled.code, throttled.attempts]).toEqual(['SERVICE.THROTTLED', 2])
    const taken = await thrownBy(() => User.create({ email: 'ada@example.com', name: 'Other' }))
    expect(isUniqueConstraintError(taken) && taken.attribute).toBe('email')
    const invalid = await thrownBy(() => User.create({}))
    expect(isValidationError(invalid) && invalid.violations.map(({ attribute }) => attribute)).toEqual([
      'email',
      'name',
    ])
  })
})
