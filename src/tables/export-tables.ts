import type { Connection } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import { cdkStack } from './export-cdk.js'
import { cloudFormationTemplate } from './export-cloudformation.js'
import { terraformConfiguration } from './export-terraform.js'
import { isPlain, oneOf, refuse } from './input-rules.js'
import { settingsFaults } from './table-faults.js'
import type { TableSettings } from './table-options.js'
import { requestsOfDesign, type TableRequests } from './table-requests.js'
import { EXPORT } from './table-rules.js'
import { type Models, tablesOfModels } from './tables-of-models.js'

export type ExportFormat = 'cloudformation' | 'terraform' | 'cdk' | 'json'

export interface ExportOptions extends TableSettings {
  /** Default: the connection that models use. Nothing is sent. */
  readonly connection?: Connection
}

const WRITERS: Readonly<Record<ExportFormat, (tables: readonly TableRequests[]) => string>> = {
  cloudformation: (tables) => json(cloudFormationTemplate(tables)),
  terraform: (tables) => json(terraformConfiguration(tables)),
  cdk: cdkStack,
  json: (tables) => json({ tables }),
}

/**
 * The tables of models as text for a tool that makes them: what `migrate()` makes, and settings that it does not know.
 *
 * - `cloudformation`: a template in JSON; tables outlive their stack.
 * - `terraform`: a configuration in JSON, for a file `….tf.json`; tables are not destroyed by it.
 * - `cdk`: a TypeScript file with a stack, for `aws-cdk-lib`; tables outlive it.
 * - `json`: the requests themselves (CreateTable, UpdateTimeToLive, UpdateContinuousBackups).
 *
 * @param models model classes, the folder of the files that export them, or designs
 * @throws TableError `TABLE.INVALID_INPUT`
 */
export function exportTables(
  models: Models | readonly TableDesign[],
  format: ExportFormat,
  options: ExportOptions = {},
): string {
  const what = 'exportTables'
  refuse(what, [...oneOf(...Object.keys(WRITERS))(format, 'format'), ...EXPORT(options, '')])
  refuse(what, settingsFaults(options))
  const designs = isDesigns(models) ? models : tablesOfModels(what, models, options.connection).designs
  return WRITERS[format](designs.map((design) => requestsOfDesign(design, options)))
}

function isDesigns(models: Models | readonly TableDesign[]): models is readonly TableDesign[] {
  const list: readonly unknown[] = Array.isArray(models) ? models : []
  return list.length > 0 && list.every((each) => isPlain(each) && each['kind'] === 'table-design')
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
