import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { BackupManager, type BackupStore, Connection, createTable, describeTable, folderStore } from 'dynamodb-tooling'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPortableBackup } from '../../src/backup/create-backup.js'
import type { Driver } from '../../src/drivers/index.js'
import { systemClock } from '../../src/kernel/index.js'
import { batchWriteItems, resolveConfig } from '../../src/runtime/index.js'
import { type AttributeMap, type AttributeValue, itemText } from '../../src/values/index.js'
import { type Death, mortalProgram } from './mortal-program.js'
import { describeEngines, uniqueTable } from './support.js'

const KEY = 'ab'.repeat(32)

/** Any store will do: this one is a map. */
function memoryStore(files: Map<string, Buffer> = new Map()): BackupStore & { readonly files: Map<string, Buffer> } {
  return {
    files,
    name: 'memory',
    async write(path, bytes) {
      const parts: Uint8Array[] = []
      for await (const part of bytes) parts.push(part)
      files.set(path, Buffer.concat(parts))
    },
    async claim(path, bytes) {
      if (files.has(path)) return false
      files.set(path, Buffer.from(bytes))
      return true
    },
    async read(path) {
      const bytes = files.get(path)
      return (
        bytes &&
        (async function* () {
          yield bytes
        })()
      )
    },
    async *list(folder) {
      for (const path of Array.from(files.keys())) if (path.startsWith(`${folder}/`)) yield path
    },
    async remove(path) {
      files.delete(path)
    },
  }
}

/** An item of every type there is; no two are the same. */
function itemOf(at: number): AttributeMap {
  const values: readonly AttributeValue[] = [
    { S: `text ${at} "quoted", ünï 🎉\n` },
    { S: '' },
    { N: `${at}.${at}1` },
    { N: '-1234567890123456789012345678901234567.8' },
    { B: Buffer.from(`bytes ${at}`).toString('base64') },
    { BOOL: at % 2 === 0 },
    { NULL: true },
    { SS: ['a', `b${at}`] },
    { NS: ['1', `${at + 2}`] },
    { BS: [Buffer.from([at % 256, 0, 255]).toString('base64')] },
    { L: [{ S: 'x' }, { L: [] }, { M: {} }, { N: '0' }] },
    { M: { [`key ${at}`]: { NULL: true }, ' ': { S: 'a space' }, __proto: { BOOL: false } } },
  ]
  return {
    pk: { S: `item ${at % 97}` },
    sk: { N: String(at) },
    ...Object.fromEntries(values.map((value, i) => [`attribute ${i}`, value])),
    ...(at % 3 === 0 ? { g1: { S: `g${at % 5}` } } : {}),
  }
}

describeEngines('backups', (lane) => {
  let driver: Driver
  let connection: Connection
  /** Pages of a few items. */
  let paged: Connection
  let folder: string
  const tables: string[] = []
  const newTable = (prefix = 'backup'): string => {
    const name = uniqueTable(prefix)
    tables.push(name)
    return name
  }
  const run = <R>(work: () => Promise<R>): Promise<R> => connection.run(work)
  const tableOf = async (count: number): Promise<string> => {
    const name = newTable()
    await createTable({
      tableName: name,
      partitionKey: { name: 'pk', type: 'string' },
      sortKey: { name: 'sk', type: 'number' },
      gsis: [{ name: 'GSI1', partitionKey: { name: 'g1', type: 'string' }, projection: ['attribute 0'] }],
      lsis: [{ name: 'LSI1', sortKey: { name: 'l1', type: 'string' }, projection: 'KEYS_ONLY' }],
      ttl: 'expires',
      stream: 'NEW_IMAGE',
    })
    const writes = Array.from({ length: count }, (_, at) => ({ PutRequest: { Item: itemOf(at) } }))
    await batchWriteItems(connection, name, writes)
    return name
  }
  const itemsOf = async (TableName: string): Promise<readonly string[]> => {
    const texts: string[] = []
    let after: AttributeMap | undefined
    do {
      const page = await connection.send('Scan', {
        TableName,
        ConsistentRead: true,
        ...(after === undefined ? {} : { ExclusiveStartKey: after }),
      })
      for (const item of page.Items ?? []) texts.push(itemText(item))
      after = page.LastEvaluatedKey
    } while (after !== undefined)
    return texts.sort()
  }
  beforeAll(() => {
    driver = lane.createDriver()
    const config = resolveConfig({ region: 'us-east-1', driver })
    connection = new Connection(config)
    paged = new Connection(config).use((request, next) =>
      next(request.operation === 'Scan' ? { ...request, input: { ...request.input, Limit: 6 } } : request),
    )
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backups-'))
    return () => rmSync(folder, { recursive: true, force: true })
  })
  afterAll(async () => {
    for (const TableName of tables) await connection.send('DeleteTable', { TableName }).catch(() => undefined)
    await connection.close()
  })

  test(
    'Z7, B1, B2: 10,000 items of every type come back as they were, and a backup of the new table is the same',
    () =>
      run(async () => {
        const table = await tableOf(10_000)
        const backups = new BackupManager({ store: folder })
        const seen: number[] = []
        const backup = await backups.createBackup({
          table,
          name: 'before the change',
          onProgress: ({ items }) => seen.push(items),
        })
        expect(backup).toMatchObject({ kind: 'portable', status: 'complete', table, items: 10_000, encrypted: false })
        expect(seen.at(-1)).toBe(10_000)
        expect(await backups.verifyBackup(backup.id)).toMatchObject({
          ok: true,
          faults: [],
          items: 10_000,
          digest: backup.digest,
        })
        const target = newTable('restored')
        const did = await backups.restoreFromBackup(backup.id, { table: target })
        expect(did).toMatchObject({ table: target, created: true, items: 10_000, written: 10_000 })
        expect(await itemsOf(target)).toEqual(await itemsOf(table))
        const [old, now] = [await describeTable(table), await describeTable(target)]
        for (const same of ['key', 'billing', 'ttl', 'tableClass', 'deletionProtection'] as const)
          expect(now?.[same]).toEqual(old?.[same])
        expect(now?.stream?.viewType).toBe('NEW_IMAGE')
        const shapes = (info: typeof old) =>
          info?.indexes.map(({ name, local, key, projection }) => ({ name, local, key, projection }))
        expect(shapes(now)).toEqual(shapes(old))
        const again = await backups.createBackup({ table: target, segments: 7 })
        expect(again.digest).toBe(backup.digest)
        expect((await backups.listBackups()).map(({ id }) => id)).toEqual([again.id, backup.id])
        expect(await backups.listBackups({ table })).toMatchObject([{ id: backup.id, name: 'before the change' }])
        await backups.deleteBackup(backup.id)
        await expect(backups.describeBackup(backup.id)).rejects.toMatchObject({ code: 'BACKUP.NOT_FOUND' })
        expect(await backups.listBackups()).toHaveLength(1)
      }),
    120_000,
  )

  test('E8: the files are as DynamoDB exports them, and an export of DynamoDB is restored', () =>
    run(async () => {
      const table = await tableOf(40)
      const backups = new BackupManager({ store: folderStore(folder) })
      const { id } = await backups.createBackup({ table })
      expect(id).toMatch(/^\d{14}-[0-9a-f]{8}$/)
      const at = (path: string): string => join(folder, 'AWSDynamoDB', id, path)
      const summary = JSON.parse(readFileSync(at('manifest-summary.json'), 'utf8'))
      expect(summary).toMatchObject({
        version: '2020-06-30',
        manifestFilesS3Key: `AWSDynamoDB/${id}/manifest-files.json`,
        itemCount: 40,
        outputFormat: 'DYNAMODB_JSON',
        exportType: 'FULL_EXPORT',
      })
      const filesText = readFileSync(at('manifest-files.json'))
      expect(readFileSync(at('manifest-files.checksum'), 'utf8')).toBe(
        createHash('md5').update(filesText).digest('base64'),
      )
      const [entry] = filesText
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      const bytes = readFileSync(join(folder, entry.dataFileS3Key))
      expect(entry).toMatchObject({ itemCount: 40, md5Checksum: createHash('md5').update(bytes).digest('base64') })
      const lines = gunzipSync(bytes).toString().trim().split('\n')
      expect(lines.map((line) => itemText(JSON.parse(line).Item)).sort()).toEqual(await itemsOf(table))

      // As AWS wrote it: other names, and nothing of ours.
      const theirs = '01693685827463-2d8752fd'
      const data = gzipSync(lines.map((line) => `${line}\n`).join(''))
      const manifest = `${JSON.stringify({
        itemCount: 40,
        md5Checksum: createHash('md5').update(data).digest('base64'),
        etag: 'f30266f4616c2ac0d4a1ba1d6f8ea2ea-1',
        dataFileS3Key: `some/prefix/AWSDynamoDB/${theirs}/data/sgosd5yfrm3sdbvdjn3rfqzgpu.json.gz`,
      })}\n`
      const { integrityManifest: _, ...plain } = summary
      const store = memoryStore(
        new Map([
          [`AWSDynamoDB/${theirs}/_started`, Buffer.alloc(0)],
          [`AWSDynamoDB/${theirs}/manifest-files.json`, Buffer.from(manifest)],
          [`AWSDynamoDB/${theirs}/manifest-summary.json`, Buffer.from(JSON.stringify({ ...plain, exportArn: 'arn' }))],
          [`AWSDynamoDB/${theirs}/data/sgosd5yfrm3sdbvdjn3rfqzgpu.json.gz`, data],
        ]),
      )
      const exports = new BackupManager({ store })
      expect(await exports.listBackups()).toMatchObject([{ id: theirs, kind: 'export', status: 'complete', items: 40 }])
      expect(await exports.verifyBackup(theirs)).toMatchObject({ ok: true, items: 40, against: 'md5' })
      await expect(exports.restoreFromBackup(theirs, { table: newTable() })).rejects.toMatchObject({
        code: 'BACKUP.TARGET',
      })
      const target = await tableOf(0)
      expect(await exports.restoreFromBackup(theirs, { table: target })).toMatchObject({ items: 40, created: false })
      expect(await itemsOf(target)).toEqual(await itemsOf(table))
      store.files.set(
        `AWSDynamoDB/${theirs}/data/sgosd5yfrm3sdbvdjn3rfqzgpu.json.gz`,
        gzipSync(lines.slice(1).join('\n')),
      )
      expect(await exports.verifyBackup(theirs)).toMatchObject({ ok: false })
    }))

  test(
    'Z5: a restore that is ended at any of its requests goes on, and the table is as without that',
    () =>
      run(async () => {
        const table = await tableOf(60)
        const kept = memoryStore()
        const { id } = await createPortableBackup(paged, kept, undefined, table, {}, 1500)
        const before = await itemsOf(table)
        const restore = async (store: BackupStore, target: string, later: number, death?: Death) => {
          const program = mortalProgram(driver, {}, death)
          // What is dead writes to no store.
          const mortal = Object.fromEntries(
            (['write', 'claim', 'read', 'remove'] as const).map((name) => [
              name,
              async (...args: readonly never[]) => {
                if (program.isDead()) throw new Error('The program is dead.')
                return (store[name] as (...all: readonly never[]) => Promise<never>)(...args)
              },
            ]),
          ) as unknown as BackupStore
          const { clock } = program.connection
          // The one that died is waited out.
          const after = { now: () => clock.now() + later * 120_000, sleep: clock.sleep.bind(clock) }
          const alive = new Connection(program.connection.config, after)
          const manager = alive.run(() => new BackupManager({ store: { ...store, ...mortal } }))
          const did = await manager.restoreFromBackup(id, { table: target })
          return { did, requests: program.sent.length }
        }
        const { requests } = await restore(memoryStore(new Map(kept.files)), newTable(), 0)
        expect(requests).toBeGreaterThan(8)
        const step = lane.name === 'dynoxide' ? 1 : Math.ceil(requests / 5)
        for (let at = 0; at < requests; at += step) {
          const store = memoryStore(new Map(kept.files))
          const target = newTable()
          const isAfter = at % 2 === 0
          await expect(restore(store, target, 0, { at, after: isAfter })).rejects.toThrow()
          const { did } = await restore(store, target, 1)
          expect(did).toMatchObject({ items: 60 })
          expect(await itemsOf(target)).toEqual(before)
          expect((await describeTable(target))?.ttl).toBe('expires')
          expect([...store.files.keys()].filter((path) => path.startsWith('restores'))).toEqual([])
        }
      }),
    120_000,
  )

  test('Z5: of two that restore into the same table one does', () =>
    run(async () => {
      const table = await tableOf(200)
      const backups = new BackupManager({ store: folder })
      const { id } = await backups.createBackup({ table })
      const target = newTable()
      const plain = folderStore(folder)
      let second: Promise<unknown> | undefined
      // The first one keeps the lock until the second one was told so.
      const remove = async (path: string): Promise<void> => {
        if (path.endsWith('.lock')) await second
        await plain.remove(path)
      }
      await new BackupManager({ store: { ...plain, remove } }).restoreFromBackup(id, {
        table: target,
        onProgress: () => {
          second ??= backups.restoreFromBackup(id, { table: target }).catch((error: unknown) => error)
        },
      })
      expect(await second).toMatchObject({ code: 'BACKUP.BUSY' })
      expect(await itemsOf(target)).toEqual(await itemsOf(table))
    }))

  test('Z18: what would lose items is refused', () =>
    run(async () => {
      const table = await tableOf(10)
      const backups = new BackupManager({ store: folder })
      const { id } = await backups.createBackup({ table })
      // The table itself is not empty.
      await expect(backups.restoreFromBackup(id, { table })).rejects.toMatchObject({ code: 'BACKUP.TARGET' })
      const other = newTable()
      await createTable({ tableName: other, partitionKey: { name: 'id', type: 'string' } })
      await expect(backups.restoreFromBackup(id, { table: other })).rejects.toMatchObject({ code: 'BACKUP.TARGET' })
      for (const wrong of ['', 'a', '../../x', 'a/b', 'x'.repeat(256)])
        await expect(backups.restoreFromBackup(id, { table: wrong })).rejects.toMatchObject({ code: 'BACKUP.INVALID' })
      // Items of the backup replace those with their keys; others stay.
      const [first, second] = [itemOf(0), itemOf(1)]
      await connection.send('PutItem', { TableName: table, Item: { ...first, changed: { S: 'x' } } })
      await connection.send('DeleteItem', {
        TableName: table,
        Key: { pk: second['pk'] as never, sk: second['sk'] as never },
      })
      await connection.send('PutItem', { TableName: table, Item: { pk: { S: 'more' }, sk: { N: '1' } } })
      await backups.restoreFromBackup(id, { table, overwrite: true })
      expect(await itemsOf(table)).toHaveLength(11)
      expect(await itemsOf(table)).toContain(itemText(first))
      await expect(backups.createBackup({ table: 'no-such-table' })).rejects.toMatchObject({ code: 'BACKUP.NOT_FOUND' })
      for (const wrong of ['../../etc', '', 'a/b', 'x'.repeat(999), 7 as never])
        await expect(backups.restoreFromBackup(wrong)).rejects.toMatchObject({ code: 'BACKUP.INVALID' })
      await expect(backups.verifyBackup('01693685827463-2d8752fd')).rejects.toMatchObject({ code: 'BACKUP.NOT_FOUND' })
    }))

  test('Z5, Z18: what fails on the way leaves no half backup; what was killed is listed as incomplete', () =>
    run(async () => {
      const table = await tableOf(30)
      const full: BackupStore = {
        ...folderStore(folder),
        write: async (path, bytes) => {
          if (path.includes('/data/')) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
          await folderStore(folder).write(path, bytes)
        },
      }
      await expect(new BackupManager({ store: full }).createBackup({ table })).rejects.toThrow('no space left')
      expect(readdirSync(folder)).toEqual([])
      writeFileSync(join(folder, 'file'), '')
      // A file, and a file system that makes no folders.
      for (const store of [join(folder, 'file'), join(folder, 'file', 'in', 'it'), '/proc/none/such', '/dev/null/x']) {
        const nowhere = new BackupManager({ store })
        await expect(nowhere.createBackup({ table })).rejects.toMatchObject({ code: 'BACKUP.STORE' })
      }
      const stop = new AbortController()
      const backups = new BackupManager({ store: folder })
      const stopped = backups.createBackup({
        table,
        signal: stop.signal,
        onProgress: () => stop.abort(new Error('Ctrl-C')),
      })
      await expect(stopped).rejects.toThrow('Ctrl-C')
      expect(await backups.listBackups()).toEqual([])
      const store = memoryStore(new Map([['AWSDynamoDB/01693685827463-2d8752fd/_started', Buffer.alloc(0)]]))
      const killed = new BackupManager({ store })
      const [found] = await killed.listBackups()
      expect(found).toMatchObject({ status: 'incomplete', table: undefined })
      expect(await killed.verifyBackup(found?.id as string)).toMatchObject({ ok: false })
      await expect(killed.restoreFromBackup(found?.id as string)).rejects.toMatchObject({ code: 'BACKUP.DAMAGED' })
      await killed.deleteBackup(found?.id as string)
      expect(store.files.size).toBe(0)
    }))

  test('B1: an encrypted backup shows nothing, and opens with its key alone', () =>
    run(async () => {
      const table = await tableOf(300)
      const backups = new BackupManager({ store: folder, encryption: { key: KEY } })
      const { id } = await backups.createBackup({ table })
      const path = join(folder, 'AWSDynamoDB', id, 'data')
      for (const name of readdirSync(path)) {
        expect(name).toMatch(/\.json\.gz\.sealed$/)
        expect(readFileSync(join(path, name)).includes(Buffer.from([0x1f, 0x8b, 8]))).toBe(false)
      }
      expect(await backups.describeBackup(id)).toMatchObject({ encrypted: true, items: 300 })
      expect(await new BackupManager({ store: folder }).listBackups()).toMatchObject([{ id, encrypted: true, table }])
      const target = newTable()
      for (const encryption of [undefined, { key: 'cd'.repeat(32) }]) {
        const other = new BackupManager({ store: folder, encryption })
        await expect(other.restoreFromBackup(id, { table: target })).rejects.toMatchObject({ code: 'BACKUP.KEY' })
      }
      expect(await describeTable(target)).toBeNull()
      await backups.restoreFromBackup(id, { table: target })
      expect(await itemsOf(target)).toEqual(await itemsOf(table))
    }))

  test(
    'Z7: 1,000 backups that were changed are all found to be',
    () =>
      run(async () => {
        const table = await tableOf(25)
        for (const [key, mutants] of [
          [undefined, 700],
          [Buffer.from(KEY, 'hex'), 300],
        ] as const) {
          const kept = memoryStore()
          const { id } = await createPortableBackup(paged, kept, key, table, {}, 700)
          const paths = [...kept.files.keys()].filter((path) => !path.endsWith('_started'))
          expect(paths.filter((path) => path.includes('/data/')).length).toBeGreaterThan(3)
          const verify = (files: Map<string, Buffer>) =>
            new BackupManager({ store: memoryStore(files), encryption: key && { key } }).verifyBackup(id)
          expect(await verify(new Map(kept.files))).toMatchObject({ ok: true })
          const missed: string[] = []
          for (let seed = 0; seed < mutants; seed++) {
            const files = new Map(kept.files)
            const what = mutate(files, paths, seed)
            const { ok } = await verify(files).catch(() => ({ ok: false }))
            if (ok) missed.push(what)
          }
          expect(missed).toEqual([])
        }
      }),
    60_000,
  )

  test('B1, B2, B3: an engine that keeps no backups says so, and what does it instead', () =>
    run(async () => {
      const backups = new BackupManager()
      const arn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders/backup/01693685827463-2d8752fd'
      for (const call of [
        () => backups.createBackup({ table: 'orders' }),
        () => backups.listBackups(),
        () => backups.describeBackup(arn),
        () => backups.deleteBackup(arn),
        () => backups.restoreFromBackup(arn, { table: 'x' }),
        () => backups.restoreToPointInTime('orders', { table: 'x' }),
        () => backups.enablePointInTimeRecovery('orders'),
        () => backups.describePointInTimeRecovery('orders'),
      ])
        await expect(call()).rejects.toMatchObject({ code: 'DRIVER.UNSUPPORTED' })
      expect(systemClock.now()).toBeGreaterThan(0)
    }))
})

/** Changes one thing of a backup: a bit, a file that is gone, one that is there twice, one that is cut, two that are swapped. */
function mutate(files: Map<string, Buffer>, paths: readonly string[], seed: number): string {
  const random = (below: number, salt: string): number =>
    createHash('sha256').update(`${seed} ${salt}`).digest().readUInt32BE(0) % below
  const path = paths[seed % paths.length] as string
  const bytes = Buffer.from(files.get(path) as Buffer)
  const kind = random(5, 'kind')
  if (kind === 0) {
    const at = random(bytes.length, 'at')
    bytes[at] = (bytes[at] as number) ^ (1 << random(8, 'bit'))
    files.set(path, bytes)
    return `flip ${path} ${at}`
  }
  if (kind === 1) {
    files.delete(path)
    return `drop ${path}`
  }
  if (kind === 2) {
    files.set(`${path.slice(0, path.lastIndexOf('/'))}/copy-${random(99, 'copy')}.json.gz`, bytes)
    return `duplicate ${path}`
  }
  if (kind === 3) {
    files.set(path, bytes.subarray(0, random(bytes.length, 'at')))
    return `truncate ${path}`
  }
  const other = paths[(seed + 1 + random(paths.length - 1, 'other')) % paths.length] as string
  files.set(path, files.get(other) as Buffer)
  files.set(other, bytes)
  return `swap ${path} and ${other}`
}
