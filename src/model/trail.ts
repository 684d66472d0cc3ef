import { InternalError } from '../kernel/index.js'
import type { Connection } from '../runtime/index.js'
import type { AttributeMap } from '../values/index.js'
import type { ModelClass } from './model-space.js'
import type { RowWrite } from './row-write.js'

/** A row before and after a write, whole as far as it was read. */
export interface Traced {
  readonly before: AttributeMap | undefined
  readonly after: AttributeMap | undefined
}

/** Entries about writes, to be sent with them. */
export interface Trailed {
  readonly writes: readonly RowWrite[]
  /** Lets others go on. @param written whether the writes were */
  readonly release: (written: boolean) => void
}

/** What records the writes of audited models, with the models that it keeps its entries in. */
export interface Trail {
  readonly models: readonly ModelClass[]
  readonly record: (connection: Connection, writes: readonly RowWrite[]) => Promise<Trailed>
}

let trail: Trail | undefined

/** Says how audited models are recorded. What does it is above models. */
export function setTrail(given: Trail): void {
  trail = given
}

export function trailModels(): readonly ModelClass[] {
  return trail?.models ?? []
}

/** The entries about writes of which some are of audited models; undefined where none is. */
export async function trailed(connection: Connection, writes: readonly RowWrite[]): Promise<Trailed | undefined> {
  if (!isTraced(writes)) return undefined
  if (trail === undefined) throw new InternalError('nothing records the writes of audited models')
  return trail.record(connection, writes)
}

export function isTraced(writes: readonly RowWrite[]): boolean {
  return writes.some(({ traced }) => traced !== undefined)
}
