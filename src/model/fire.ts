import { AsyncLocalStorage } from 'node:async_hooks'
import { HookFailedError, isHookFailedError, ModelError } from './errors.js'
import type { ModelEvent, WriteEvents } from './events.js'
import type { Hook } from './hooks.js'
import type { ModelBinding } from './model-space.js'
import type { PendingWrite } from './row-write.js'

/** The classes whose events are not told in here. */
const muted = new AsyncLocalStorage<'all' | readonly unknown[]>()

/** Calls a function in which nothing is told of rows of this class and of those that extend it. */
export function withoutEventsOf<T>(model: unknown, work: () => T): T {
  const before = muted.getStore() ?? []
  return muted.run(before === 'all' ? before : [...before, model], work)
}

/** Calls a function in which no event of any model is told. */
export function quietly<T>(work: () => T): T {
  return muted.run('all', work)
}

/** True where one of these events is told to somebody: only then is anything done for them. */
export function listens({ hookTable }: ModelBinding, events: readonly ModelEvent[]): boolean {
  if (hookTable === undefined || !events.some((event) => hookTable.hooks.has(event))) return false
  const silent = muted.getStore()
  return silent === undefined || (silent !== 'all' && !silent.some((model) => hookTable.classes.has(model)))
}

/**
 * Tells what is about to happen, to one hook after the other.
 *
 * @returns true where somebody was told, and may have changed the record
 * @throws ModelError `MODEL.VETOED` where a hook returns false; whatever one throws
 */
export async function ask(
  binding: ModelBinding,
  record: object,
  { before }: Pick<WriteEvents, 'before'>,
): Promise<boolean> {
  if (!listens(binding, before)) return false
  for (const event of before)
    for (const hook of hooksOf(binding, event))
      if ((await asked(binding, event, hook, record)) === false) throw vetoed(binding, event)
  return true
}

/** What a hook answers. A write of its own that succeeded, and then failed to be told, is no success of this one. */
async function asked(binding: ModelBinding, event: ModelEvent, hook: Hook, record: object): Promise<unknown> {
  try {
    return await hook(record)
  } catch (error) {
    throw isHookFailedError(error) ? vetoed(binding, event, error) : error
  }
}

/** The same for what cannot wait. @throws ModelError `MODEL.INVALID_INPUT` for a hook that is asynchronous */
export function fireAtOnce(binding: ModelBinding, record: object, event: ModelEvent): void {
  for (const hook of hooksOf(binding, event)) {
    const answer = hook(record)
    if (answer === false) throw vetoed(binding, event)
    if (!(answer instanceof Promise)) continue
    answer.catch(() => undefined)
    throw new ModelError('MODEL.INVALID_INPUT', `The ${event} hook of ${binding.schema.name} is asynchronous.`, {
      hint: `What it hooks into waits for nobody: write it without async, or use another event.`,
      details: { model: binding.schema.name, event },
    })
  }
}

/** Tells of rows that were read. */
export async function fireRetrieved(binding: ModelBinding, records: readonly object[]): Promise<void> {
  for (const record of records) for (const hook of hooksOf(binding, 'retrieved')) await hook(record)
}

/** What is to be told of a write as soon as it was acknowledged; undefined for nothing. */
export function toldAfter(
  binding: ModelBinding,
  record: object,
  { after: events }: WriteEvents,
): Pick<PendingWrite, 'after'> | undefined {
  if (!listens(binding, events)) return undefined
  return {
    async after() {
      const failures: HookFailedError[] = []
      for (const event of events)
        for (const hook of hooksOf(binding, event))
          try {
            await hook(record)
          } catch (cause) {
            failures.push(new HookFailedError(binding.schema.name, event, record, cause))
          }
      return failures
    },
  }
}

export const NO_FAILURES: readonly HookFailedError[] = Object.freeze([])

/** Tells of writes that were acknowledged. @returns what hooks threw; every hook was called all the same */
export async function tell(writes: readonly Pick<PendingWrite, 'after'>[]): Promise<readonly HookFailedError[]> {
  const failures: HookFailedError[] = []
  for (const { after } of writes) if (after !== undefined) failures.push(...(await after()))
  return failures
}

/** @throws HookFailedError for failures, if there are any: the rows are written */
export function report(failures: readonly HookFailedError[]): void {
  const [first, ...others] = failures
  if (first === undefined) return
  if (others.length === 0) throw first
  const { model, event, record } = first
  throw new HookFailedError(model, event, record, new AggregateError(failures, `${failures.length} hooks failed.`))
}

/** What broke off several writes, with what hooks threw that were told of those before. */
export function withFailures(cause: unknown, failures: readonly HookFailedError[]): unknown {
  return failures.length === 0
    ? cause
    : new AggregateError([cause, ...failures], 'A write failed, and hooks of others.')
}

function hooksOf({ hookTable }: ModelBinding, event: ModelEvent): readonly Hook[] {
  return hookTable?.hooks.get(event) ?? []
}

function vetoed({ schema }: ModelBinding, event: ModelEvent, cause?: unknown): ModelError {
  return new ModelError('MODEL.VETOED', `The ${event} hook of ${schema.name} said no.`, {
    cause,
    details: { model: schema.name, event },
  })
}
