import { readFileSync } from 'node:fs'
import { type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CostMeter, HandWritten } from './cost-row.js'
import { describeEngines, uniqueTable } from './support.js'

const id = { type: 'string', required: true } as const
const string = { type: 'string' } as const

class Writer extends DynamoDBModel {
  attributes = { id, name: string } as const
  relationships = { essays: { type: 'hasMany', model: () => Essay, foreignKey: 'writerId' } } as const
}
class Essay extends DynamoDBModel {
  attributes = { id, writerId: string, title: string } as const
  relationships = {
    writer: { type: 'belongsTo', model: () => Writer, foreignKey: 'writerId' },
    replies: { type: 'hasMany', model: () => Reply, foreignKey: 'essayId' },
  } as const
}
class Reply extends DynamoDBModel {
  attributes = { id, essayId: string, text: string } as const
}
/** A shop keeps all that belongs to it in one partition. */
class Shop extends DynamoDBModel {
  static keyPattern = { pk: 'SHOP#{id}', sk: 'SHOP' }
  attributes = { id, name: string } as const
  relationships = {
    shelves: { type: 'hasMany', model: () => Shelf, foreignKey: 'shopId' },
    owner: { type: 'hasOne', model: () => Owner, foreignKey: 'shopId' },
  } as const
}
class Shelf extends DynamoDBModel {
  static keyPattern = { pk: 'SHOP#{shopId}', sk: 'SHELF#{id}' }
  static softDeletes = true
  attributes = { id, shopId: { type: 'string', required: true } } as const
}
class Owner extends DynamoDBModel {
  static keyPattern = { pk: 'SHOP#{shopId}', sk: 'OWNER#{id}' }
  attributes = { id, shopId: { type: 'string', required: true } } as const
}

const WRITERS = 50
const ESSAYS = 20
const ids = Array.from({ length: WRITERS }, (_, i) => `w${String(i).padStart(2, '0')}`)
const essayIds = ids.flatMap((writer) =>
  Array.from({ length: ESSAYS }, (_, i) => `${writer}-${String(i).padStart(2, '0')}`),
)

/** What docs/costs.md says of a row is what the embedded engine counts. */
const told = (lane: string, row: string, cost: string): void => {
  if (lane === 'dynoxide') expect(readFileSync('docs/costs.md', 'utf8')).toContain(`| ${row} | ${cost} | the same |`)
}

describeEngines('what reading along costs', (lane) => {
  let connection: Connection
  let meter: CostMeter
  let table: HandWritten
  const measured = (title: string, body: () => Promise<void>): void => test(title, () => connection.run(body))

  beforeAll(async () => {
    connection = connect({
      region: 'us-east-1',
      defaultTableName: uniqueTable(),
      driver: lane.createDriver(),
      queryBuilder: { scans: 'forbid', designCheck: 'off' },
    })
    await connection.run(async () => {
      registerModels(Writer, Essay, Reply, Shop, Shelf, Owner)
      await DynamoDBModel.migrate()
      await Writer.batchCreate(ids.map((writer) => ({ id: writer, name: writer })))
      await Essay.batchCreate(essayIds.map((essay) => ({ id: essay, writerId: essay.slice(0, 3), title: essay })))
      await Reply.batchCreate(essayIds.slice(0, 100).map((essay) => ({ id: `r-${essay}`, essayId: essay, text: 'x' })))
      await Shop.create({ id: 's', name: 'S' })
      await Shelf.batchCreate(['1', '2', '3'].map((shelf) => ({ id: shelf, shopId: 's' })))
      await (await Shelf.findOrFail({ shopId: 's', id: '3' })).delete()
      await Owner.create({ id: 'o', shopId: 's' })
    })
    meter = new CostMeter(connection)
    table = new HandWritten(connection)
  })
  afterAll(() => connection.close())

  /** The writers in one batch, and one Query for each of them. */
  const byHand = (select: object = {}) =>
    meter.of(async () => {
      await table.batchGet(ids.map((writer) => ({ pk: { S: `WRITER#${writer}` }, sk: { S: `WRITER#${writer}` } })))
      await Promise.all(
        ids.map((writer) =>
          table.query({
            IndexName: 'GSI1',
            KeyConditionExpression: '#p = :p',
            ExpressionAttributeNames: { '#p': 'gsi1pk' },
            ExpressionAttributeValues: { ':p': { S: `WRITER#${writer}` } },
            ...select,
          }),
        ),
      )
      return ESSAYS
    })

  measured('R6: 50 writers with 20 essays each cost what the best requests by hand cost', async () => {
    expect(Essay.query().where('writerId', 'w00').explain().index).toBe('GSI1')
    const ours = await meter.of(async () => {
      const writers = await Writer.query().whereIn('id', ids).orderBy('id').with('essays').get()
      expect(writers.map((writer) => writer.essays.length)).toEqual(Array<number>(WRITERS).fill(ESSAYS))
      return ESSAYS
    })
    told(lane.name, '50 users with 20 posts each', ours.cost)
    expect(ours.cost).toBe((await byHand()).cost)
  })

  measured(
    'R6: 50 writers with 20 essays each and their replies cost a Query for each essay more, as by hand',
    async () => {
      const ours = await meter.of(async () => {
        const writers = await Writer.query().whereIn('id', ids).orderBy('id').with('essays.replies').get()
        const replies = writers.flatMap((writer) =>
          writer.essays.flatMap((essay) => essay.replies.map((each) => each.id)),
        )
        expect(replies.sort()).toEqual(essayIds.slice(0, 100).map((essay) => `r-${essay}`))
        return ESSAYS
      })
      const hand = await meter.of(async () => {
        await byHand()
        const index = {
          IndexName: 'GSI1',
          KeyConditionExpression: '#p = :p',
          ExpressionAttributeNames: { '#p': 'gsi1pk' },
        }
        for (let at = 0; at < essayIds.length; at += 50)
          await Promise.all(
            essayIds
              .slice(at, at + 50)
              .map((essay) => table.query({ ...index, ExpressionAttributeValues: { ':p': { S: `ESSAY#${essay}` } } })),
          )
        return ESSAYS
      })
      told(lane.name, 'the same, with the comments of each post', ours.cost)
      expect(ours.cost).toBe(hand.cost)
    },
  )

  measured('R7: 50 writers with the number of their essays cost a COUNT for each', async () => {
    const ours = await meter.of(async () => {
      const writers = await Writer.query().whereIn('id', ids).orderBy('id').withCount('essays').get()
      expect(writers.every((writer) => writer.essaysCount === ESSAYS)).toBe(true)
      return ESSAYS
    })
    told(lane.name, '50 users with the number of their posts', ours.cost)
    expect(ours.cost).toBe((await byHand({ Select: 'COUNT' })).cost)
  })

  measured('R6: 1,000 essays with their writers: one batch of the 50 distinct keys', async () => {
    const ours = await meter.of(async () => {
      const essays = await Essay.query().whereIn('id', essayIds).with('writer').get()
      expect(essays.every((essay) => essay.writer?.id === essay.writerId)).toBe(true)
      return essays.length
    })
    const hand = await meter.of(async () => {
      const key = (kind: string, each: string) => ({ pk: { S: `${kind}#${each}` }, sk: { S: `${kind}#${each}` } })
      for (let at = 0; at < essayIds.length; at += 100)
        await table.batchGet(essayIds.slice(at, at + 100).map((essay) => key('ESSAY', essay)))
      await table.batchGet(ids.map((writer) => key('WRITER', writer)))
      return essayIds.length
    })
    told(lane.name, '1,000 posts with their 50 users', ours.cost)
    expect(ours.cost).toBe(hand.cost)
  })

  measured('R6: a row and all that shares its partition are one Query', async () => {
    const ours = await meter.of(async () => {
      const shop = await Shop.query().where('id', 's').with('shelves', 'owner').first()
      return [shop?.name, shop?.shelves.map((shelf) => shelf.id), shop?.owner?.id]
    })
    expect(ours.result).toEqual(['S', ['1', '2'], 'o'])
    const hand = await meter.of(async () => {
      await table.query({
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': { S: 'SHOP#s' } },
      })
      return 0
    })
    expect(ours.cost).toBe(hand.cost)
    expect(await Shop.query().where('id', 'none').with('shelves', 'owner').first()).toBeNull()
    // Not all that is there is wanted: each is asked for by itself.
    const some = await meter.of(
      async () => (await Shop.query().where('id', 's').with('shelves').first())?.shelves.length,
    )
    expect([some.result, some.cost.startsWith('1 GetItem + 1 Query')]).toEqual([2, true])
    const latest = await Shop.query()
      .where('id', 's')
      .with({ shelves: (shelves) => shelves.where('id', '2'), owner: true })
      .first()
    expect(latest?.shelves.map((shelf) => shelf.id)).toEqual(['2'])
  })
})
