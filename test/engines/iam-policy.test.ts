import {
  type Connection,
  connect,
  DynamoDBModel,
  generateIamPolicy,
  type IamPolicy,
  registerModels,
  selectFrom,
  transaction,
} from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Author extends DynamoDBModel {
  static readonly indexes = { byCity: { partition: ['city'] } }
  attributes = {
    id: { type: 'string', required: true },
    email: { type: 'string', unique: true },
    city: { type: 'string', required: true },
    sold: { type: 'number' },
  } as const
  relationships = { books: { type: 'hasMany', model: () => Book, foreignKey: 'authorId' } } as const
}
class Book extends DynamoDBModel {
  static readonly softDeletes = true
  attributes = { id: { type: 'string', required: true }, authorId: { type: 'string', required: true } } as const
  relationships = { author: { type: 'belongsTo', model: () => Author, foreignKey: 'authorId' } } as const
}

class Plain extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true } } as const
}

/** What a request needs of IAM, as AWS's service authorization reference has it. */
interface Need {
  readonly action: string
  readonly resource: string
  readonly key: string | undefined
}

function needsOf(operation: string, input: any): readonly Need[] {
  const arn = (table: string, index?: string): string =>
    `arn:aws:dynamodb:us-east-1:123456789012:table/${table}${index === undefined ? '' : `/index/${index}`}`
  const need = (action: string, table: string, item?: any, index?: string): Need => ({
    action: `dynamodb:${action}`,
    resource: arn(table, index),
    key: item?.pk?.S,
  })
  switch (operation) {
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(input.RequestItems).map((table) => need(operation, table))
    case 'TransactWriteItems':
      return input.TransactItems.map((entry: any) => {
        const [kind = '', write] = Object.entries<any>(entry)[0] ?? []
        return need(
          kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`,
          write.TableName,
          write.Item ?? write.Key,
        )
      })
    case 'ExecuteStatement':
      return [need('PartiQLSelect', /FROM "([^"]+)"/.exec(input.Statement)?.[1] as string)]
    default:
      return [need(operation, input.TableName, input.Item ?? input.Key, input.IndexName)]
  }
}

function allows({ Statement }: IamPolicy, { action, resource, key }: Need): boolean {
  return Statement.some(({ Action, Resource, Condition }) => {
    const keys = (Condition as any)?.['ForAllValues:StringEquals']['dynamodb:LeadingKeys'] as
      | readonly string[]
      | undefined
    return (
      Action.includes(action) && Resource.includes(resource) && (keys === undefined || keys.includes(key as string))
    )
  })
}

describeEngines('IAM policies', (lane) => {
  let connection: Connection
  const needed: Need[] = []
  const sent = async (work: () => Promise<unknown>): Promise<readonly Need[]> => {
    needed.length = 0
    await connection.run(work)
    return [...needed]
  }
  beforeAll(() => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable('iam'),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'allow' },
    }).use((request, next) => {
      needed.push(...needsOf(request.operation, request.input))
      return next(request)
    })
    connection.run(() => registerModels(Author, Book, Plain))
  })
  afterAll(() => connection.close())
  const policy = (options: Parameters<typeof generateIamPolicy>[0]): IamPolicy =>
    generateIamPolicy({ account: '123456789012', ...options }, connection)

  test('what models do is allowed by the policy made of them, and what they do not is not', async () => {
    const migrating = await sent(() => DynamoDBModel.migrate())
    const writing = await sent(async () => {
      const author = await Author.create({ id: 'a1', email: 'a@x.io', city: 'Oslo' })
      await author.increment('sold')
      await author.update({ email: 'b@x.io' })
      await Book.batchCreate([
        { id: 'b1', authorId: 'a1' },
        { id: 'b2', authorId: 'a1' },
      ])
      await transaction(async (tx) => {
        await tx.create(Book, { id: 'b3', authorId: 'a1' })
        tx.check(author)
      })
      await Book.where('id', 'b3').delete()
      await (await Book.findOrFail('b2')).forceDelete()
    })
    const reading = await sent(async () => {
      await Author.where('email', 'b@x.io').first()
      await Author.where('city', 'Oslo').with('books').get()
      await Book.whereIn('id', ['b1', 'b2']).get()
      await Book.query().count()
      await Author.query().cursorPaginate(null, 1)
    })
    const refused = (by: IamPolicy, all: readonly Need[]): readonly string[] =>
      all.filter((need) => !allows(by, need)).map(({ action, resource }) => `${action} ${resource.split('table/')[1]}`)
    expect(refused(policy({ access: 'migrate' }), [...migrating, ...writing, ...reading])).toEqual([])
    expect(refused(policy({ access: 'write' }), [...writing, ...reading])).toEqual([])
    expect(refused(policy({ access: 'read' }), reading)).toEqual([])
    // Of what writes it allows what reads, and nothing else.
    const read = policy({ access: 'read' })
    expect(writing.filter((need) => allows(read, need)).map(({ action }) => action)).not.toContain('dynamodb:PutItem')
    expect(
      writing
        .filter(({ action }) => /Put|Update|Delete|BatchWrite|ConditionCheck/.test(action))
        .some((need) => allows(read, need)),
    ).toBe(false)
    expect(migrating.some(({ action }) => action === 'dynamodb:CreateTable')).toBe(true)
    expect(allows(policy({ access: 'write' }), { ...(migrating[0] as Need), action: 'dynamodb:CreateTable' })).toBe(
      false,
    )
    // No star, and no table or index that is not there.
    const { Statement } = policy({ access: 'migrate' })
    expect(
      Statement.flatMap(({ Action, Resource }) => [...Action, ...Resource]).filter((each) => each.includes('*')),
    ).toEqual([])
    const used = new Set([...migrating, ...writing, ...reading].map(({ resource }) => resource))
    expect(Statement.flatMap(({ Resource }) => Resource).filter((each) => !used.has(each))).toEqual([])
    const all = new Set([...migrating, ...writing, ...reading].map(({ action }) => action))
    expect(
      Statement.flatMap(({ Action }) => Action).filter(
        (each) => !all.has(each) && !/TimeToLive|UpdateTable/.test(each),
      ),
    ).toEqual([])
  })

  test('policies of some models, without scans, with PartiQL', async () => {
    const statements = await sent(() => selectFrom(Author).where('id', 'a1').get())
    expect(statements.every((need) => allows(policy({ access: 'read', partiql: true }), need))).toBe(true)
    const text = (options: Parameters<typeof generateIamPolicy>[0]): string => JSON.stringify(policy(options))
    expect(text({ scans: false })).not.toContain('Scan')
    expect(text({ models: [Author] })).toContain('GSI')
    expect(text({ models: [Plain] })).not.toContain('GSI')
    for (const wrong of [
      { access: 'all' },
      { account: '12' },
      { region: 'here' },
      { partition: 'x' },
      { models: [] },
    ] as never[])
      expect(() => policy(wrong)).toThrow(expect.objectContaining({ code: 'SECURITY.INVALID' }))
  })
})
