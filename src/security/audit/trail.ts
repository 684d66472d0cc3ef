import { createHash } from 'node:crypto'
import {
  type Attributes,
  type ModelBinding,
  pendingInsert,
  pendingUpdate,
  type RowWrite,
  stateFor,
  type Traced,
  type Trailed,
  toPlain,
} from '../../model/index.js'
import type { Connection } from '../../runtime/index.js'
import { type AttributeMap, equalAttributeValues } from '../../values/index.js'
import { currentActor } from '../acting.js'
import { AuditChain, AuditEntry, type AuditFacts, entryId, hashOf } from './audit-entry.js'
import { lockChains } from './chain-locks.js'

/** Characters of JSON of a value in an entry; of longer ones it has their hash. */
const LONGEST_VALUE = 2000

/**
 * The entries about writes of audited models, each the next of its chain, and the chains' new ends: to be written in the
 * same transaction. Writes of one program wait for each other at a chain; where another program was faster, all is made anew.
 */
export async function trailOf(connection: Connection, writes: readonly RowWrite[]): Promise<Trailed> {
  const facts = writes.flatMap(({ binding, traced }) => {
    const fact = traced === undefined ? undefined : factOf(binding, traced)
    return fact === undefined ? [] : [fact]
  })
  const chains = new Map<string, Fact[]>()
  for (const fact of facts) {
    const chain = chainOf(fact.subject, connection.config.audit.chains)
    chains.set(chain, [...(chains.get(chain) ?? []), fact])
  }
  const release = await lockChains(connection, [...chains.keys()])
  try {
    const entries = await connection.run(() => entriesOf(connection, chains))
    return { writes: entries.map((write) => ({ ...write, refused: () => 'again' as const })), release }
  } catch (error) {
    release()
    throw error
  }
}

type Fact = Omit<AuditFacts, 'id' | 'previous'>

async function entriesOf(connection: Connection, chains: ReadonlyMap<string, Fact[]>): Promise<readonly RowWrite[]> {
  const { key } = connection.config.audit
  const ends = await AuditChain.findMany([...chains.keys()], { consistentRead: true })
  const writes: RowWrite[] = []
  for (const [chain, facts] of chains) {
    const known = ends.find(({ id }) => id === chain)
    const end = known ?? AuditChain.make({ id: chain, entries: 0, hash: '' })
    const before = end.hash
    for (const fact of facts) {
      end.entries++
      const said = { ...fact, id: entryId(chain, end.entries), previous: end.hash }
      end.hash = hashOf(said, key)
      const entry = AuditEntry.make({ ...said, hash: end.hash } as never)
      writes.push(await (await pendingInsert(entry as unknown as Attributes, stateFor(entry))).build())
    }
    writes.push(await endWrite(end, known === undefined ? undefined : before))
  }
  return writes
}

/** @param before the hash that the chain ends with; undefined for a new one */
async function endWrite(end: AuditChain, before: string | undefined): Promise<RowWrite> {
  const record = end as unknown as Attributes
  if (before === undefined) return (await pendingInsert(record, stateFor(end))).build()
  const still = {
    kind: 'compare',
    op: '=',
    left: { kind: 'path', path: ['hash'] },
    right: { kind: 'value', value: { S: before } },
  } as const
  const pending = await pendingUpdate(record, stateFor(end), { still })
  return (pending as NonNullable<typeof pending>).build()
}

/** Rows of one subject are always in one chain. */
function chainOf(subject: string, chains: number): string {
  return String(createHash('sha256').update(subject).digest().readUInt32BE(0) % chains)
}

/** What a write does; undefined for one that changes nothing. */
function factOf(binding: ModelBinding, { before, after }: Traced): Fact | undefined {
  const { schema, connection } = binding
  const changes = changesOf(binding, before ?? {}, after ?? {})
  if (Object.keys(changes).length === 0) return undefined
  return {
    at: new Date(connection.clock.now()),
    actor: currentActor()?.id ?? 'unknown',
    action: actionOf(binding, before, after),
    model: schema.name,
    subject: subjectOf(binding, after ?? before ?? {}),
    changes,
  }
}

function actionOf({ schema }: ModelBinding, before: AttributeMap | undefined, after: AttributeMap | undefined): string {
  if (before === undefined) return 'created'
  if (after === undefined) return 'deleted'
  if (!schema.softDeletes) return 'updated'
  const [was, is] = [isMarked(before[schema.deletedAt]), isMarked(after[schema.deletedAt])]
  if (was === is) return 'updated'
  return is ? 'trashed' : 'restored'
}

const isMarked = (mark: AttributeMap[string] | undefined): boolean => mark !== undefined && !('NULL' in mark)

/** The row by its primary key, as people write it. */
function subjectOf({ schema, codec }: ModelBinding, item: AttributeMap): string {
  const key = item[schema.primaryKey]
  return `${schema.name}#${key === undefined ? '' : String(toPlain(codec.decodeAttribute(schema.primaryKey, key)))}`
}

function changesOf(
  { schema, codec }: ModelBinding,
  before: AttributeMap,
  after: AttributeMap,
): Record<string, unknown> {
  const changes: Record<string, unknown> = {}
  for (const name of codec.names) {
    const [old, now] = [before[name], after[name]]
    if (old === undefined ? now === undefined : now !== undefined && equalAttributeValues(old, now)) continue
    const shown = (value: AttributeMap[string]): unknown =>
      schema.secret.has(name) ? '[hidden]' : shortened(toPlain(codec.decodeAttribute(name, value)))
    changes[name] = {
      ...(old === undefined ? {} : { old: shown(old) }),
      ...(now === undefined ? {} : { new: shown(now) }),
    }
  }
  return changes
}

function shortened(value: unknown): unknown {
  const json = JSON.stringify(value)
  if (json.length <= LONGEST_VALUE) return value
  return { sha256: createHash('sha256').update(json).digest('base64url'), characters: json.length }
}
