import { type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from './support.js'

class Page extends DynamoDBModel {
  static softDeletes = true
  attributes = { id: { type: 'string', required: true }, title: { type: 'string' } } as const
}

describeEngines('finds that are made together', (lane) => {
  let connection: Connection
  const sent: string[] = []
  let fail = false
  const run = (title: string, body: () => Promise<void>): void => test(title, () => connection.run(body))

  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { coalesce: true, designCheck: 'off' },
    })
    connection.use((request, next) => {
      sent.push(request.operation)
      if (fail) throw new RangeError('the wire is cut')
      return next(request)
    })
    await connection.run(async () => {
      registerModels(Page)
      await DynamoDBModel.migrate()
      await Page.batchCreate(Array.from({ length: 150 }, (_, i) => ({ id: `p${i}`, title: `T${i}` })))
      await (await Page.findOrFail('p9')).delete()
    })
  })
  afterAll(() => connection.close())

  run('E5: concurrent finds are one batch, each key once, and every caller has its own record', async () => {
    sent.length = 0
    const deep = async (key: string) => {
      await Promise.resolve()
      return Page.find(key)
    }
    const pages = await Promise.all([Page.find('p1'), Page.find('p2'), deep('p1'), Page.find('none'), Page.find('p9')])
    expect(pages.map((page) => page?.title)).toEqual(['T1', 'T2', 'T1', undefined, undefined])
    expect(sent).toEqual(['BatchGetItem'])
    if (pages[0] !== null) pages[0].title = 'changed'
    expect(pages[2]?.title).toBe('T1')
    sent.length = 0
    expect((await Page.find('p3'))?.title).toBe('T3')
    expect(sent).toEqual(['GetItem'])
    sent.length = 0
    await Promise.all(Array.from({ length: 150 }, (_, i) => Page.find(`p${i}`)))
    expect(sent).toEqual(['BatchGetItem', 'BatchGetItem'])
    sent.length = 0
    await Promise.all([Page.find('p1'), Page.find('p2', { consistentRead: true })])
    expect(sent).toEqual(['GetItem', 'GetItem'])
  })

  run('E5: a failure reaches every caller, and none after it', async () => {
    fail = true
    const ends = await Promise.allSettled([Page.find('p1'), Page.find('p2')])
    fail = false
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect((await Page.find('p1'))?.title).toBe('T1')
  })
})
