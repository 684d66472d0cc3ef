import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createDynamoDBLocalDriver } from '../../src/drivers/dynamodb-local/dynamodb-local-driver.js'
import { createEmbeddedDriver } from '../../src/drivers/embedded/embedded-driver.js'
import { dynamoDb } from '../../src/drivers/engine/dynamo-db.js'
import { describeEngines } from './support.js'

let dbPath = ''
beforeEach(() => {
  dbPath = realpathSync(mkdtempSync(join(tmpdir(), 'engine-')))
  return () => rmSync(dbPath, { recursive: true, force: true })
})

describeEngines('data file', ({ name }) => {
  const file = () => join(dbPath, name === 'dynoxide' ? 'data.dynoxide.sqlite' : 'shared-local-instance.db')
  const launch = async () => {
    const engine = await dynamoDb.launch({ port: 0, dbPath, engine: name })
    onTestFinished(() => engine.stop())
    return engine
  }
  /** Fills the data folder with a table of many items and closes it in good order. */
  const fill = async () => {
    const items = name === 'dynoxide' ? 600 : 100
    const driver = (name === 'dynoxide' ? createEmbeddedDriver : createDynamoDBLocalDriver)({ port: 0, dbPath })
    await driver.send('CreateTable', {
      TableName: 'filled',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    })
    for (let n = 0; n < items; n += 25) {
      const writes = Array.from({ length: 25 }, (_, m) => ({
        PutRequest: { Item: { id: { S: `item ${n + m}` }, text: { S: 'x'.repeat(900) } } },
      }))
      await driver.send('BatchWriteItem', { RequestItems: { filled: writes } })
    }
    await driver.close()
  }
  const damaged = { code: 'ENGINE.DATA_DAMAGED', hint: expect.stringContaining('move it away') }

  test('random bytes are refused, named and left as they are', async () => {
    writeFileSync(file(), 'no database, but somebody wants it back')
    await expect(launch()).rejects.toMatchObject({ ...damaged, message: expect.stringContaining(file()) })
    expect(readFileSync(file(), 'utf8')).toBe('no database, but somebody wants it back')
    rmSync(file())
    await launch()
  })

  test('a file that was cut off is refused', async () => {
    await fill()
    const size = readFileSync(file()).length
    for (const length of [size - 4096, Math.floor(size / 2), 4096, 100, 17]) {
      truncateSync(file(), length)
      await expect(launch(), String(length)).rejects.toMatchObject(damaged)
    }
  })

  test('damage in the middle is refused', async () => {
    await fill()
    const bytes = readFileSync(file())
    bytes.fill(0xa5, Math.floor(bytes.length / 3), Math.floor((bytes.length * 2) / 3))
    writeFileSync(file(), bytes)
    await expect(launch()).rejects.toMatchObject(damaged)
  })

  test('a database of another program is refused', async () => {
    writeFileSync(file(), foreignDatabase())
    await expect(launch()).rejects.toMatchObject({ ...damaged, message: expect.stringContaining('another program') })
  })

  test('an empty file is fine', async () => {
    writeFileSync(file(), '')
    await launch()
  })

  test('a file copied while the engine wrote, log included, is fine', async () => {
    const driver = (name === 'dynoxide' ? createEmbeddedDriver : createDynamoDBLocalDriver)({ port: 0, dbPath })
    onTestFinished(() => driver.close())
    await driver.connect()
    await fill()
    const copy = realpathSync(mkdtempSync(join(tmpdir(), 'engine-')))
    onTestFinished(() => rmSync(copy, { recursive: true }))
    const base = file()
    for (const suffix of ['', '-wal', '-journal']) {
      try {
        copyFileSync(`${base}${suffix}`, join(copy, `${base.slice(dbPath.length + 1)}${suffix}`))
      } catch {
        // This engine keeps no such file.
      }
    }
    const engine = await dynamoDb.launch({ port: 0, dbPath: copy, engine: name })
    await engine.stop()
  })
})

/** The smallest SQLite file with one table, `t`. */
function foreignDatabase(): Buffer {
  const page = Buffer.alloc(512 * 2)
  page.write('SQLite format 3\0', 'latin1')
  page.writeUInt16BE(512, 16)
  page.set([1, 1, 0, 64, 32, 32], 18)
  page.writeUInt32BE(1, 24)
  page.writeUInt32BE(2, 28)
  page.writeUInt32BE(1, 92)
  const sql = 'CREATE TABLE t(a)'
  // Record: header of 6 bytes, then type, name, tbl_name, rootpage, sql.
  const record = Buffer.concat([
    Buffer.from([6, 23, 15, 15, 1, 13 + 2 * sql.length]),
    Buffer.from(`tablett`),
    Buffer.from([2]),
    Buffer.from(sql),
  ])
  const cell = Buffer.concat([Buffer.from([record.length, 1]), record])
  const at = 512 - cell.length
  page.set([13, 0, 0, 0, 1, at >> 8, at & 255, 0, at >> 8, at & 255], 100)
  page.set(cell, at)
  page.set([13, 0, 0, 0, 0, 2, 0, 0], 512)
  return page
}

describe('data folder', () => {
  test('a folder that cannot be made is an error', async () => {
    writeFileSync(join(dbPath, 'file'), '')
    await expect(dynamoDb.launch({ port: 0, dbPath: join(dbPath, 'file', 'below') })).rejects.toMatchObject({
      code: 'ENGINE.START_FAILED',
      hint: expect.stringContaining('dbPath'),
    })
  })
})
