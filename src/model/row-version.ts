import type { Condition, UpdateAction } from '../expressions/index.js'
import {
  type AttributeMap,
  type AttributeValue,
  canonicalNumber,
  ExactSum,
  equalAttributeValues,
} from '../values/index.js'
import { StaleRecordError, UncertainWriteError } from './errors.js'
import { existingRow } from './existing-row.js'
import type { ModelBinding } from './model-space.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'
import { unchanged } from './row-conditions.js'
import type { Conflict } from './row-write.js'

/** What one write does with the version of its row (optimistic lock). */
export interface VersionStep {
  readonly name: string
  /** What the row must have, and what it gets; undefined where the version is not known: then it is counted up blindly. */
  readonly known: { readonly before: AttributeValue | undefined; readonly next: AttributeValue } | undefined
}

/**
 * The version a record goes by: the one it carries, which is the one it was read with unless somebody set another
 * (`expectVersion`). Undefined for a model without.
 *
 * @param blind true where any version will do, unless one was set
 */
export function versionStep(record: Attributes, state: RecordState, blind = false): VersionStep | undefined {
  const { binding, stored, partial } = state
  const name = binding.schema.version
  if (name === undefined) return undefined
  const read = stored?.[name]
  const carried = record[name]
  const asked = carried === undefined || carried === null ? undefined : binding.codec.encodeAttribute(name, carried)
  const isSet = asked !== undefined && (read === undefined || !equalAttributeValues(asked, read))
  if (!isSet && (blind || (partial && read === undefined))) return { name, known: undefined }
  const before = isSet ? asked : read
  return { name, known: { before, next: following(before) } }
}

/** The version of a new row. */
export const FIRST_VERSION = 1

function following(version: AttributeValue | undefined): AttributeValue {
  const sum = new ExactSum()
  if (version !== undefined && 'N' in version) sum.add(version.N)
  sum.add('1')
  return { N: canonicalNumber(sum.toString()) }
}

/** The row has the version that is expected of it. */
export function versionConditions(step: VersionStep | undefined): readonly Condition[] {
  if (step?.known === undefined) return []
  const { before } = step.known
  return [unchanged(step.name, before === undefined ? {} : { [step.name]: before })]
}

/** What counting up blindly makes of the version of a row as it was read; nothing where it was not read. */
export function countedBlindly(
  step: VersionStep | undefined,
  stored: AttributeMap,
): readonly (readonly [name: string, value: AttributeValue])[] {
  const version = step === undefined || step.known !== undefined ? undefined : stored[step.name]
  return step === undefined || version === undefined ? [] : [[step.name, following(version)]]
}

/** Counts up a version that is not known. */
export function blindStep(step: VersionStep | undefined): readonly UpdateAction[] {
  if (step === undefined || step.known !== undefined) return []
  return [{ kind: 'add', path: [step.name], value: { N: '1' } }]
}

/**
 * Nothing where the row that is there has the expected version.
 *
 * @throws StaleRecordError where others wrote it; UncertainWriteError where it cannot be told whether that was an earlier
 * attempt of this write whose answer was lost
 */
export function refuseStale(binding: ModelBinding, step: VersionStep | undefined, conflict: Conflict): void {
  if (step?.known === undefined || conflict.item === undefined) return
  const { before } = step.known
  const now = conflict.item[step.name]
  if (before === undefined ? now === undefined : now !== undefined && equalAttributeValues(before, now)) return
  const { name, hidden } = binding.schema
  const options = { cause: conflict.cause, existing: existingRow(binding, conflict.item) }
  if (conflict.retried) throw new UncertainWriteError(name, options)
  const shown = hidden.has(step.name) ? '' : `: version ${text(before)} was expected, and it has ${text(now)}`
  throw new StaleRecordError(name, `was changed by others${shown}`, options)
}

const text = (version: AttributeValue | undefined): string =>
  version === undefined ? 'none' : String(Object.values(version)[0])
