import { currentConnection } from '../runtime/index.js'
import { checkInput, oneOf, optional, options } from './input-rules.js'
import type { TableCallOptions } from './table-options.js'
import { tableName, WAITING } from './table-rules.js'
import { notActive, notDeleted, type WaitSettings, waitUntil } from './table-status.js'

/** How long functions of tables wait by default, in milliseconds. */
export const DEFAULT_TIMEOUT = 600_000

/** How long to wait, and who is told meanwhile. `timeout` is 10 minutes by default. */
export interface WaitOptions extends TableCallOptions, WaitSettings {}

/**
 * Resolves when a table is `active` (its indexes too, and no replica changes; the default), or `deleted`. A table that is not there
 * yet is waited for, too.
 *
 * @throws TableError `TABLE.WAIT_TIMEOUT`, `TABLE.INVALID_INPUT`; the signal's reason
 */
export async function waitForTable(
  name: string,
  settings: WaitOptions & { readonly for?: 'active' | 'deleted' } = {},
): Promise<void> {
  checkInput(
    'waitForTable',
    { name, settings },
    { name: tableName, settings: options({ ...WAITING, for: optional(oneOf('active', 'deleted')) }) },
  )
  const missing = settings.for === 'deleted' ? notDeleted : notActive
  await waitUntil(settings.connection ?? currentConnection(), name, missing, waiting(settings))
}

/** The options with the default timeout filled in. */
export function waiting({ timeout = DEFAULT_TIMEOUT, signal, onProgress }: WaitSettings): WaitSettings {
  return { timeout, signal, onProgress }
}
