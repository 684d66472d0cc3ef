import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { tableInput } from './posts.mjs'
import { openLibrary, proveRow, ROWS } from './rows.mjs'
import { Wire } from './wire.mjs'

const CREDENTIALS = Object.freeze({
  accessKeyId: 'BENCHMARKACCESSKEY',
  secretAccessKey: 'benchmark-secret-access-key',
})
const REGION = 'us-east-1'

export const reason = (error) =>
  String(error?.message ?? error)
    .replaceAll(/\s+/g, ' ')
    .slice(0, 400)

/**
 * Where a library works: its table, and either a wire in place of the sockets or the endpoint of an engine.
 * Every library that builds on the AWS SDK gets a client of its own, made here, with the SDK's defaults.
 */
export function siteOf({ wire, endpoint, table }) {
  // A copy: the SDK writes into the object it is given.
  const credentials = { ...CREDENTIALS }
  const sdkClientFor = (Client, options) =>
    new Client({
      region: REGION,
      credentials,
      ...(wire === undefined ? { endpoint } : { requestHandler: wire.sdkHandler() }),
      ...options,
    })
  const sdkClient = (options) => sdkClientFor(DynamoDBClient, options)
  return { wire, endpoint, table, region: REGION, credentials, sdkClientFor, sdkClient }
}

async function createTable(endpoint, table) {
  const client = siteOf({ endpoint, table }).sdkClient()
  await client.send(new CreateTableCommand(tableInput(table)))
  client.destroy()
}

/**
 * Gives a library its table and its rows, and lets it do each row once against the engine, recorded and checked.
 * What it cannot do, or does wrong, is said in `missing` (row -> reason) and not measured.
 */
export async function prepare(library, rows, endpoint, log) {
  const contestant = { library, id: library.id, table: `bench-${library.id}-${process.pid}`, proofs: {}, missing: {} }
  const miss = (name, error) => {
    contestant.missing[name] = reason(error)
    log(`${library.name}, ${ROWS[name].title}: not measured: ${reason(error)}`)
  }
  try {
    await createTable(endpoint, contestant.table)
    contestant.wire = new Wire(endpoint)
    contestant.opened = await openLibrary(library, siteOf({ wire: contestant.wire, table: contestant.table }))
    const { seed, families, rows: own } = contestant.opened
    for (const post of seed) await own.put(post)
    await own.seedFamilies?.(families)
  } catch (error) {
    for (const name of rows) miss(name, error)
    return contestant
  }
  for (const name of rows) {
    const { opened, wire } = contestant
    try {
      contestant.proofs[name] = await proveRow(ROWS[name], opened, wire, CREDENTIALS.secretAccessKey)
    } catch (error) {
      miss(name, error)
    }
  }
  return contestant
}

let runs = 0
/** Operation after operation of one row, each with a number of its own: what is created is new every time. */
export function callOf(name, opened) {
  let n = 0
  const run = `p01hf7q0c5t9v4m2-${runs++}-`
  return (lane) => ROWS[name].call(opened, n++, lane, run)
}

export async function closeAll(contestants) {
  for (const { opened, wire } of contestants) {
    await opened?.close()
    wire?.close()
  }
}
