import { isDynamoDBToolingError } from '../kernel/index.js'
import { GUARD_OWNER } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { UniqueConstraintError } from './errors.js'
import { existingRow } from './existing-row.js'
import type { ModelBinding } from './model-space.js'

/** Whose value it is, for errors that are on their way out. */
const holders = new WeakMap<UniqueConstraintError, { readonly binding: ModelBinding; readonly key: AttributeMap }>()

/** A value of a unique attribute is taken. @param guard the item that stands for the value, where it is known */
export function takenValue(
  binding: ModelBinding,
  attribute: string,
  cause: unknown,
  guard: AttributeMap | undefined,
): UniqueConstraintError {
  const requestId = isDynamoDBToolingError(cause) ? cause.requestId : undefined
  const shown = binding.schema.attribute.get(attribute)?.blindIndexOf ?? attribute
  const error = new UniqueConstraintError(binding.schema.name, shown, { cause, requestId })
  const owner = guard?.[GUARD_OWNER]
  if (owner !== undefined && 'M' in owner) holders.set(error, { binding, key: owner.M })
  return error
}

/** The same error with the row that has the value: one more read, of a write that failed anyway. */
export async function withHolder(error: unknown): Promise<unknown> {
  const holder = error instanceof UniqueConstraintError ? holders.get(error) : undefined
  if (holder === undefined) return error
  const { binding, key } = holder
  const { attribute, cause, requestId } = error as UniqueConstraintError
  const { Item } = await binding.readRow(key).catch((): { readonly Item?: AttributeMap } => ({}))
  if (Item === undefined) return error
  const trashed = binding.schema.softDeletes && Item[binding.schema.deletedAt] !== undefined
  const hint = trashed
    ? 'Restore that row, delete it for good with forceDelete(), or ask for another value.'
    : undefined
  const options = { cause, requestId, hint, existing: existingRow(binding, Item) }
  return new UniqueConstraintError(binding.schema.name, attribute, options, trashed ? ' (soft-deleted)' : '')
}
