import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Connection, connect, DynamoDBModel, registerModels } from 'dynamodb-tooling'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CostMeter, HandWritten } from './cost-row.js'
import { costsPage } from './fixtures/costs-page.js'
import { fillShop, SHOP } from './fixtures/shop.js'
import { SHOP_COSTS } from './fixtures/shop-costs.js'
import { fillSocialNetwork, SOCIAL_NETWORK } from './fixtures/social-network.js'
import { SOCIAL_NETWORK_COSTS } from './fixtures/social-network-costs.js'
import { describeEngines, uniqueTable } from './support.js'

const PLACES = [
  { title: 'A shop', models: SHOP, fill: fillShop, rows: SHOP_COSTS },
  { title: 'A social network', models: SOCIAL_NETWORK, fill: fillSocialNetwork, rows: SOCIAL_NETWORK_COSTS },
] as const

for (const { title, models, fill, rows } of PLACES) {
  describeEngines(`${title}: costs`, (lane) => {
    let connection: Connection
    let meter: CostMeter
    let table: HandWritten
    let contents: Awaited<ReturnType<HandWritten['contents']>>

    beforeAll(async () => {
      connection = connect({
        region: 'us-east-1',
        defaultTableName: uniqueTable(),
        driver: lane.createDriver(),
        queryBuilder: { scans: 'forbid', cursorSecret: 'of the cost table' },
      })
      await connection.run(async () => {
        registerModels(...models)
        await DynamoDBModel.migrate()
        await fill()
      })
      meter = new CostMeter(connection)
      table = new HandWritten(connection)
      contents = await table.contents()
    })
    afterAll(() => connection.close())

    test.each(rows.map((row) => [row.pattern, row] as const))('%s', async (_, row) => {
      const held = await connection.run(async () => row.held?.())
      const ours = await connection.run(() => meter.of(() => row.ours(held as never)))
      const writes = ours.cost.endsWith('WCU')
      const left = writes ? await table.contents() : undefined
      if (writes) await table.restore(contents)
      const hand = await meter.of(() => row.hand(table))
      const told = lane.name === 'dynamodb-local' ? row.onDynamoDBLocal : undefined
      expect.soft([ours.cost, hand.cost]).toEqual(told ?? [row.cost, row.byHand ?? row.cost])
      expect.soft(ours.result).toEqual(hand.result)
      if (!writes) expect(ours.result).not.toEqual([])
      else {
        expect(left).not.toEqual(contents)
        expect.soft(left).toEqual(await table.contents())
        await table.restore(contents)
      }
    })
  })
}

test('every row that costs more than by hand says why', () => {
  const rows = PLACES.flatMap((place) => place.rows)
  expect(rows).toHaveLength(30)
  for (const { cost, byHand, because } of rows) {
    expect(byHand).not.toBe(cost)
    expect(because === undefined).toBe(byHand === undefined)
  }
})

test('docs/costs.md shows these figures', async () => {
  const page = fileURLToPath(new URL('../../docs/costs.md', import.meta.url))
  await expect(costsPage(readFileSync(page, 'utf8'), PLACES)).toMatchFileSnapshot(page)
})
