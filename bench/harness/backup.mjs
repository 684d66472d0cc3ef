import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { entry } from '../libraries/ours.mjs'
import { watch } from './backfill.mjs'
import { median, runLanes, shuffled } from './measure.mjs'

/** How many items a table has: what a backup holds in memory must not grow with them. */
export const COUNTS = [10_000, 100_000]
const SEGMENTS = 4
/** BatchWriteItem requests at the same time, as a restore has. */
const LANES = 8

/** Items of several kinds and sizes, from 100 bytes to 4 KB. */
function itemOf(n) {
  const kind = n % 4
  return {
    pk: { S: `KIND${kind}#${n}` },
    sk: { S: `ROW#${n % 7}` },
    type: { S: `kind ${kind}` },
    number: { N: `${n}.5` },
    text: { S: 'lorem ipsum '.repeat([2, 10, 40, 320][kind]) },
    ...(kind === 1 ? { tags: { SS: ['a', `b${n}`] }, list: { L: [{ N: '1' }, { BOOL: true }, { NULL: true }] } } : {}),
    ...(kind === 2 ? { map: { M: { city: { S: 'Oslo' }, code: { N: String(n) } } }, bytes: { B: 'AAECAwQ=' } } : {}),
  }
}

/**
 * Items a second of a backup and of a restore, against a bare parallel scan and bare batch writes through the driver alone, on
 * tables of the same items, in random order, in every round; with it MiB that the process took and held at most, more than before.
 */
export async function measureBackup({ endpoint, rounds, log, counts = COUNTS }) {
  if (!existsSync(fileURLToPath(entry))) throw new Error('dist/index.js is not there: run npm run build in the root')
  const library = await import(entry)
  const connection = library.connect({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    endpoint,
    driver: 'http',
  })
  const driver = await connection.driver()
  const folder = mkdtempSync(join(tmpdir(), 'bench-backup-'))
  const backups = connection.run(() => new library.BackupManager({ store: folder }))
  let tables = 0
  const make = async (TableName) => {
    await driver.send('CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    })
    return TableName
  }
  const fill = async (table, count) => {
    let next = 0
    const { wall } = await runLanes(
      () => {
        const first = next
        next += 25
        const requests = Array.from({ length: 25 }, (_, i) => ({ PutRequest: { Item: itemOf(first + i) } }))
        return driver.send('BatchWriteItem', { RequestItems: { [table]: requests } })
      },
      LANES,
      count / 25,
    )
    return wall / 1e6
  }
  const scan = async (table) => {
    const began = performance.now()
    const segment = async (Segment) => {
      let after
      do {
        const page = await driver.send('Scan', {
          TableName: table,
          ConsistentRead: true,
          Segment,
          TotalSegments: SEGMENTS,
          ...(after === undefined ? {} : { ExclusiveStartKey: after }),
        })
        after = page.LastEvaluatedKey
      } while (after !== undefined)
    }
    await Promise.all(Array.from({ length: SEGMENTS }, (_, at) => segment(at)))
    return (performance.now() - began) / 1000
  }
  const timed = async (work) => {
    const stop = watch()
    const began = performance.now()
    const result = await work()
    return { seconds: (performance.now() - began) / 1000, result, ...stop() }
  }
  const samples = new Map(counts.map((count) => [count, []]))
  try {
    for (let round = 0; round < rounds; round++)
      for (const count of shuffled(counts)) {
        const name = () => `backup-${process.pid}-${tables++}`
        const [source, target] = [await make(name()), name()]
        const written = await fill(source, count)
        const sample = { write: count / written }
        let id
        for (const way of shuffled(['scan', 'backup'])) {
          if (way === 'scan') sample.scan = count / (await scan(source))
          else {
            const did = await timed(() => backups.createBackup({ table: source, segments: SEGMENTS }))
            id = did.result.id
            sample.backup = { ...did, rate: count / did.seconds }
          }
        }
        const restored = await timed(() => backups.restoreFromBackup(id, { table: target, check: false }))
        sample.restore = { ...restored, rate: count / restored.seconds }
        const checked = await timed(() => backups.verifyBackup(id))
        sample.verify = count / checked.seconds
        await backups.deleteBackup(id)
        for (const TableName of [source, target]) await driver.send('DeleteTable', { TableName })
        samples.get(count).push(sample)
        log(`${count} items, round ${round + 1} of ${rounds}`)
      }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await connection.close()
  }
  return Object.fromEntries([...samples].map(([count, each]) => [count, figures(each)]))
}

/** Medians of a count's rounds; ratios are taken within a round. */
function figures(samples) {
  const of = (pick) => median(samples.map(pick))
  return {
    scan: of(({ scan }) => scan),
    backup: of(({ backup }) => backup.rate),
    backupRatio: of(({ backup, scan }) => backup.rate / scan),
    verify: of(({ verify }) => verify),
    write: of(({ write }) => write),
    restore: of(({ restore }) => restore.rate),
    restoreRatio: of(({ restore, write }) => restore.rate / write),
    rss: of(({ backup, restore }) => Math.max(backup.rss, restore.rss)),
    held: of(({ backup, restore }) => Math.max(backup.held, restore.held)),
  }
}
