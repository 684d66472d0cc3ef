import type { ReturnConsumedCapacity } from '../../drivers/index.js'
import type { BatchOptions, CapacityMeter } from '../../runtime/index.js'
import { kindOf } from '../../values/index.js'
import { ModelError } from '../errors.js'

/** How entries that DynamoDB left unprocessed are tried again. */
export interface RetryConfig {
  /** Rounds in a row that may bring nothing. Default 10. */
  readonly maxRetries?: number
  /** Milliseconds of the first pause, and of the longest. Default: the connection's. */
  readonly baseDelay?: number
  readonly maxDelay?: number
}

/** Settings that every batch takes. */
export interface BatchSettings {
  /** Requests under way at once. Default 8. */
  readonly concurrency?: number
  readonly retryConfig?: RetryConfig
  /** Told after each answer how many entries are done. */
  readonly onProgress?: (done: number, total: number) => void
  /** Ends it: what is not done then is in the error. */
  readonly signal?: AbortSignal
  /** Asks DynamoDB what it consumed: the result has it as `consumedCapacity`. */
  readonly returnConsumedCapacity?: ReturnConsumedCapacity
}

/** Capacity units that a batch consumed, in all and by table. */
export interface BatchCapacity {
  readonly capacityUnits: number
  readonly tables: Readonly<Record<string, number>>
}

/** What a batch asks of the requests below, and the capacity that they tell of. @throws ModelError `MODEL.INVALID_INPUT` */
export function batchOptions(settings: BatchSettings): {
  readonly options: BatchOptions
  readonly consumed: () => BatchCapacity | undefined
} {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw invalid(`The settings of a batch are an object, not ${kindOf(settings)}.`)
  const { concurrency, retryConfig, onProgress, signal, returnConsumedCapacity: mode } = settings
  if (concurrency !== undefined && !(Number.isSafeInteger(concurrency) && concurrency > 0))
    throw invalid(`concurrency takes a whole number from 1, not ${String(concurrency)}.`)
  const units = new Map<string, number>()
  const capacity: CapacityMeter | undefined =
    mode === undefined || mode === 'NONE'
      ? undefined
      : {
          mode,
          add(answered) {
            for (const { TableName = '', CapacityUnits = 0 } of answered ?? [])
              units.set(TableName, (units.get(TableName) ?? 0) + CapacityUnits)
          },
        }
  return {
    options: {
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(retryConfig === undefined ? {} : { retry: retryConfig }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { send: { signal } }),
      ...(capacity === undefined ? {} : { capacity }),
    },
    consumed: () =>
      capacity && {
        capacityUnits: [...units.values()].reduce((sum, each) => sum + each, 0),
        tables: Object.fromEntries(units),
      },
  }
}

/** A list that carries what reading it consumed, where that was asked. */
export type Metered<L> = L & { readonly consumedCapacity?: BatchCapacity }

export function withCapacity<L extends object>(list: L, consumed: BatchCapacity | undefined): Metered<L> {
  if (consumed !== undefined) Object.defineProperty(list, 'consumedCapacity', { value: consumed })
  return list
}

export function invalid(message: string, hint?: string): ModelError {
  return new ModelError('MODEL.INVALID_INPUT', message, { hint })
}
