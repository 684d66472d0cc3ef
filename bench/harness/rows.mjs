import { isDeepStrictEqual } from 'node:util'
import { ATTRIBUTES, AUTHOR, canonical, makePost, wireOf } from './posts.mjs'
import { signatureFault } from './signature.mjs'

const OTHER_AUTHOR = 'u01hf7q0c5t9v4m2x8k3n6w2yy'
export const QUERIED = Array.from({ length: 100 }, (_, n) => makePost(n))
const HELD = Array.from({ length: 64 }, (_, lane) => makePost(1000 + lane, OTHER_AUTHOR))
/** What a table holds before anything is measured. */
export const SEED = [...QUERIED, ...HELD]
const NEW = Array.from({ length: 64 }, (_, n) => makePost(2000 + n, OTHER_AUTHOR))
const BATCH = Array.from({ length: 25 }, (_, n) => makePost(3000 + n, OTHER_AUTHOR))
const THOUSAND = Array.from({ length: 1000 }, (_, n) => makePost(10_000 + n, OTHER_AUTHOR))
const IDS = QUERIED.map((post) => post.id)
const AUTHORS = Array.from({ length: 50 }, (_, n) => `u01hf7q0c5t9v4m2x8k3${String(n).padStart(6, '0')}`)
/** Fifty authors with twenty posts each. */
const FAMILIES = AUTHORS.map((id, at) => ({
  id,
  posts: Array.from({ length: 20 }, (_, n) => makePost(20_000 + at * 20 + n, id)),
}))

const differs = (what, got, wanted) =>
  isDeepStrictEqual(got, wanted) ? undefined : `${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`

/** The twelve attributes of an item in a request; sets have no order. */
const twelve = (item = {}) =>
  Object.fromEntries(
    ATTRIBUTES.map((name) => [name, name === 'labels' ? { SS: item[name]?.SS?.toSorted() } : item[name]]),
  )
const conditional = (write) => (write.ConditionExpression ? undefined : 'written without a condition')
const keyed = (item) => (item.gsi1pk && item.gsi1sk ? undefined : 'written without its index keys')
const whole = (write, post) => differs('item', twelve(write?.Item), twelve(wireOf(post))) ?? keyed(write.Item)

const changed = (write, { title, views }) => {
  const values = Object.values(write?.ExpressionAttributeValues ?? {})
  const has = (wanted) => values.some((value) => isDeepStrictEqual(value, wanted))
  return has({ S: title }) && has({ N: String(views) })
    ? undefined
    : `no update of title and views: ${JSON.stringify(write)}`
}
const single = (exchanges, operation) =>
  exchanges.length === 1 && exchanges[0].operation === operation
    ? undefined
    : `sent ${exchanges.map((exchange) => exchange.operation).join(', ')} instead of one ${operation}`
const counted = (exchanges, wanted) => {
  const sent = {}
  for (const { operation } of exchanges) sent[operation] = (sent[operation] ?? 0) + 1
  return differs('requests', sent, wanted)
}
const only = (requests) => Object.values(requests)[0]
const sameRows = (rows, library, posts) =>
  differs('rows', rows?.length, posts.length) ??
  posts.reduce((fault, post) => {
    const row = library.plainOf(rows).get(post.id)
    return fault ?? (row === undefined ? `no row ${post.id}` : differs(post.id, canonical(row), canonical(post)))
  }, undefined)

/** Every attribute of every row is read in the measured call, so that decoding later saves nothing. */
function readAll(rows) {
  for (const row of rows) for (const name of ATTRIBUTES) if (row[name] === undefined) throw new Error(`no ${name}`)
}

/**
 * The measured work. `call(library, n, lane, run)` is operation number n, made by worker `lane`; `run` begins the ids of
 * what it creates. `check` says what is wrong with what one call sent (the parsed request of its last exchange), returned and left in
 * the table, or nothing.
 */
export const ROWS = {
  put: {
    title: 'put',
    operation: 'PutItem',
    call: ({ rows, news }, n, _lane, run) => rows.put({ ...news[n & 63], id: `${run}${n}` }),
    async check(library, request, _result, id) {
      const post = { ...NEW[0], id: `${id}0` }
      return (
        whole(request, post) ??
        conditional(request) ??
        differs('stored', canonical(library.plain(await library.rows.get(post.id))), canonical(post))
      )
    },
  },
  get: {
    title: 'get',
    operation: 'GetItem',
    async call({ rows }) {
      const row = await rows.get(IDS[42])
      readAll([row])
      return row
    },
    check: (library, _request, row) => differs('row', canonical(library.plain(row)), canonical(QUERIED[42])),
  },
  update: {
    title: 'update',
    operation: 'UpdateItem',
    call: ({ rows }, n, lane) => rows.update(HELD[lane].id, { title: `Title ${n}`, views: n }),
    async check(library, request) {
      const row = library.plain(await library.rows.get(HELD[0].id))
      return (
        changed(request, { title: 'Title 0', views: 0 }) ??
        conditional(request) ??
        differs('stored', canonical(row), canonical({ ...HELD[0], title: 'Title 0', views: 0 }))
      )
    },
  },
  query: {
    title: 'query of 100',
    operation: 'Query',
    async call({ rows }) {
      const found = await rows.query(AUTHOR)
      readAll(found)
      return found
    },
    check: (library, request, found) =>
      (request.KeyConditionExpression || request.KeyConditions ? undefined : 'no key condition') ??
      sameRows(found, library, QUERIED),
  },
  batchGet: {
    title: 'batch get of 100',
    operation: 'BatchGetItem',
    async call({ rows }) {
      const found = await rows.batchGet(IDS)
      readAll(found)
      return found
    },
    check: (library, request, found) =>
      differs('keys', only(request.RequestItems).Keys.length, 100) ?? sameRows(found, library, QUERIED),
  },
  batchWrite: {
    title: 'batch write of 25',
    operation: 'BatchWriteItem',
    call: ({ rows, batch }) => rows.batchWrite(batch),
    async check(library, request) {
      const writes = only(request.RequestItems)
      const itemOf = (post) => writes.find(({ PutRequest }) => PutRequest.Item.id.S === post.id)?.PutRequest
      return (
        differs('writes', writes.length, 25) ??
        BATCH.reduce((fault, post) => fault ?? whole(itemOf(post), post), undefined) ??
        differs('stored', canonical(library.plain(await library.rows.get(BATCH[24].id))), canonical(BATCH[24]))
      )
    },
  },
  batchCreate: {
    title: 'batch create of 1,000',
    operation: 'BatchWriteItem',
    requests: { BatchWriteItem: 40 },
    async call({ rows, thousand }) {
      if (rows.batchCreate !== undefined) return rows.batchCreate(thousand)
      for (let at = 0; at < thousand.length; at += 25) await rows.batchWrite(thousand.slice(at, at + 25))
    },
    async check(library, request) {
      const last = THOUSAND[999]
      return (
        differs('writes', only(request.RequestItems).length, 25) ??
        differs('stored', canonical(library.plain(await library.rows.get(last.id))), canonical(last))
      )
    },
  },
  eagerLoad: {
    title: '50 parents with 20 children each',
    operation: 'BatchGetItem',
    requests: { BatchGetItem: 1, Query: 50 },
    async call({ rows }) {
      if (rows.families === undefined) throw new Error('it reads no relations along in one batch and one query each')
      const families = await rows.families(AUTHORS)
      for (const { posts } of families) readAll(posts)
      return families
    },
    check: (library, _request, families) =>
      differs('parents', families?.length, 50) ??
      FAMILIES.reduce((fault, { id, posts }) => {
        const found = families.find((family) => library.plain(family).id === id)
        return fault ?? (found === undefined ? `no parent ${id}` : sameRows(found.posts, library, posts))
      }, undefined),
  },
  transaction: {
    title: 'transaction of 3',
    operation: 'TransactWriteItems',
    call: ({ rows, news }, n, lane, run) =>
      rows.transaction(
        { ...news[n & 63], id: `${run}${n}a` },
        { ...news[n & 63], id: `${run}${n}b` },
        HELD[lane].id,
        together(n),
      ),
    async check(library, request, _result, id) {
      const writes = request.TransactItems
      const [first, second] = ['a', 'b'].map((end) => ({ ...NEW[0], id: `${id}0${end}` }))
      const put = (post) => writes.find(({ Put }) => Put?.Item.id.S === post.id)?.Put
      const update = writes.find(({ Update }) => Update)?.Update
      const stored = await library.rows.get(second.id)
      return (
        differs('writes', writes.length, 3) ??
        whole(put(first), first) ??
        whole(put(second), second) ??
        conditional(put(first)) ??
        conditional(put(second)) ??
        changed(update, together(0)) ??
        conditional(update) ??
        differs('stored', canonical(library.plain(stored)), canonical(second))
      )
    },
  },
}

/** What a transaction changes: never what the row `update` left there, for a record that is held writes what differs alone. */
function together(n) {
  return { title: `Together ${n}`, views: -1 - n }
}

/** Requests of one operation. */
export const requestsOf = ({ requests = { one: 1 } }) => Object.values(requests).reduce((all, each) => all + each, 0)

/** Opens a library over its site and gives the rows what they need in its own input form. */
export async function openLibrary(library, site) {
  const opened = await library.open(site)
  const input = opened.input ?? ((post) => post)
  const plain = opened.plain ?? ((row) => row)
  return {
    id: library.id,
    rows: opened.rows,
    close: opened.close,
    plain,
    plainOf: (rows) => new Map(rows.map((row) => [plain(row).id, plain(row)])),
    news: NEW.map(input),
    batch: BATCH.map(input),
    thousand: THOUSAND.map(input),
    families: FAMILIES.map(({ id, posts }) => ({ id, posts: posts.map(input) })),
    seed: SEED.map(input),
  }
}

/** Makes one call while everything is recorded and judges it; the recorded exchanges are what replay answers with. */
export async function proveRow(row, library, wire, secretAccessKey) {
  wire.record()
  const run = `proof-of-${library.id}-`
  const result = await row.call(library, 0, 0, run)
  const exchanges = wire.recorded
  // What a record needs before it can be updated (reading it) is prepared once, not part of the operation.
  const measured = exchanges.filter((exchange) => exchange.operation !== 'GetItem' || row.operation === 'GetItem')
  const fault =
    (row.requests === undefined ? single(measured, row.operation) : counted(measured, row.requests)) ??
    exchanges.map((exchange) => signatureFault(exchange, secretAccessKey)).find(Boolean) ??
    (await row.check(library, JSON.parse(measured[0].body), result, run))
  if (fault !== undefined) throw new Error(fault)
  return { exchanges, bytes: { requestBytes: measured[0].body.length, answerBytes: measured[0].answer.body.length } }
}
