import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createEmbeddedDriver } from '../../src/drivers/embedded/embedded-driver.js'
import type { Driver } from '../../src/drivers/index.js'
import { eventually } from './processes.js'
import { describeEngines } from './support.js'

let dbPath = ''
beforeEach(() => {
  dbPath = realpathSync(mkdtempSync(join(tmpdir(), 'engine-')))
  return () => rmSync(dbPath, { recursive: true, force: true })
})

describeEngines('durability', ({ name }) => {
  test('Z20: kill -9 of the engine during concurrent writes on a file loses no acknowledged item', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => warned.mockRestore())
    const driver = createEmbeddedDriver({ engine: name, port: 0, dbPath }) as Driver & { readonly pid?: number }
    onTestFinished(() => driver.close())
    const TableName = 'z20'
    // DynamoDB Local writes a tenth as fast, and starts in seconds.
    const rounds = name === 'dynoxide' ? 3 : 1
    const index = {
      IndexName: 'byGroup',
      KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
    }
    await driver.send('CreateTable', {
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: ['id', 'g'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: [index],
    })
    const acknowledged = new Set<string>()
    for (let round = 0; round < rounds; round += 1) {
      let dead = false
      const item = (id: string) => ({ id: { S: id }, g: { S: 'g' }, text: { S: 'x'.repeat(500) } })
      const writer = async (name: string) => {
        for (let n = 0; !dead; n += 1) {
          const id = `${round}-${name}-${n}`
          const ids = n % 3 === 0 ? [id] : [id, `${id}b`, `${id}c`]
          try {
            if (n % 3 === 0) await driver.send('PutItem', { TableName, Item: item(id) })
            else if (n % 3 === 1) {
              await driver.send('TransactWriteItems', {
                TransactItems: ids.map((each) => ({ Put: { TableName, Item: item(each) } })),
              })
            } else {
              await driver.send('BatchWriteItem', {
                RequestItems: { [TableName]: ids.map((each) => ({ PutRequest: { Item: item(each) } })) },
              })
            }
            for (const each of ids) acknowledged.add(each)
          } catch {
            dead = true
          }
        }
      }
      const writers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(writer)
      const before = acknowledged.size
      await eventually(() => acknowledged.size > before + 100 * rounds)
      const { pid } = driver
      if (pid === undefined) throw new Error('no engine')
      process.kill(pid, 'SIGKILL')
      await eventually(() => driver.pid !== pid)
      dead = true
      await Promise.all(writers)

      const stored = async (IndexName?: string) => {
        const ids = new Set<string>()
        let start: Record<string, never> | undefined
        do {
          const page = await driver.send('Scan', {
            TableName,
            ...(IndexName === undefined ? {} : { IndexName }),
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          })
          for (const found of page.Items ?? []) ids.add((found['id'] as { S: string }).S)
          start = page.LastEvaluatedKey as never
        } while (start !== undefined)
        return ids
      }
      await eventually(async () => (await driver.healthCheck()).ok)
      const [onTable, onIndex] = [await stored(), await stored('byGroup')]
      expect([...acknowledged].filter((id) => !onTable.has(id))).toEqual([])
      expect(onIndex).toEqual(onTable)
      // A transaction is there whole or not at all.
      for (const id of onTable) {
        const [, , n] = id.split('-')
        if (/^\d+$/.test(n ?? '') && Number(n) % 3 === 1)
          expect(onTable.has(`${id}b`) && onTable.has(`${id}c`)).toBe(true)
      }
    }
  })
})
